// What the GPU does against the host twin of each wrapper: the same kernels, compiled for both,
// must give the same bits. Needs a GPU; see cuda_device_test.cpp.
#include <vector>

#include <doctest/doctest.h>

#include "tensor/context.h"
#include "tensor/cuda/devices.h"
#include "tensor/cuda/memory.h"
#include "tests/tensor/simt_kernels.h"

namespace impasto {
namespace {

using namespace simt_test_kernels;

// Memory of the GPU that holds what a vector does.
template <class T>
struct OnGpu {
  explicit OnGpu(const std::vector<T>& values) : memory(0, values.size() * sizeof(T)) {
    cuda_copy(CudaCopy::host_to_device, memory.data(), values.data(), memory.bytes(), 0);
  }
  T* data() const { return static_cast<T*>(memory.data()); }
  std::vector<T> values() const {
    std::vector<T> result(memory.bytes() / sizeof(T));
    cuda_copy(CudaCopy::device_to_host, result.data(), memory.data(), memory.bytes(), 0);
    return result;
  }
  CudaMemory memory;
};

GpuQueue gpu_queue() {
  cuda_make_current(0);
  return {cuda_stream(0), nullptr};
}

// Quarters of small integers: sums are exact, so the order in which a GPU adds shows nowhere.
std::vector<float> quarters(std::size_t count, int seed) {
  std::vector<float> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(static_cast<float>((static_cast<int>(i) * seed) % 61 - 30) / 4);
  }
  return result;
}

using ProductLauncher = void (*)(const GpuQueue&, const Product&);

void check_product(std::size_t depth, ProductLauncher gpu, ProductLauncher twin) {
  const std::vector<float> a = quarters(16 * depth, 37), b = quarters(depth * 8, 29);
  std::vector<float> want(128, -1);
  Context host;
  twin(host.queue(), {.a = a.data(), .b = b.data(), .d = want.data()});
  const OnGpu<float> gpu_a(a), gpu_b(b), gpu_d(std::vector<float>(128, -2));
  gpu(gpu_queue(), {.a = gpu_a.data(), .b = gpu_b.data(), .d = gpu_d.data()});
  CHECK(gpu_d.values() == want);
}

TEST_CASE("tensor cores lay out fragments as their host twins do") {
  check_product(8, simt_test_kernels::cuda::product_tf32, simt_test_kernels::simt::product_tf32);
  check_product(16, simt_test_kernels::cuda::product_bf16, simt_test_kernels::simt::product_bf16);
  check_product(16, simt_test_kernels::cuda::product_f16, simt_test_kernels::simt::product_f16);
}

using IntegersLauncher = void (*)(const GpuQueue&, const Integers&);

void check_integers(int count, IntegersLauncher gpu, IntegersLauncher twin) {
  const auto size = static_cast<std::size_t>(count);
  std::vector<int> src(size), want(size, -1);
  for (std::size_t i = 0; i < size; ++i) src[i] = static_cast<int>(i * 31 % 97);
  Context host;
  twin(host.queue(), {.src = src.data(), .dst = want.data(), .count = count});
  const OnGpu<int> gpu_src(src), gpu_dst(std::vector<int>(size, -1));
  gpu(gpu_queue(), {.src = gpu_src.data(), .dst = gpu_dst.data(), .count = count});
  CHECK(gpu_dst.values() == want);
}

TEST_CASE("matrices are loaded as on the host") {
  check_integers(512, simt_test_kernels::cuda::transposed_matrices,
                 simt_test_kernels::simt::transposed_matrices);
}

}  // namespace
}  // namespace impasto
