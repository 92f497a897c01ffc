// Kernels with warp collectives, right ones and wrong ones.
#include "tensor/cuda/kernel.h"
#include "tensor/cuda/warp.h"
#include "tests/tensor/simt_kernels.h"

namespace impasto::simt_test_kernels::IMPASTO_GPU {
namespace {

// Results of one shuffle each, 32 lanes a row.
__global__ void shuffles_kernel(const int* src, int* dst) {
  const int lane = lane_index();
  const int value = src[lane];
  int row = 0;
  const auto put = [&](int result) { dst[32 * row++ + lane] = result; };
  put(__shfl_sync(kWholeWarp, value, 5));
  put(__shfl_sync(kWholeWarp, value, lane + 3));
  put(__shfl_sync(kWholeWarp, value, 2, 8));
  put(__shfl_up_sync(kWholeWarp, value, 3));
  put(__shfl_down_sync(kWholeWarp, value, 4));
  put(__shfl_down_sync(kWholeWarp, value, 4, 16));
  put(__shfl_xor_sync(kWholeWarp, value, 9));
  put(__shfl_xor_sync(kWholeWarp, value, 1, 2));
  // Halves of the warp that go their own ways.
  if (lane < 16) {
    put(__shfl_sync(0x0000ffffu, value, 1));
  } else {
    put(__shfl_sync(0xffff0000u, value, 17));
  }
  put(warp_sum(value));
}

__global__ void wide_shuffles_kernel(const float* src, float* dst) {
  const int lane = lane_index();
  const float value = src[lane];
  dst[lane] = __shfl_xor_sync(kWholeWarp, value, 1);
  dst[32 + lane] = static_cast<float>(__shfl_xor_sync(kWholeWarp, static_cast<double>(value), 2));
  dst[64 + lane] = static_cast<float>(__shfl_up_sync(kWholeWarp, static_cast<long long>(lane), 1));
  dst[96 + lane] = static_cast<float>(__shfl_sync(kWholeWarp, static_cast<unsigned>(lane), 31));
  dst[128 + lane] = warp_max(value);
}

__global__ void votes_kernel(const int* src, int* dst) {
  const int lane = lane_index();
  const int value = src[lane];
  dst[lane] = static_cast<int>(__ballot_sync(kWholeWarp, value > 0));
  dst[32 + lane] = __any_sync(kWholeWarp, value > 0);
  dst[64 + lane] = __all_sync(kWholeWarp, value > 0);
  const unsigned half = lane < 16 ? 0x0000ffffu : 0xffff0000u;
  dst[96 + lane] = __all_sync(half, lane < 16);
}

// Lanes exchange through shared memory. Variant 1: without the __syncwarp.
__global__ void exchange_kernel(const int* src, int* dst, int variant) {
  IMPASTO_SHARED(int, tile, [64]);
  const int i = linear_thread(), lane = lane_index();
  tile[i] = src[i];
  if (variant == 0) __syncwarp();
  dst[i] = tile[i - lane + (lane + 1) % 32];
}

// 0: a lane that is not in its mask. 1: a lane that has ended. 2: masks that disagree. 3: half a
// warp at a barrier, half in a shuffle. 4: a lane that ends while others wait for it. 5: two
// operations. 6: a lane that the mask leaves out is read.
__global__ void wrong_warp_kernel(int* dst, int variant) {
  const int lane = lane_index();
  int value = lane;
  if (variant == 0) value = __shfl_sync(0x7fffffffu, value, 0);
  if (variant == 1 && lane == 0) return;
  if (variant == 4 && lane == 31) return;
  if (variant == 1 || variant == 4) value = __shfl_sync(kWholeWarp, value, 1);
  if (variant == 2) value = __shfl_sync(lane < 16 ? kWholeWarp : 0xffff0001u, value, 16);
  if (variant == 3) {
    if (lane < 16) {
      __syncthreads();
    } else {
      value = __shfl_sync(kWholeWarp, value, 1);
    }
  }
  if (variant == 5) {
    if (lane < 16) {
      __syncwarp();
    } else {
      value = __shfl_sync(kWholeWarp, value, 1);
    }
  }
  if (variant == 6 && lane < 16) value = __shfl_sync(0x0000ffffu, value, 20);
  dst[lane] = value;
}

__global__ void block_sums_kernel(const float* src, float* dst, int count) {
  float sum = 0;
  double wide = 0;
  for (int i = linear_thread(); i < count; i += 128) {
    sum += src[i];
    wide += static_cast<double>(src[i]);
  }
  const float total = block_sum<128>(sum);
  const double wide_total = block_sum<128>(wide);
  const float again = block_sum<128>(sum);
  dst[threadIdx.x] = total == again ? total : -1.0f;
  dst[128 + threadIdx.x] = static_cast<float>(wide_total);
}

}  // namespace

void shuffles(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.shuffles", 1, 32}, shuffles_kernel, data.src, data.dst);
}
void wide_shuffles(const GpuQueue& queue, const Floats& data) {
  launch(queue, {"test.wide_shuffles", 1, 32}, wide_shuffles_kernel, data.src, data.dst);
}
void votes(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.votes", 1, 32}, votes_kernel, data.src, data.dst);
}
void warp_exchange(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.exchange", 1, 64}, exchange_kernel, data.src, data.dst, data.variant);
}
void wrong_warp(const GpuQueue& queue, const Integers& data) {
  launch(queue, {"test.wrong_warp", 1, 32}, wrong_warp_kernel, data.dst, data.variant);
}
void block_sums(const GpuQueue& queue, const Floats& data) {
  launch(queue, {"test.block_sums", 1, 128}, block_sums_kernel, data.src, data.dst, data.count);
}

}  // namespace impasto::simt_test_kernels::IMPASTO_GPU
