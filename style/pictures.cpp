#include "style/pictures.h"

#include <algorithm>
#include <cmath>

#include "style/colour.h"
#include "tensor/error.h"
#include "tensor/random.h"

namespace impasto {
namespace {

std::int64_t long_side(const Image& image) {
  return std::max(image.height(), image.width());
}

ImageSize content_size(const Image& content, const PictureSizes& sizes) {
  const std::int64_t own = long_side(content);
  const bool keep = sizes.size == 0 || (own < sizes.size && !sizes.enlarge);
  return fit_size({content.height(), content.width()}, keep ? 0 : sizes.size);
}

ImageSize style_size(const Image& style, const ImageSize& result, const PictureSizes& sizes) {
  const ImageSize own{style.height(), style.width()};
  if (sizes.style_size > 0) return fit_size(own, sizes.style_size);
  const double wanted = sizes.style_scale * static_cast<double>(std::max(result.h, result.w));
  const auto side = std::max(std::int64_t{1}, static_cast<std::int64_t>(std::llround(wanted)));
  return side >= long_side(style) ? own : fit_size(own, side);
}

// Noise about the mean colour of photographs.
Tensor random_start(const Shape& shape, std::uint64_t seed) {
  constexpr float kMean[] = {123.68f, 116.779f, 103.939f};
  Tensor start = Tensor::empty(shape);
  fill_normal(start, seed, 0, 16);
  std::span<float> values = start.values<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += kMean[i % 3];
  return start;
}

}  // namespace

Tensor to_batch(const Image& image) {
  return image.rgb.reshape({1, image.height(), image.width(), 3});
}

StylizeInputs prepare_inputs(Context& context, Pictures& pictures, const PictureSizes& sizes,
                             const StylizeSettings& settings) {
  const ImageSize result = content_size(pictures.content, sizes);
  pictures.content = resize_image(context, pictures.content, result);
  StylizeInputs inputs;
  inputs.content = to_batch(pictures.content);
  for (Image& style : pictures.styles) {
    style = resize_image(context, style, style_size(style, result, sizes));
    inputs.styles.push_back(to_batch(style));
  }
  switch (settings.init) {
    case InitKind::content:
      inputs.start = inputs.content;
      break;
    case InitKind::random:
      inputs.start = random_start(inputs.content.shape(), settings.seed);
      break;
    case InitKind::image:
      if (!pictures.init) throw InputError("--init image needs a picture");
      inputs.start = to_batch(resize_image(context, *pictures.init, result));
      break;
  }
  return inputs;
}

Image finish_picture(const Tensor& image, const Image& content, bool original_colors) {
  const Tensor rgb = image.reshape(content.rgb.shape());
  Image result{rgb.device() == Device{} ? rgb.clone() : rgb.to(Device{}), content.alpha};
  for (float& value : result.rgb.values<float>()) value = std::clamp(value, 0.0f, 255.0f);
  if (original_colors) result.rgb = with_colours_of(content.rgb, result.rgb);
  return result;
}

}  // namespace impasto
