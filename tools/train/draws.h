// Random choices of a training run. A sample is a pure function of (seed, step, index in the
// batch): a run that is resumed draws what the uninterrupted one would have drawn, and nothing of
// the generator's state has to be saved.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tensor/random.h"

namespace impasto::train {

class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t step, std::uint32_t index)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        step_(step),
        index_(index) {}

  double uniform() {  // [0, 1)
    const auto block = philox4x32({static_cast<std::uint32_t>(step_),
                                   static_cast<std::uint32_t>(step_ >> 32), index_, drawn_++},
                                  key_);
    return block[0] * 0x1p-32;
  }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  std::int64_t below(std::int64_t count) {
    const auto value = static_cast<std::int64_t>(uniform() * static_cast<double>(count));
    return std::min(value, count - 1);
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t step_;
  std::uint32_t index_;
  std::uint32_t drawn_ = 0;
};

}  // namespace impasto::train
