#include <algorithm>

#include "style/image.h"
#include "tensor/checked.h"

namespace impasto {
namespace {

// plane [h, w, ...] with c values a pixel.
Tensor resample(Context& context, const Tensor& plane, ImageSize size, ResizeMode mode) {
  const Shape& shape = plane.shape();
  const std::int64_t c = shape.rank() == 3 ? shape[2] : 1;
  const Tensor src = plane.reshape({1, shape[0], shape[1], c}).to(context.device());
  Tensor result = resize(context, src, size.h, size.w, mode).to(Device{});
  for (float& value : result.values<float>()) value = std::clamp(value, 0.0f, 255.0f);
  return result.reshape(shape.rank() == 3 ? Shape{size.h, size.w, c} : Shape{size.h, size.w});
}

}  // namespace

ImageSize fit_size(ImageSize size, std::int64_t long_side) {
  IMPASTO_CHECK(size.h > 0 && size.w > 0 && long_side >= 0, "fit_size: {} x {} to {}", size.w,
                size.h, long_side);
  const std::int64_t longest = std::max(size.h, size.w);
  if (long_side == 0 || long_side == longest) return size;
  const auto scaled = [&](std::int64_t side) {
    const std::int64_t twice = checked_mul(checked_mul(side, long_side), 2);
    return std::max<std::int64_t>(1, checked_add(twice, longest) / (2 * longest));
  };
  return {scaled(size.h), scaled(size.w)};
}

Image resize_image(Context& context, const Image& image, ImageSize size, ResizeMode shrink) {
  const ImageSize from{image.height(), image.width()};
  if (size == from) return image;
  if (size.h <= 0 || size.w <= 0 || size.w > kMaxPixels / size.h) {
    throw InputError(fmt::format("a picture of {} x {} pixels is above the limit of {} million",
                                 size.w, size.h, kMaxPixels / 1'000'000));
  }
  const bool smaller = size.h < from.h || size.w < from.w;
  const ResizeMode mode = smaller ? shrink : ResizeMode::bicubic;
  Image result{resample(context, image.rgb, size, mode), {}};
  if (image.alpha.defined()) result.alpha = resample(context, image.alpha, size, mode);
  return result;
}

}  // namespace impasto
