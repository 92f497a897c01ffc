#include "ops/relu/relu.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tensor/bits.h"
#include "tensor/random.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

using namespace test;

const std::int64_t kCounts[] = {1, 3, 63, 64, 65, 1000, 128 * 512 + 17};

Tensor random_source(std::int64_t count, DType dtype) {
  Tensor src = Tensor::empty({count}, dtype);
  fill_normal(src, 1);
  return src;
}

TEST_CASE("every relu kernel equals its definition") {
  Context context;
  for (const auto& kernel : kernels_here(relu_forward_table())) {
    for (std::int64_t count : kCounts) {
      CAPTURE(kernel.info.id);
      CAPTURE(count);
      const Tensor src = random_source(count, DType::f32);
      Tensor dst = Tensor::full({count}, NAN);
      Tensor mask = Tensor::empty({count}, DType::bits);
      run_kernel(context, kernel, {count, DType::f32}, {src, dst, &mask});
      int wrong = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const float x = src.data<float>()[i];
        wrong += dst.data<float>()[i] != std::max(x, 0.0f);
        wrong += get_bit(mask.data<std::uint64_t>(), i) != (x > 0);
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("every relu backward kernel passes the gradient where the mask is set") {
  Context context;
  for (const auto& kernel : kernels_here(relu_backward_table())) {
    for (std::int64_t count : kCounts) {
      CAPTURE(kernel.info.id);
      CAPTURE(count);
      const Tensor src = random_source(count, DType::f32);
      const Tensor mask = relu_forward(context, src, true).mask;
      Tensor grad_dst = Tensor::empty({count});
      fill_normal(grad_dst, 2);
      Tensor grad_src = Tensor::full({count}, NAN);
      run_kernel(context, kernel, {count, DType::f32}, {grad_dst, mask, grad_src});
      int wrong = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const float want = src.data<float>()[i] > 0 ? grad_dst.data<float>()[i] : 0.0f;
        wrong += grad_src.data<float>()[i] != want;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("relu lets NaN through") {
  Context context;
  for (const auto& kernel : kernels_here(relu_forward_table())) {
    CAPTURE(kernel.info.id);
    const Tensor src = Tensor::full({5}, NAN);
    Tensor dst = Tensor::zeros({5});
    run_kernel(context, kernel, {5, DType::f32}, {src, dst, nullptr});
    CHECK(std::isnan(dst.data<float>()[4]));
  }
}

}  // namespace
}  // namespace impasto
