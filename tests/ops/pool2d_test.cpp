#include "ops/pool2d/pool2d.h"

#include <vector>

#include <doctest/doctest.h>

#include "tensor/bits.h"
#include "tests/support/compare.h"

namespace impasto {
namespace {

using namespace test;

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
