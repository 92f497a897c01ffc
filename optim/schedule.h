// Learning rates over the steps of a training run: linear warm-up, then half a cosine down to
// nothing. Goyal et al., "Accurate, large minibatch SGD", 2017, warm up; Loshchilov and Hutter,
// "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
#pragma once

#include <cstdint>

namespace impasto {

struct WarmupCosine {
  double peak = 1e-3;
  std::int64_t warmup = 0;  // steps; the peak is reached by the last of them
  std::int64_t steps = 1;   // in all

  // Of a step, from 0. Warm-up does not depend on `steps`: how long a run is to be can be decided
  // while it lasts.
  double at(std::int64_t step) const;
};

}  // namespace impasto
