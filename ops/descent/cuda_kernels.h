// Launchers of descent's CUDA kernels: plain structs, for nvcc and for the host.
#pragma once

#include <cstdint>

#include "ops/descent/lbfgs_layout.h"
#include "tensor/cuda/queue.h"

namespace impasto::descent_kernels {

struct GuardLaunch {
  bool moved = false;
  double tolerance = 0;
  const double* loss = nullptr;
  const double* nonfinite = nullptr;
  const double* largest = nullptr;
  double* state = nullptr;
};

struct LbfgsLaunch {
  LbfgsLayout layout{};
  double learning_rate = 1;
  bool scaled = true;
  const double* products = nullptr;
  const double* abs_sum = nullptr;
  const double* orders = nullptr;
  double* state = nullptr;
  double* work = nullptr;  // kWorkPerPair doubles a pair
};
inline constexpr std::int64_t kWorkPerPair = 3;

struct AdamPlanLaunch {
  double learning_rate = 0, beta1 = 0, beta2 = 0;
  const double* orders = nullptr;
  double* state = nullptr;
};

IMPASTO_GPU_DECLARE(void guard(const GpuQueue&, const GuardLaunch&));
IMPASTO_GPU_DECLARE(void lbfgs(const GpuQueue&, const LbfgsLaunch&));
IMPASTO_GPU_DECLARE(void adam(const GpuQueue&, const AdamPlanLaunch&));

}  // namespace impasto::descent_kernels
