#include "ops/pad/pad.h"

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr PadMode kModes[] = {PadMode::zero, PadMode::reflect, PadMode::replicate};

std::vector<PadProblem> problems(DType dtype) {
  std::vector<PadProblem> list;
  for (PadMode mode : kModes) {
    list.push_back({1, 1, 1, 1, {0, 0, 0, 0, mode}, dtype});
    list.push_back({2, 3, 4, 5, {1, 1, 1, 1, mode}, dtype});
    list.push_back({1, 7, 5, 3, {2, 6, 4, 0, mode}, dtype});
    list.push_back({1, 37, 41, 64, {1, 2, 3, 4, mode}, dtype});
  }
  list.push_back({2, 2, 3, 3, {4, 5, 6, 7, PadMode::zero}, dtype});
  list.push_back({2, 2, 3, 3, {4, 5, 6, 7, PadMode::replicate}, dtype});
  return list;
}

Shape source_shape(const PadProblem& p) {
  return {p.n, p.h, p.w, p.c};
}

Shape padded_shape(const PadProblem& p) {
  return {p.n, p.h + p.params.top + p.params.bottom, p.w + p.params.left + p.params.right, p.c};
}

// The modes written out on a picture of one row.
TEST_CASE("pad shows what each mode is defined to show") {
  Context context;
  const Tensor src = Tensor::from<float>({1, 1, 3, 1}, {1, 2, 3});
  const std::vector<float> rows[] = {
      {0, 0, 1, 2, 3, 0, 0}, {3, 2, 1, 2, 3, 2, 1}, {1, 1, 1, 2, 3, 3, 3}};
  for (int mode = 0; mode < 3; ++mode) {
    const Tensor dst = pad(context, src, {.left = 2, .right = 2, .mode = kModes[mode]});
    CHECK(compare_exact(dst, Tensor::from<float>({1, 1, 7, 1}, rows[mode])).ok);
  }
  const Tensor column = pad(context, src, {.top = 1, .bottom = 1, .mode = PadMode::zero});
  CHECK(compare_exact(column, Tensor::from<float>({1, 3, 3, 1}, {0, 0, 0, 1, 2, 3, 0, 0, 0})).ok);
}

TEST_CASE("every pad kernel copies the pixel that padded_source names") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const PadProblem& p : problems(dtype)) {
      const Tensor src = random_tensor(source_shape(p), dtype, 1);
      const Tensor values = src.to(DType::f64);
      Tensor want = Tensor::zeros(padded_shape(p), DType::f64);
      const std::int64_t h = want.shape()[1], w = want.shape()[2];
      for (std::int64_t i = 0; i < want.numel(); ++i) {
        const std::int64_t x = padded_source(i / p.c % w - p.params.left, p.w, p.params.mode);
        const std::int64_t y = padded_source(i / p.c / w % h - p.params.top, p.h, p.params.mode);
        const std::int64_t b = i / p.c / w / h;
        if (x < 0 || y < 0) continue;
        want.data<double>()[i] = values.data<double>()[((b * p.h + y) * p.w + x) * p.c + i % p.c];
      }
      for_kernels(context, pad_forward_table(), p, [&](const auto& kernel) {
        Tensor dst = poisoned(padded_shape(p), dtype);
        run_kernel(context, kernel, p, {src, dst});
        CHECK(compare_exact(dst, want.to(dtype)).ok);
      });
    }
  }
}

TEST_CASE("every pad backward kernel is the adjoint of pad") {
  Context context;
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const PadProblem& p : problems(dtype)) {
      const Tensor src = random_integers(source_shape(p), dtype, 1);
      const Tensor grad_dst = random_integers(padded_shape(p), dtype, 2);
      const double want = inner(pad(context, src, p.params), grad_dst);
      Tensor reference = poisoned(source_shape(p), dtype);
      run_kernel(context, pad_backward_table().kernels.back(), p, {grad_dst, reference});
      for_kernels(context, pad_backward_table(), p, [&](const auto& kernel) {
        Tensor grad_src = poisoned(source_shape(p), dtype);
        run_kernel(context, kernel, p, {grad_dst, grad_src});
        CHECK(inner(src, grad_src) == want);
        CHECK(compare_exact(grad_src, reference).ok);
      });
    }
  }
}

TEST_CASE("every pad backward kernel sums random gradients") {
  Context context;
  for (const PadProblem& p : problems(DType::f32)) {
    const Tensor grad_dst = random_tensor(padded_shape(p), DType::f32, 2);
    Tensor want = poisoned(source_shape(p), DType::f32);
    run_kernel(context, pad_backward_table().kernels.back(), p, {grad_dst, want});
    for_kernels(context, pad_backward_table(), p, [&](const auto& kernel) {
      Tensor grad_src = poisoned(source_shape(p), DType::f32);
      run_kernel(context, kernel, p, {grad_dst, grad_src});
      const double length = static_cast<double>(kernel.reduction_length(p) + 1);
      CHECK(compare(grad_src, want, 6e-8 * length * max_abs(grad_dst)).ok);
    });
  }
}

TEST_CASE("pad refuses what it cannot do") {
  Context context;
  const Tensor src = Tensor::zeros({1, 2, 3, 1});
  CHECK_THROWS_WITH_AS(pad(context, src, {.bottom = 2, .mode = PadMode::reflect}),
                       doctest::Contains("reflecting 2 pixels needs more than 2 along height"),
                       Error);
  CHECK_NOTHROW(pad(context, src, {.right = 2, .mode = PadMode::reflect}));
  CHECK_THROWS_AS(pad(context, src, {.left = -1}), Error);
  CHECK_THROWS_AS(pad(context, src, {.top = INT64_MAX, .bottom = 1}), Error);
  CHECK_THROWS_AS(pad(context, Tensor::zeros({2, 3}), {}), Error);
  CHECK_THROWS_AS(pad(context, Tensor::zeros({1, 0, 3, 1}), {.top = 1, .mode = PadMode::replicate}),
                  Error);
  CHECK_THROWS_WITH_AS(pad_backward(context, src, src.shape(), {.top = 1}),
                       doctest::Contains("expected [1, 3, 3, 1]"), Error);
  CHECK_THROWS_WITH_AS(parse_pad_mode("mirror"), doctest::Contains("zero, reflect or replicate"),
                       InputError);
  for (PadMode mode : kModes) CHECK(parse_pad_mode(to_string(mode)) == mode);
}

}  // namespace
}  // namespace impasto
