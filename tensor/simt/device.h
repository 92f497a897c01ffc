// CUDA's words for kernels that the host's compiler compiles; see tensor/cuda/kernel.h, which
// includes this. All of it lives in a namespace that differs between the ways of compiling a
// kernel, so that the linker never takes an inline function of one for another.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

#include "tensor/simt/calls.h"
#include "tensor/simt/launch.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(bytes) alignas(bytes)

#define threadIdx (static_cast<const ::impasto::simt::Index3&>(::impasto::simt::tl.thread_index))
#define blockIdx (static_cast<const ::impasto::simt::Index3&>(::impasto::simt::tl.block_index))
#define blockDim (static_cast<const ::impasto::simt::Dim3&>(::impasto::simt::tl.block_dim))
#define gridDim (static_cast<const ::impasto::simt::Dim3&>(::impasto::simt::tl.grid_dim))

#define IMPASTO_SHARED(type, name, ...)                         \
  typedef type name##_shared_type __VA_ARGS__;                  \
  static constinit ::impasto::simt::SharedSlot name##_slot;     \
  name##_shared_type& name = *static_cast<name##_shared_type*>( \
      ::impasto::simt::shared_slot(name##_slot, sizeof(name##_shared_type), #name))
#define IMPASTO_DYNAMIC_SHARED(type, name) \
  type* const name = static_cast<type*>(::impasto::simt::dynamic_shared())

#include "tensor/simt/device_atomics.h"
#include "tensor/simt/device_maths.h"
#include "tensor/simt/device_vectors.h"
#include "tensor/simt/device_warp.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

struct LaunchShape {
  const char* id;  // of the kernel, for messages
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic
};

template <class... Parameters>
struct Call {
  void (*kernel)(Parameters...);
  std::tuple<Parameters...> arguments;

  static void run(const void* self) {
    const Call& call = *static_cast<const Call*>(self);
    std::apply(call.kernel, call.arguments);
  }
};

// The one way to launch. Arguments are copied.
template <class... Parameters>
void launch(const GpuQueue& queue, const LaunchShape& shape, void (*kernel)(Parameters...),
            std::type_identity_t<Parameters>... arguments) {
#ifdef __SANITIZE_THREAD__
  constexpr bool kInstrumented = true;
#else
  constexpr bool kInstrumented = false;
#endif
  const Call<Parameters...> call{kernel, {arguments...}};
  ::impasto::simt::run_launch(queue.executor,
                              {shape.id, shape.grid, shape.block, shape.shared_bytes,
                               &Call<Parameters...>::run, &call, sizeof(call), kInstrumented});
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
