// Where GPU work goes, and for what its code was compiled. Plain: kernels and host code include it.
#pragma once

#include <cstdint>

namespace impasto {

struct GpuQueue {
  void* stream = nullptr;    // cudaStream_t, under nvcc
  void* executor = nullptr;  // simt::Executor, on the host
};

// The same sources are compiled for GPUs, for the host executor, and for its race detector.
enum class GpuCode : std::uint8_t { cuda, simt, simt_race };

}  // namespace impasto

// Declares a launcher for each.
#define IMPASTO_GPU_DECLARE(...) \
  namespace cuda {               \
  __VA_ARGS__;                   \
  }                              \
  namespace simt {               \
  __VA_ARGS__;                   \
  }                              \
  namespace simt_race {          \
  __VA_ARGS__;                   \
  }                              \
  static_assert(true)
