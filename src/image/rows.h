// How an image goes from a decoder to an encoder: as rows, from step to step.
#pragma once

#include "image/image.h"

namespace crop64 {

// Takes the rows of an image from top to bottom: a step, or an encoder. A step passes what it makes
// on to the next sink, and keeps no more rows than it needs.
class RowSink {
 public:
  virtual ~RowSink() = default;
  // Takes the next rows, at least one, in full width. They are borrowed for the length of the call.
  // Width, layout and colours are those of the rows before. Errors: OUT_OF_MEMORY, and those of an
  // encoder.
  virtual Failure write(const ImageView& rows) = 0;
  // To be called once, after the last row. Errors: as write().
  virtual Failure finish() = 0;
};

// A buffer of rows. It passes several at a time on to a sink: the cost of a call is small then, and
// the rows stay in the processor's cache.
class RowBatch {
 public:
  // Rows of `width` pixels. Errors: OUT_OF_MEMORY.
  static Result<RowBatch> allocate(int width, Layout layout);
  // The most bytes that a batch takes.
  static double memory(int width, Layout layout);

  // Where the next row belongs. Rows follow one another without gaps.
  uint8_t* next() { return rows_.row(count_); }
  // How many rows there is room for, at least one.
  int room() const { return rows_.size.height - count_; }
  // Adds `count` rows, which have been written to next(), and passes the batch on if it is full.
  Failure add(int count, RowSink& sink);
  // Passes the rows on that are left.
  Failure flush(RowSink& sink);

  Colors& colors() { return rows_.colors; }
  size_t row_bytes() const { return rows_.stride(); }
  // Passes on only `count` pixels of each row, from pixel `first` on.
  void narrow(int first, int count);

 private:
  Image rows_;
  int count_ = 0;
  int left_ = 0;
  int width_ = 0;
};

// Keeps all rows of an image.
class ImageSink : public RowSink {
 public:
  explicit ImageSink(Size size) : size_(size) {}
  Failure write(const ImageView& rows) override;
  Failure finish() override { return std::nullopt; }

  // After the last row. Without rows, an image without samples.
  Image& image() { return image_; }

 private:
  Size size_;
  Image image_;
  int y_ = 0;
};

}  // namespace crop64
