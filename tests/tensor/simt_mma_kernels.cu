// Tensor-core products of one warp, with fragments as the PTX ISA lays them out.
#include "tensor/cuda/half.h"
#include "tensor/cuda/mma.h"
#include "tensor/cuda/warp.h"
#include "tests/tensor/simt_kernels.h"

namespace impasto::simt_test_kernels::IMPASTO_GPU {
namespace {

__device__ __forceinline__ void store(float* d, const float (&fragment)[4]) {
  const int g = lane_index() / 4, t = lane_index() % 4;
  for (int i = 0; i < 4; ++i) d[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = fragment[i];
}

// Variant 1: a[1] and a[2] exchanged, a wrong layout. 2: operands are not rounded first.
__global__ void tf32_kernel(const float* a, const float* b, float* d, int variant) {
  const int g = lane_index() / 4, t = lane_index() % 4;
  std::uint32_t fa[4], fb[2];
  for (int i = 0; i < 4; ++i) {
    const int turned = variant == 1 ? i / 2 + i % 2 * 2 : i;
    const float value = a[(g + turned % 2 * 8) * 8 + t + turned / 2 * 4];
    fa[i] = variant == 2 ? __float_as_uint(value) : to_tf32(value);
  }
  for (int i = 0; i < 2; ++i) fb[i] = to_tf32(b[(t + i * 4) * 8 + g]);
  float fd[4] = {1, 1, 1, 1};
  mma_m16n8k8_tf32(fd, fa, fb);
  store(d, fd);
}

template <bool Bf16>
__device__ __forceinline__ std::uint32_t pack(float low, float high) {
  return Bf16 ? pack_bf16(low, high) : pack_f16(low, high);
}

template <bool Bf16>
__global__ void half_kernel(const float* a, const float* b, float* d) {
  const int g = lane_index() / 4, t = lane_index() % 4;
  std::uint32_t fa[4], fb[2];
  for (int i = 0; i < 4; ++i) {
    const float* at = a + (g + i % 2 * 8) * 16 + 2 * t + i / 2 * 8;
    fa[i] = pack<Bf16>(at[0], at[1]);
  }
  for (int i = 0; i < 2; ++i) {
    const float* at = b + (2 * t + i * 8) * 8 + g;
    fb[i] = pack<Bf16>(at[0], at[8]);
  }
  float fd[4] = {1, 1, 1, 1};
  if (Bf16) {
    mma_m16n8k16_bf16(fd, fa, fb);
  } else {
    mma_m16n8k16_f16(fd, fa, fb);
  }
  store(d, fd);
}

// Four 8 x 8 matrices of 16-bit numbers, 0 .. 255; each lane gives back its eight elements, as they
// are and transposed. Variant 1: rows that are not aligned.
__global__ void matrices_kernel(int* dst, int variant) {
  IMPASTO_SHARED(unsigned short, rows, [264]);
  const int lane = lane_index();
  for (int i = lane; i < 264; i += 32) rows[i] = static_cast<unsigned short>(i);
  __syncwarp();
  std::uint32_t r[4], turned[4];
  ldmatrix_x4(r, rows + 8 * lane + variant);
  ldmatrix_x4_trans(turned, rows + 8 * lane);
  for (int i = 0; i < 4; ++i) {
    dst[(2 * i) * 32 + lane] = static_cast<int>(r[i] & 0xffffu);
    dst[(2 * i + 1) * 32 + lane] = static_cast<int>(r[i] >> 16);
    dst[(8 + 2 * i) * 32 + lane] = static_cast<int>(turned[i] & 0xffffu);
    dst[(8 + 2 * i + 1) * 32 + lane] = static_cast<int>(turned[i] >> 16);
  }
}

// Sums of pieces of 128 floats that come through two buffers; of the last piece `count % 128` are
// there, a multiple of 4 or not. Variants: 1: does not wait for the copies; 2: no barrier after
// reading; 3: no barrier after the wait.
__global__ void __launch_bounds__(32)
    pipeline_kernel(const float* src, float* dst, int count, int variant) {
  IMPASTO_SHARED(float, stage, [2][128]);
  const int lane = lane_index(), pieces = (count + 127) / 128;
  const auto fetch = [&](int piece) {
    if (piece < pieces) {
      const int at = piece * 128 + lane * 4;
      const int valid = min(max(count - at, 0), 4);
      cp_async_16(&stage[piece % 2][lane * 4], valid > 0 ? src + at : src, valid * 4);
    }
    cp_async_commit();
  };
  float sum = 0;
  fetch(0);
  for (int piece = 0; piece < pieces; ++piece) {
    fetch(piece + 1);
    if (variant != 1) cp_async_wait<1>();
    if (variant != 3) __syncthreads();
    for (int i = 0; i < 4; ++i) sum += stage[piece % 2][(lane + 1) % 32 + 32 * i];
    if (variant != 2) __syncthreads();
  }
  dst[lane] = sum;
}

}  // namespace

void product_tf32(const GpuQueue& queue, const Product& data) {
  launch(queue, {"test.tf32", 1, 32}, tf32_kernel, data.a, data.b, data.d, data.variant);
}
void product_bf16(const GpuQueue& queue, const Product& data) {
  launch(queue, {"test.bf16", 1, 32}, half_kernel<true>, data.a, data.b, data.d);
}
void product_f16(const GpuQueue& queue, const Product& data) {
  launch(queue, {"test.f16", 1, 32}, half_kernel<false>, data.a, data.b, data.d);
}
void transposed_matrices(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.matrices", 1, 32}, matrices_kernel, data.dst, data.variant);
}
void product_pipeline(const GpuQueue& queue, const Floats& data) {
  launch(queue, {"test.pipeline", 1, 32}, pipeline_kernel, data.src, data.dst, data.count,
         data.variant);
}

}  // namespace impasto::simt_test_kernels::IMPASTO_GPU
