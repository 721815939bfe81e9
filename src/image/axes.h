// The two axes of a resize: which samples of the stored image make up each row and column of the
// result, and with which weights.
#pragma once

#include "image/component.h"
#include "image/geometry.h"
#include "image/resample.h"
#include "image/resize.h"

namespace crop64 {

// `to` samples from the range `begin` to `end` of `from` samples.
struct Axis {
  int from;
  double begin;
  double end;
  int to;
  bool mirrored;  // whether the stored line runs the other way
};

struct Axes {
  Axis across;
  Axis down;
};

// The axes as stored of a resampling of the displayed image.
Axes stored_axes(Size stored, Orientation orientation, const Resampling& resampling);

// The prepared taps of an axis for any kernel but kNearest. A mirrored axis has the weights of the
// displayed line in reverse, so that its sums are the same. Errors: OUT_OF_MEMORY.
Result<Taps> make_taps(Kernel kernel, const Axis& axis);
// The largest count of those taps, at most.
int taps_stride(Kernel kernel, const Axis& axis);

// The same from the samples of a component to those of another: the taps of making pixels of the
// samples as libjpeg does (fancy upsampling), of the axis, and of averaging the new pixels of each
// sample, in one. All three are linear. The weights are short.
Result<Taps> make_component_taps(Kernel kernel, const Axis& axis, Sampling from, Sampling to);
int component_taps_stride(Kernel kernel, const Axis& axis, Sampling from, Sampling to);

// For kNearest: the index of the stored sample for each of the result, as int. Errors:
// OUT_OF_MEMORY.
Result<Buffer> nearest_samples(const Axis& axis);

}  // namespace crop64
