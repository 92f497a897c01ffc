// Where launches of kernels go, in plain C++: headers that a kernel's source and its host code
// share include this and nothing heavier.
#pragma once

namespace impasto {

struct GpuQueue {
  void* stream = nullptr;    // a cudaStream_t, for kernels compiled for the GPU
  void* executor = nullptr;  // a simt::Executor, for kernels compiled for the host
};

}  // namespace impasto

// Declares a launcher once for each way its source is compiled: for the host executor, for the host
// executor with a race detector, for the GPU. Stands in the namespace of the op's kernels.
#define IMPASTO_GPU_DECLARE(...) \
  namespace simt {               \
  __VA_ARGS__;                   \
  }                              \
  namespace simt_race {          \
  __VA_ARGS__;                   \
  }                              \
  namespace cuda {               \
  __VA_ARGS__;                   \
  }                              \
  static_assert(true)
