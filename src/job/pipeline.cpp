#include "job/pipeline.h"

#include <algorithm>

#include "codecs/registry.h"
#include "color/transform.h"
#include "image/convert.h"
#include "image/orient.h"
#include "image/pad.h"
#include "image/resize.h"
#include "image/rotate.h"
#include "job/quality_search.h"

namespace crop64 {
namespace {

// The plan's padding in the stored image.
Padding stored_padding(const Plan& plan) {
  const Size canvas = oriented(plan.padding->canvas, plan.orientation);
  if (plan.region.empty()) {
    return {canvas};  // the crop lies beside the image
  }
  const Rect image = translate(whole(plan.region.size()), plan.padding->left, plan.padding->top);
  const Rect stored = to_stored(image, canvas, plan.orientation);
  return {canvas, stored.left, stored.top};
}

// Finds damage in coded samples that are to be copied, by decoding a column of one pixel: the
// decoder reads all of the file for it. False if they can be decoded but not copied. Errors: those
// of Codec::decode.
Result<bool> check_samples(const Source& source, const ImageInfo& info) {
  DecodeRequest column;
  column.reduction = info.max_reduction;
  column.region = {0, 0, 1, (info.size.height + column.reduction - 1) / column.reduction};
  column.checks_end = true;
  DiscardSink nothing;
  const Result<Decoded> decoded = find_codec(info.format)->decode(source.file, column, nothing);
  return decoded.ok() ? Result<bool>(decoded.value().is_intact) : decoded.error();
}

}  // namespace

// The steps of a job between decoding and its result, in the order of the plan's members. The
// components of an image, if they are kept, have steps of their own.
class Pipeline {
 public:
  // `output` is borrowed.
  explicit Pipeline(Output& output) : output_(output) {}
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Errors: OUT_OF_MEMORY.
  Failure open() {
    const Plan& plan = output_.plan;
    if (plan.format == ImageFormat::kRaw && plan.make_sample_sink != nullptr) {
      const uint64_t bytes = plan.layout.bytes(plan.size);
      output_.samples = plan.make_sample_sink(double(bytes));
      if (!output_.samples) {
        return out_of_memory(bytes);
      }
    }
    parts_.push_back(std::make_unique<Part>(*this, 0, plan.size));
    Part& part = *parts_.back();
    part.add<ConvertStep>(plan.layout, plan.background, plan.flattens);
    const Layout rgba = {Model::kRgba, plan.working.depth};
    if (plan.letterbox) {
      const Layout layout = plan.rotation ? rgba : plan.working;
      part.add<PadStep>(*plan.letterbox, layout, plan.background);
    }
    if (plan.rotation) {
      const bool is_opaque = !output_.info.has_alpha;
      part.add<RotateStep>(*plan.rotation, rgba.depth, is_opaque, plan.background);
      part.add<ConvertStep>(rgba, plan.background, false);
    }
    // Colours are converted when the image is small, but before the background is added, which is
    // in the new colour space.
    if (plan.colors.converts && !plan.padding) {
      part.add<ColorStep>(&output_.color_tables);
    }
    Size size = plan.decode.region.size();
    if (plan.padding) {
      size = oriented(plan.padding->canvas, plan.orientation);
    }
    if (auto error = add_resize(part, size, {plan.working})) {
      return error;
    }
    if (plan.padding) {
      part.add<PadStep>(stored_padding(plan), plan.working, plan.background);
      if (plan.colors.converts) {
        part.add<ColorStep>(&output_.color_tables);
      }
    }
    part.add<ConvertStep>(plan.working, plan.background, false);
    return std::nullopt;
  }
  Failure open(const Components& components) {
    const Plan& plan = output_.plan;
    const Components results = find_codec(plan.format)->components(plan.settings);
    for (size_t i = 0; i < components.size(); ++i) {
      parts_.push_back(std::make_unique<Part>(*this, i, results[i].size(plan.size)));
      const Samples samples = {{Model::kGray, 8}, true, components[i], results[i]};
      const Size size = plan.decode.region.size();
      if (auto error = add_resize(*parts_.back(), size, samples)) {
        return error;
      }
    }
    return std::nullopt;
  }

  Failure write(size_t part, const ImageView& rows) { return parts_[part]->first().write(rows); }

  Failure finish() {
    for (const auto& part : parts_) {
      if (auto error = part->first().finish()) {
        return error;
      }
    }
    const Plan& plan = output_.plan;
    output_.quality = plan.format == ImageFormat::kJpeg ? plan.settings.quality : 0;
    if (plan.format == ImageFormat::kRaw) {
      if (!output_.samples) {
        output_.bytes = std::move(parts_.front()->held.image().samples);
      }
      return std::nullopt;
    }
    if (plan.holds_result()) {
      std::vector<ImageView> held;
      for (const auto& part : parts_) {
        held.push_back(part->held.image().view());
      }
      Result<Buffer> file = encode_within(held, plan, output_.metadata, output_.quality);
      if (!file.ok()) {
        return file.error();
      }
      output_.bytes = std::move(file.value());
      return std::nullopt;
    }
    if (auto error = encoder_->finish()) {
      return error;
    }
    output_.bytes = encoder_->take_file();
    if (plan.max_bytes && double(output_.bytes.size()) > *plan.max_bytes) {
      return too_large(plan, output_.bytes.size());
    }
    return std::nullopt;
  }

 private:
  // The image or a component: its steps, and the end of them, which encodes or holds the rows.
  struct Part : public RowSink {
    Part(Pipeline& pipeline_of, size_t index_of, Size size)
        : pipeline(pipeline_of), index(index_of), held(size) {}

    Failure write(const ImageView& rows) override {
      if (pipeline.output_.plan.holds_result()) {
        return held.write(rows);
      }
      RowSink* samples = pipeline.output_.samples.get();
      return samples != nullptr ? samples->write(rows) : pipeline.encode(index, rows);
    }
    Failure finish() override { return std::nullopt; }

    RowSink& first() { return steps.empty() ? *this : *steps.back(); }
    // Puts a step before the others.
    template <class Step, class... Arguments>
    void add(const Arguments&... arguments) {
      steps.push_back(std::make_unique<Step>(arguments..., first()));
    }

    Pipeline& pipeline;
    size_t index;
    ImageSink held;                               // if the plan holds the result
    std::vector<std::unique_ptr<RowSink>> steps;  // from the last to the first
  };

  // Adds the turn and the resize.
  Failure add_resize(Part& part, Size size, const Samples& samples) {
    const Plan& plan = output_.plan;
    if (plan.orientation != Orientation{}) {
      const Size result =
          plan.resampling ? plan.resampling->size : oriented(size, plan.orientation);
      part.add<OrientStep>(plan.orientation, oriented(samples.to.size(result), plan.orientation));
    }
    if (!plan.resampling) {
      return std::nullopt;
    }
    auto step = resize_step(size, samples, plan.orientation, *plan.resampling, part.first());
    if (!step.ok()) {
      return step.error();
    }
    part.steps.push_back(std::move(step.value()));
    return std::nullopt;
  }

  Failure encode(size_t index, const ImageView& rows) {
    if (encoder_ == nullptr) {
      const Plan& plan = output_.plan;
      Result<std::unique_ptr<Encoder>> encoder =
          begin_file(plan, plan.size, *rows.colors, plan.settings, output_.metadata);
      if (!encoder.ok()) {
        return encoder.error();
      }
      encoder_ = std::move(encoder.value());
    }
    return encoder_->component(index).write(rows);
  }

  Output& output_;
  std::vector<std::unique_ptr<Part>> parts_;  // one, or one for each component
  std::unique_ptr<Encoder> encoder_;          // if the plan does not hold the result
};

Result<bool> run_copy(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  if (plan.checks_samples) {
    Result<bool> is_intact = check_samples(source, output.info);
    if (!is_intact.ok() || (plan.strategy == Strategy::kCopyImageData && !is_intact.value())) {
      return is_intact;
    }
  }
  if (plan.strategy == Strategy::kCopyFile) {
    return true;
  }
  Result<Buffer> file = find_codec(plan.format)->rewrite(source.file, output.metadata);
  if (!file.ok()) {
    return file.error();
  }
  if (plan.max_bytes && double(file.value().size()) > *plan.max_bytes) {
    return too_large(plan, file.value().size());
  }
  output.bytes = std::move(file.value());
  return true;
}

Failure run_lossless_crop(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  Result<Buffer> file =
      find_codec(plan.format)
          ->lossless_crop(source.file, plan.decode.region, plan.settings, output.metadata);
  if (!file.ok()) {
    return file.error();
  }
  if (plan.max_bytes && double(file.value().size()) > *plan.max_bytes) {
    return too_large(plan, file.value().size());
  }
  output.bytes = std::move(file.value());
  output.bytes_read = source.file.size();
  return std::nullopt;
}

Failure run_undecoded(const Source& source, Output& output) {
  const Plan& plan = output.plan;
  Pipeline pipeline(output);
  if (auto error = pipeline.open()) {
    return error;
  }
  if (!plan.region.empty()) {
    output.bytes_read = source.samples.layout.bytes(plan.region.size());
    if (auto error = pipeline.write(0, crop(source.samples, plan.decode.region))) {
      return error;
    }
  }
  return pipeline.finish();
}

GroupSink::GroupSink(const DecodeGroup& group, std::span<Output> outputs)
    : group_(group), outputs_(outputs), failed_(group.job_indices.front()) {}

GroupSink::~GroupSink() = default;

void GroupSink::begin(const std::optional<Quantisation>& quantisation) {
  pipelines_.clear();
  y_ = 0;
  for (const size_t index : group_.job_indices) {
    Plan& plan = outputs_[index].plan;
    if (plan.keeps_quantisation) {
      plan.settings.quantisation = quantisation;
    }
  }
}

Failure GroupSink::write(const ImageView& rows) {
  const Rect all = translate(whole(rows.size), 0, y_);
  y_ = all.bottom;
  for (size_t i = 0; i < group_.job_indices.size(); ++i) {
    Output& output = outputs_[group_.job_indices[i]];
    Failure error;
    if (i == pipelines_.size()) {
      pipelines_.push_back(std::make_unique<Pipeline>(output));
      error = pipelines_.back()->open();
    }
    const Rect& outer = group_.request.region;
    const Rect region = translate(output.plan.decode.region, -outer.left, -outer.top);
    const Rect part = intersect(region, all);
    if (!error && !part.empty()) {
      error = pipelines_[i]->write(0, crop(rows, translate(part, 0, -all.top)));
    }
    if (error) {
      failed_ = group_.job_indices[i];
      return error;
    }
  }
  return std::nullopt;
}

Failure GroupSink::write_components(const Components& components, std::span<const ImageView> rows) {
  for (size_t i = 0; i < group_.job_indices.size(); ++i) {
    const size_t index = group_.job_indices[i];
    Failure error;
    if (i == pipelines_.size()) {
      pipelines_.push_back(std::make_unique<Pipeline>(outputs_[index]));
      error = pipelines_.back()->open(components);
    }
    for (size_t part = 0; part < rows.size() && !error; ++part) {
      error = pipelines_[i]->write(part, rows[part]);
    }
    if (error) {
      failed_ = index;
      return error;
    }
  }
  return std::nullopt;
}

Failure GroupSink::finish() {
  for (size_t i = 0; i < pipelines_.size(); ++i) {
    if (auto error = pipelines_[i]->finish()) {
      failed_ = group_.job_indices[i];
      return error;
    }
  }
  return std::nullopt;
}

void GroupSink::set_result(const Decoded& decoded) {
  for (const size_t index : group_.job_indices) {
    outputs_[index].bytes_read = decoded.bytes_read;
    outputs_[index].lossless = outputs_[index].lossless && decoded.complete;
  }
}

}  // namespace crop64
