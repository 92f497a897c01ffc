// The sample pictures, the same on every machine up to rounding.
#pragma once

#include <span>
#include <string_view>

#include "tools/samples/canvas.h"

namespace impasto::samples {

Canvas draw_townscape();  // a content picture: sky, mountains, old houses by a river
Canvas paint_night();     // a style picture: swirling sky over hills, thick blue and yellow paint
Canvas paint_autumn();    // another: warm, broad dabs of a palette knife

inline constexpr ImageSize kSampleSize = {512, 768};

struct Sample {
  std::string_view name;  // of the file
  Canvas (*draw)();
};
inline constexpr Sample kSamples[] = {
    {"townscape.jpg", draw_townscape}, {"night.jpg", paint_night}, {"autumn.jpg", paint_autumn}};
inline constexpr int kSampleQuality = 92;

}  // namespace impasto::samples
