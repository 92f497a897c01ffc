#include "ops/pool2d/pool2d.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/bits.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

// Odd extents, windows in one row or column, channels that leave codes straddling words and tiles
// (2048 outputs), and enough tiles for several tasks.
const Pool2dProblem kProblems[] = {
    {1, 2, 2, 1},  {1, 3, 3, 1},   {2, 5, 4, 3},   {1, 2, 9, 16},   {2, 7, 2, 33},
    {1, 8, 8, 64}, {1, 6, 10, 32}, {2, 34, 35, 3}, {3, 37, 41, 33}, {1, 64, 66, 64},
    {0, 4, 4, 3},  {1, 1, 7, 3},   {2, 7, 1, 3},   {1, 4, 2, 2049}, {1, 100, 3, 1},
};

Pool2dProblem with(Pool2dProblem problem, PoolKind kind, DType dtype = DType::f32) {
  problem.kind = kind;
  problem.dtype = dtype;
  return problem;
}

Shape src_shape(const Pool2dProblem& p) {
  return {p.n, p.h, p.w, p.c};
}
Shape dst_shape(const Pool2dProblem& p) {
  return {p.n, p.h / 2, p.w / 2, p.c};
}
Shape codes_shape(const Pool2dProblem& p) {
  return {p.n, p.h / 2, p.w / 2, p.c, 2};
}

template <class Table>
const auto& reference_of(const Table& table) {
  return table.kernels.back();
}

Pool2dForward forward(Context& context, const Kernel<Pool2dProblem, Pool2dForwardArgs>& kernel,
                      const Pool2dProblem& problem, const Tensor& src) {
  Pool2dForward result{poisoned(dst_shape(problem), problem.dtype), {}};
  if (problem.kind == PoolKind::max) {
    result.codes = Tensor::empty(codes_shape(problem), DType::bits);
    std::memset(result.codes.raw(), 0x5a, result.codes.bytes());
  }
  run_kernel(context, kernel, problem,
             {src, result.dst, problem.kind == PoolKind::max ? &result.codes : nullptr});
  return result;
}

Tensor backward(Context& context, const Kernel<Pool2dProblem, Pool2dBackwardArgs>& kernel,
                const Pool2dProblem& problem, const Tensor& grad_dst, const Tensor& codes) {
  Tensor grad_src = poisoned(src_shape(problem), problem.dtype);
  run_kernel(context, kernel, problem, {grad_dst, codes, grad_src});
  return grad_src;
}

int code_of(const Tensor& codes, std::int64_t element) {
  const std::uint64_t* words = codes.data<std::uint64_t>();
  return get_bit(words, 2 * element) + 2 * get_bit(words, 2 * element + 1);
}

template <class T>
void check_known_answers(DType dtype) {
  // 3 x 5 with two channels, the second counting down: the last row and column are dropped.
  std::vector<T> values;
  for (int i = 0; i < 15; ++i) {
    values.push_back(static_cast<T>(i));
    values.push_back(static_cast<T>(-i));
  }
  const Tensor src = Tensor::from<T>({1, 3, 5, 2}, values);
  const Tensor grad = Tensor::from<T>({1, 1, 2, 2}, std::vector<T>{4, 8, 12, 16});
  Context context;
  const Pool2dForward max = pool2d_forward(context, src, PoolKind::max, true);
  CHECK(compare(max.dst, Tensor::from<T>({1, 1, 2, 2}, std::vector<T>{6, 0, 8, -2}), 0).ok);
  const int want_codes[] = {3, 0, 3, 0};
  for (int i = 0; i < 4; ++i) CHECK(code_of(max.codes, i) == want_codes[i]);

  Tensor want = Tensor::zeros(src.shape(), dtype);
  T* w = want.data<T>();
  w[2 * 6] = 4, w[1] = 8, w[2 * 8] = 12, w[2 * 2 + 1] = 16;
  CHECK(compare(pool2d_backward(context, grad, max.codes, src.shape(), PoolKind::max), want, 0).ok);

  const Pool2dForward mean = pool2d_forward(context, src, PoolKind::average, true);
  CHECK(compare(mean.dst, Tensor::from<T>({1, 1, 2, 2}, std::vector<T>{3, -3, 5, -5}), 0).ok);
  CHECK_FALSE(mean.codes.defined());
  for (T& value : want.values<T>()) value = 0;
  for (int pixel : {0, 1, 5, 6}) w[2 * pixel] = 1, w[2 * pixel + 1] = 2;
  for (int pixel : {2, 3, 7, 8}) w[2 * pixel] = 3, w[2 * pixel + 1] = 4;
  CHECK(compare(pool2d_backward(context, grad, {}, src.shape(), PoolKind::average), want, 0).ok);
}

TEST_CASE("pool2d gives the known answers in f32 and f64") {
  check_known_answers<float>(DType::f32);
  check_known_answers<double>(DType::f64);
}

TEST_CASE("every pool2d kernel finds the same maxima and codes as the reference") {
  Context context;
  const auto table = pool2d_forward_table();
  for (const auto& kernel : kernels_here(table)) {
    for (const Pool2dProblem& p : kProblems) {
      const Pool2dProblem problem = with(p, PoolKind::max);
      CAPTURE(kernel.info.id);
      CAPTURE(problem.to_string());
      // Integers in [-3, 3] are full of ties, normal numbers have none.
      for (const Tensor& src : {random_integers(src_shape(p), DType::f32, 1),
                                random_tensor(src_shape(p), DType::f32, 2)}) {
        const Pool2dForward want = forward(context, reference_of(table), problem, src);
        const Pool2dForward got = forward(context, kernel, problem, src);
        CHECK(compare_exact(got.dst, want.dst).ok);
        CHECK(compare_exact(got.codes, want.codes).ok);
        Tensor alone = poisoned(dst_shape(problem));
        run_kernel(context, kernel, problem, {src, alone, nullptr});
        CHECK(compare_exact(alone, want.dst).ok);
      }
    }
  }
}

TEST_CASE("every pool2d kernel averages") {
  Context context;
  const auto table = pool2d_forward_table();
  for (const auto& kernel : kernels_here(table)) {
    for (const Pool2dProblem& p : kProblems) {
      if (dst_shape(p).numel() == 0) continue;
      const Pool2dProblem problem = with(p, PoolKind::average);
      CAPTURE(kernel.info.id);
      CAPTURE(problem.to_string());
      const Tensor exact = random_integers(src_shape(p), DType::f32, 3);
      CHECK(compare_exact(forward(context, kernel, problem, exact).dst,
                          forward(context, reference_of(table), problem, exact).dst)
                .ok);
      const Tensor src = random_tensor(src_shape(p), DType::f32, 4);
      const Tensor want = forward(context, reference_of(table),
                                  with(p, PoolKind::average, DType::f64), src.to(DType::f64))
                              .dst;
      const double tolerance = std::numeric_limits<float>::epsilon() *
                               static_cast<double>(kernel.reduction_length(problem) + 1) *
                               max_abs(src);
      const Comparison result =
          compare(forward(context, kernel, problem, src).dst, want, tolerance);
      CHECK_MESSAGE(result.ok, result.message);
    }
  }
}

TEST_CASE("every pool2d backward kernel equals the reference") {
  Context context;
  const auto table = pool2d_backward_table();
  for (const auto& kernel : kernels_here(table)) {
    for (const Pool2dProblem& p : kProblems) {
      for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
        const Pool2dProblem problem = with(p, kind);
        CAPTURE(kernel.info.id);
        CAPTURE(problem.to_string());
        const Tensor src = random_tensor(src_shape(p), DType::f32, 5);
        const Tensor codes =
            forward(context, reference_of(pool2d_forward_table()), problem, src).codes;
        const Tensor grad_dst = random_tensor(dst_shape(p), DType::f32, 6);
        CHECK(compare_exact(backward(context, kernel, problem, grad_dst, codes),
                            backward(context, reference_of(table), problem, grad_dst, codes))
                  .ok);
      }
    }
  }
}

TEST_CASE("pool2d backward agrees with central differences") {
  Context context;
  const Shape shape{2, 5, 4, 3};
  // Distinct values 0.01 apart in a shuffled order: no step of 1e-5 crosses a tie.
  Tensor src = Tensor::empty(shape, DType::f64);
  const std::int64_t count = shape.numel();
  for (std::int64_t i = 0; i < count; ++i) {
    src.data<double>()[i] = 0.01 * static_cast<double>(i * 37 % count);
  }
  const Tensor upstream = random_tensor({2, 2, 2, 3}, DType::f64, 7);
  for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
    const Tensor codes = pool2d_forward(context, src, kind, true).codes;
    const Comparison result =
        check_gradient([&](const Tensor& x) { return pool2d_forward(context, x, kind, false).dst; },
                       src, upstream, pool2d_backward(context, upstream, codes, shape, kind));
    CHECK_MESSAGE(result.ok, result.message);
  }
}

TEST_CASE("average pooling and its backward pass are adjoint") {
  Context context;
  for (const Shape& shape : {Shape{2, 9, 7, 5}, Shape{1, 64, 64, 64}}) {
    const Tensor x = random_tensor(shape, DType::f64, 8);
    const Tensor forward_x = pool2d_forward(context, x, PoolKind::average, false).dst;
    const Tensor y = random_tensor(forward_x.shape(), DType::f64, 9);
    const double want = inner(forward_x, y);
    const double got = inner(x, pool2d_backward(context, y, Tensor(), shape, PoolKind::average));
    CHECK(std::abs(got - want) <= 1e-12 * static_cast<double>(shape.numel()));
  }
}

TEST_CASE("the first of equals wins, NaN wins over numbers, the first NaN over a later one") {
  Context context;
  const float nan = NAN, inf = INFINITY;
  struct Case {
    float window[4];
    int winner;
  };
  const Case cases[] = {{{1, 1, 1, 1}, 0},       {{0, 1, 1, 1}, 1},
                        {{0, 0, 1, 1}, 2},       {{0, 0, 0, 1}, 3},
                        {{2, 1, 2, 1}, 0},       {{1, 2, 1, 2}, 1},
                        {{-0.0f, 0, 0, 0}, 0},   {{nan, 1, 2, inf}, 0},
                        {{1, nan, inf, 2}, 1},   {{inf, 1, nan, 2}, 2},
                        {{1, 2, inf, nan}, 3},   {{1, nan, nan, nan}, 1},
                        {{1, 2, nan, nan}, 2},   {{nan, 1, nan, 1}, 0},
                        {{inf, inf, 1, 1}, 0},   {{-inf, -inf, -inf, -inf}, 0},
                        {{-inf, -5, -inf, 0}, 3}};
  for (const auto& kernel : kernels_here(pool2d_forward_table())) {
    for (const Case& test : cases) {
      // Channels enough for the vector body and its remainder.
      for (std::int64_t c : {1, 3, 16, 37}) {
        const Pool2dProblem problem{1, 2, 2, c};
        Tensor src = Tensor::empty({1, 2, 2, c});
        for (std::int64_t i = 0; i < 4 * c; ++i) src.data<float>()[i] = test.window[i / c];
        const Pool2dForward got = forward(context, kernel, problem, src);
        CAPTURE(kernel.info.id);
        CAPTURE(test.winner);
        int wrong = 0;
        for (std::int64_t i = 0; i < c; ++i) {
          wrong += code_of(got.codes, i) != test.winner;
          wrong += std::memcmp(got.dst.data<float>() + i, &test.window[test.winner], 4) != 0;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("pool2d gives the same bits for every thread count") {
  const Pool2dProblem problem{2, 61, 67, 33};
  const Tensor src = random_tensor(src_shape(problem), DType::f32, 10);
  const Tensor grad_dst = random_tensor(dst_shape(problem), DType::f32, 11);
  Context one({.device = {}, .threads = 1});
  for (int threads : {2, 5}) {
    Context many({.device = {}, .threads = threads});
    for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
      const Pool2dForward a = pool2d_forward(one, src, kind, true);
      const Pool2dForward b = pool2d_forward(many, src, kind, true);
      CHECK(compare_exact(a.dst, b.dst).ok);
      if (kind == PoolKind::max) CHECK(compare_exact(a.codes, b.codes).ok);
      CHECK(compare_exact(pool2d_backward(one, grad_dst, a.codes, src.shape(), kind),
                          pool2d_backward(many, grad_dst, b.codes, src.shape(), kind))
                .ok);
    }
  }
}

TEST_CASE("pool2d refuses what breaks its contract") {
  Context context;
  const auto forward_of = [&](const Shape& shape) {
    return pool2d_forward(context, Tensor::zeros(shape), PoolKind::max, true);
  };
  CHECK_THROWS_AS(forward_of({2, 2, 3}), Error);
  CHECK_THROWS_AS(forward_of({1, 1, 8, 3}), Error);
  CHECK_THROWS_AS(forward_of({1, 8, 1, 3}), Error);
  const Shape shape{1, 4, 4, 3};
  const Tensor grad = Tensor::zeros({1, 2, 2, 3});
  const Tensor codes = forward_of(shape).codes;
  CHECK_NOTHROW(pool2d_backward(context, grad, codes, shape, PoolKind::max));
  CHECK_THROWS_AS(pool2d_backward(context, grad, {}, shape, PoolKind::max), Error);
  CHECK_THROWS_AS(pool2d_backward(context, grad, grad, shape, PoolKind::max), Error);
  CHECK_THROWS_AS(pool2d_backward(context, grad, codes, {1, 4, 6, 3}, PoolKind::max), Error);
  CHECK_THROWS_AS(
      pool2d_backward(context, grad, forward_of({1, 4, 6, 3}).codes, shape, PoolKind::max), Error);
  CHECK(parse_pool_kind("max") == PoolKind::max);
  CHECK(parse_pool_kind("average") == PoolKind::average);
  CHECK_THROWS_AS(parse_pool_kind("median"), InputError);
}

}  // namespace
}  // namespace impasto
