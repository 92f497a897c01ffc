// What GPU kernels of conv2d do once for a frozen filter, or beside their real work: filters packed
// as a kernel's tiles want them, and the border of a padded picture's gradient folded back. A
// thread an element that is written; bytes only.
#include "ops/conv2d/cuda_device.cuh"
#include "tensor/cuda/half.h"

namespace impasto::conv2d_kernels::IMPASTO_GPU {
namespace {

constexpr int kThreads = 256;

__device__ std::int64_t thread_index() {
  return static_cast<std::int64_t>(blockIdx.x) * kThreads + static_cast<std::int64_t>(threadIdx.x);
}

// One element, or the zero behind the last channel.
__device__ float filter_element(const GpuFilterView& view, int o, int i, int j, int c) {
  if (o >= view.oc || c >= view.ic) return 0;
  return view.first[o * view.o_step + i * view.i_step + j * view.j_step + c * view.c_step];
}

__global__ void pack_outputs_inside_kernel(GpuPacking p, int inputs, std::int64_t count) {
  const std::int64_t index = thread_index();
  if (index >= count) return;
  const int inner = static_cast<int>(index % p.block_o);
  const std::int64_t tap = index / p.block_o, c = tap / (p.view.kh * p.view.kw);
  const int j = static_cast<int>(tap % p.view.kw),
            i = static_cast<int>(tap / p.view.kw % p.view.kh);
  const int o = static_cast<int>(c / inputs) * p.block_o + inner;
  static_cast<float*>(p.packed)[index] =
      filter_element(p.view, o, i, j, static_cast<int>(c % inputs));
}

// A thread has one word: an f32, or two neighbouring channels of 16 bits.
__global__ void pack_inputs_inside_kernel(GpuPacking p, int outputs, int inputs,
                                          std::int64_t count) {
  const std::int64_t index = thread_index();
  if (index >= count) return;
  const int each = p.element == GpuElement::f32 ? 1 : 2, words = p.block_c / each;
  const int inner = static_cast<int>(index % words) * each;
  const std::int64_t row = index / words;
  const int o = static_cast<int>(row % outputs), chunks = inputs / p.block_c;
  const std::int64_t chunk = row / outputs, tap = chunk / chunks;
  const int c = static_cast<int>(chunk % chunks) * p.block_c + inner;
  const int i = static_cast<int>(tap / p.view.kw), j = static_cast<int>(tap % p.view.kw);
  const float first = filter_element(p.view, o, i, j, c);
  std::uint32_t word = __float_as_uint(first);
  if (each == 2) {
    const float second = filter_element(p.view, o, i, j, c + 1);
    word = p.element == GpuElement::bf16 ? pack_bf16(first, second) : pack_f16(first, second);
  }
  static_cast<std::uint32_t*>(p.packed)[index] = word;
}

// A thread has one channel of one pixel, and adds up the positions that show it in their order.
__global__ void fold_kernel(GpuFold p, std::int64_t count) {
  const std::int64_t index = thread_index();
  if (index >= count) return;
  const int c = static_cast<int>(index % p.channels);
  const std::int64_t pixel = index / p.channels;
  const int x = static_cast<int>(pixel % p.w), y = static_cast<int>(pixel / p.w % p.h);
  const std::int64_t n = pixel / p.w / p.h;
  const int none = -p.pad - 1, shown = 1 + 2 * p.pad;
  const std::int64_t padded_h = p.h + 2 * p.pad, padded_w = p.w + 2 * p.pad;
  float sum = 0;
  for (int ky = 0; ky < shown; ++ky) {
    const int py = showing_position(ky, y, p.h, p.pad, p.border, none);
    for (int kx = 0; kx < shown && py != none; ++kx) {
      const int px = showing_position(kx, x, p.w, p.pad, p.border, none);
      if (px == none) continue;
      sum += p.padded[((n * padded_h + py + p.pad) * padded_w + px + p.pad) * p.channels + c];
    }
  }
  p.dst[index] = sum;
}

LaunchShape shape_of(const char* id, std::int64_t count) {
  return {id, dim3(static_cast<unsigned>((count + kThreads - 1) / kThreads)), dim3(kThreads)};
}

int round_up(int a, int b) {
  return (a + b - 1) / b * b;
}

}  // namespace

void fold_border(const GpuQueue& queue, const GpuFold& p) {
  const std::int64_t count = static_cast<std::int64_t>(p.n) * p.h * p.w * p.channels;
  launch(queue, shape_of("conv2d.bwd_data.cuda, border", count), fold_kernel, p, count);
}

void pack_outputs_inside(const GpuQueue& queue, const GpuPacking& p) {
  const int outputs = round_up(p.view.oc, p.block_o), inputs = round_up(p.view.ic, p.block_c);
  const std::int64_t count = static_cast<std::int64_t>(outputs) * inputs * p.view.kh * p.view.kw;
  launch(queue, shape_of("conv2d.cuda, filters", count), pack_outputs_inside_kernel, p, inputs,
         count);
}

void pack_inputs_inside(const GpuQueue& queue, const GpuPacking& p) {
  const int outputs = round_up(p.view.oc, p.block_o), inputs = round_up(p.view.ic, p.block_c);
  const int each = p.element == GpuElement::f32 ? 1 : 2;
  const std::int64_t count =
      static_cast<std::int64_t>(outputs) * inputs * p.view.kh * p.view.kw / each;
  launch(queue, shape_of("conv2d.cuda, filters", count), pack_inputs_inside_kernel, p, outputs,
         inputs, count);
}

}  // namespace impasto::conv2d_kernels::IMPASTO_GPU
