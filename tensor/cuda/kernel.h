// What every GPU kernel includes. One source is compiled by nvcc for the GPU and by the host's
// compiler for the executor in tensor/simt, so kernels keep to the words both know:
//
//   IMPASTO_SHARED(float, tile, [16][64]);   shared memory of the block, 16-byte aligned
//   IMPASTO_DYNAMIC_SHARED(float, pool);     float* pool, the launch's dynamic shared memory
//   launch(queue, {"op.dir.cuda.idea", grid, block, shared_bytes}, kernel, arguments...);
//
// PTX only in wrappers with a host twin (mma.h, half.h); no implicit warp synchrony, no spin loops,
// no return before a barrier unless the whole block leaves.
#pragma once

#ifndef IMPASTO_GPU
#error "kernels are compiled by impasto_gpu_source(), which defines IMPASTO_GPU"
#endif

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tensor/cuda/queue.h"

#ifdef __CUDACC__

#include <cuda_runtime.h>

#include "tensor/cuda/launch_error.h"

#define IMPASTO_SHARED(type, name, ...) __shared__ __align__(16) type name __VA_ARGS__
#define IMPASTO_DYNAMIC_SHARED(type, name)                                       \
  extern __shared__ __align__(16) unsigned char impasto_dynamic_shared_memory[]; \
  type* const name = reinterpret_cast<type*>(impasto_dynamic_shared_memory)

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

struct LaunchShape {
  const char* id;  // of the kernel, for messages
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic
};

inline void check_launch(const char* id, cudaError_t status) {
  if (status != cudaSuccess) throw_launch_error(id, cudaGetErrorString(status));
}

// The one way to launch. Arguments are copied; what fails before the kernel runs is thrown.
template <class... Parameters>
void launch(const GpuQueue& queue, const LaunchShape& shape, void (*kernel)(Parameters...),
            std::type_identity_t<Parameters>... arguments) {
  constexpr std::size_t kWithoutAsking = 48 * 1024;
  if (shape.shared_bytes > kWithoutAsking) {
    check_launch(shape.id, cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                                cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                static_cast<int>(shape.shared_bytes)));
  }
  kernel<<<shape.grid, shape.block, shape.shared_bytes, static_cast<cudaStream_t>(queue.stream)>>>(
      arguments...);
  check_launch(shape.id, cudaGetLastError());
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu

#else
#include "tensor/simt/device.h"
#endif

namespace impasto {
using namespace gpu;
}  // namespace impasto
