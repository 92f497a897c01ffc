// Cameras store what the sensor saw and note in EXIF how it was held. The eight orientations are
// the flips and quarter turns of a rectangle; each is "swap axes or not, flip rows, flip columns".
#include <limits>
#include <memory>

#include <libexif/exif-data.h>

#include "style/image_codecs.h"

namespace impasto::image_codecs {
namespace {

struct Turn {
  bool swap, flip_rows, flip_columns;  // of the stored picture, for each pixel of the upright one
};

constexpr Turn kTurns[] = {
    {false, false, false},  // 1: upright
    {false, false, true},   // 2: mirrored
    {false, true, true},    // 3: half turn
    {false, true, false},   // 4: upside down, mirrored
    {true, false, false},   // 5: transposed
    {true, true, false},    // 6: stored a quarter turn to the left
    {true, true, true},     // 7: transposed along the other diagonal
    {true, false, true},    // 8: stored a quarter turn to the right
};

// src [h, w, ...] with c values a pixel.
Tensor turned(const Tensor& src, Turn turn) {
  const std::int64_t h = src.shape()[0], w = src.shape()[1], c = src.numel() / (h * w);
  const std::int64_t out_h = turn.swap ? w : h, out_w = turn.swap ? h : w;
  Tensor dst =
      Tensor::empty(src.shape().rank() == 3 ? Shape{out_h, out_w, c} : Shape{out_h, out_w});
  const float* from = src.data<float>();
  float* to = dst.data<float>();
  for (std::int64_t y = 0; y < out_h; ++y) {
    for (std::int64_t x = 0; x < out_w; ++x) {
      const std::int64_t row = turn.swap ? x : y, column = turn.swap ? y : x;
      const std::int64_t sy = turn.flip_rows ? h - 1 - row : row;
      const std::int64_t sx = turn.flip_columns ? w - 1 - column : column;
      for (std::int64_t i = 0; i < c; ++i)
        to[(y * out_w + x) * c + i] = from[(sy * w + sx) * c + i];
    }
  }
  return dst;
}

}  // namespace

int exif_orientation(Bytes jpeg) {
  const std::unique_ptr<ExifData, void (*)(ExifData*)> data(
      exif_data_new_from_data(jpeg.data(), static_cast<unsigned>(jpeg.size())), exif_data_unref);
  if (data == nullptr) return 1;
  // Only the main picture's directory: the thumbnail has an orientation of its own.
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry == nullptr || entry->format != EXIF_FORMAT_SHORT || entry->data == nullptr ||
      entry->components < 1 || entry->size < 2) {
    return 1;
  }
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

Image make_upright(const Image& image, int orientation) {
  if (orientation == 1) return image;
  const Turn turn = kTurns[orientation - 1];
  return {turned(image.rgb, turn), image.alpha.defined() ? turned(image.alpha, turn) : Tensor{}};
}

}  // namespace impasto::image_codecs
