// How operands of products reach shared memory while others are multiplied: copies that nobody
// waits for, and a pipeline of chunks.
#pragma once

#include <cstdint>

#include "tensor/cuda/kernel.h"
#include "tensor/cuda/mma.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {

// read_vector() without waiting, to shared memory; channels are a multiple of 4.
__device__ __forceinline__ void copy_vector(std::uint32_t* to, const float* values, int channels,
                                            int pixel, int c) {
  const bool exists = pixel >= 0 && c < channels;
  const float* from = values;
  if (exists)
    from += static_cast<std::size_t>(pixel) * static_cast<std::size_t>(channels) +
            static_cast<std::size_t>(c);
  cp_async_16(to, from, exists ? 16 : 0);
}

// Chunks of k through shared memory, kStages of them in flight. loader.start(stage) begins with the
// next chunk, loader.finish(stage) stores what passed through registers, multiply(stage) is called
// for one after the other. One barrier a chunk: it says that the chunk is there for all, and that
// all have read the one before it, whose place is then filled again. Ends with a barrier; `pool` is
// free.
template <int kStages, int kStageWords, class Loader, class Multiply>
__device__ __forceinline__ void stream_chunks(std::uint32_t* pool, int chunks, Loader& loader,
                                              const Multiply& multiply) {
  const auto stage = [&](int chunk) { return pool + chunk % kStages * kStageWords; };
  const auto start = [&](int chunk) {
    if (chunk < chunks) loader.start(stage(chunk));
    cp_async_commit();  // an empty group behind the last chunk, so that counts stay right
  };
  for (int chunk = 0; chunk < kStages - 1; ++chunk) {
    start(chunk);
    if (chunk < chunks) loader.finish(stage(chunk));
  }
  for (int chunk = 0; chunk < chunks; ++chunk) {
    const int next = chunk + kStages - 1;
    cp_async_wait<kStages - 2>();
    __syncthreads();
    start(next);
    multiply(stage(chunk));
    if (next < chunks) loader.finish(stage(next));
  }
  cp_async_wait<0>();
  __syncthreads();
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
