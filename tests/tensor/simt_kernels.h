// Kernels that the tests of the host executor run, and what they are given.
#pragma once

#include <cstdint>

#include "tensor/cuda/queue.h"

namespace impasto::simt_test_kernels {

struct Shape {
  unsigned grid[3] = {1, 1, 1};
  unsigned block[3] = {32, 1, 1};
};

struct Integers {
  const int* src = nullptr;
  int* dst = nullptr;
  int count = 0;
  int variant = 0;  // which case or fault
};

struct Floats {
  const float* src = nullptr;
  float* dst = nullptr;
  int count = 0;
  int variant = 0;
};

// d = a b for one warp; a [16, k], b [k, 8], row by row.
struct Product {
  const float* a = nullptr;
  const float* b = nullptr;
  float* d = nullptr;
  int variant = 0;
};

// simt_kernels.cu
IMPASTO_GPU_DECLARE(void count_threads(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void number_threads(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void copy_vectors(const GpuQueue&, const Floats&));
IMPASTO_GPU_DECLARE(void scalars(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void atomics(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void last_block(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void throwing(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void halves(const GpuQueue&, const Floats&));

// simt_warp_kernels.cu
IMPASTO_GPU_DECLARE(void shuffles(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void votes(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void warp_exchange(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void wrong_warp(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void block_sums(const GpuQueue&, const Floats&));
IMPASTO_GPU_DECLARE(void wide_shuffles(const GpuQueue&, const Floats&));

// simt_block_kernels.cu
IMPASTO_GPU_DECLARE(void reverse_in_shared(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void prefix_sums(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void slots(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void read_unwritten(const GpuQueue&, const Floats&));
IMPASTO_GPU_DECLARE(void too_much_shared(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void wrong_barrier(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void past_the_end(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void neighbours(const GpuQueue&, const Shape&, const Integers&));
IMPASTO_GPU_DECLARE(void time_barriers(const GpuQueue&, const Shape&, const Integers&));

// simt_mma_kernels.cu
IMPASTO_GPU_DECLARE(void product_tf32(const GpuQueue&, const Product&));
IMPASTO_GPU_DECLARE(void product_bf16(const GpuQueue&, const Product&));
IMPASTO_GPU_DECLARE(void product_f16(const GpuQueue&, const Product&));
IMPASTO_GPU_DECLARE(void transposed_matrices(const GpuQueue&, const Integers&));
IMPASTO_GPU_DECLARE(void product_pipeline(const GpuQueue&, const Floats&));

}  // namespace impasto::simt_test_kernels
