// What a step sees: random crops of random pictures, at several scales, mirrored and coloured a
// little otherwise. Half of them are noisy: a picture that is being painted has much that
// photographs lack, and a network that never had to tell noise from nothing lets it grow.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/train/draws.h"
#include "tools/train/pictures.h"

namespace impasto::train {

struct BatchSettings {
  std::int64_t batch = 8;
  std::int64_t crop = 96;        // pixels a side
  double smallest_scale = 0.5;   // a crop shows up to crop / smallest_scale pixels a side
  double jitter = 0.2;           // of brightness, contrast, saturation and each colour's gain
  double noise = 32;             // most, of 255, added to half of the crops; fine or coarse
  double painting_share = 0.25;  // of the samples, where there are paintings
};

// f32 [1, crop, crop, 3], 0..255.
Tensor random_crop(Context& host, const Picture& picture, Draws& draws,
                   const BatchSettings& settings);

// The middle of the picture, as large as it goes: for validation.
Tensor middle_crop(Context& host, const Picture& picture, std::int64_t crop);

// f32 [batch, crop, crop, 3]: a pure function of its arguments.
Tensor random_batch(Context& host, const std::vector<Picture>& photographs,
                    const std::vector<Picture>& paintings, std::uint64_t seed, std::int64_t step,
                    const BatchSettings& settings);

// Pictures [1, h, w, 3] of one size, one after the other.
Tensor stack(const std::vector<Tensor>& pictures);

}  // namespace impasto::train
