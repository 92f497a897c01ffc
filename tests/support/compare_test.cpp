// The comparator and the gradient check must be able to fail.
#include "tests/support/compare.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto::test {
namespace {

TEST_CASE("the comparator passes what is near") {
  const Tensor a = random_tensor({4, 5}, DType::f64, 1);
  Tensor b = a.clone();
  b.data<double>()[7] += 1e-7;
  CHECK(compare(a, a, 0).ok);
  CHECK(compare(a, b, 1e-6).ok);
  CHECK(compare_exact(a, a.clone()).ok);
  CHECK(relative_error(a, b) < 1e-6);
}

TEST_CASE("the comparator fails on NaN, infinities, one wrong element and a shifted row") {
  const Tensor want = random_tensor({4, 5}, DType::f32, 1);
  for (float value : {NAN, INFINITY, -INFINITY, want.data<float>()[7] + 0.01f}) {
    Tensor got = want.clone();
    got.data<float>()[7] = value;
    CHECK_FALSE(compare(got, want, 1e-3).ok);
    CHECK_FALSE(compare(want, got, 1e-3).ok);
    CHECK_FALSE(compare_exact(got, want).ok);
    CHECK_FALSE(relative_error(got, want) < 1e-4);
    CHECK(compare(got, want, 1e-3).message.find("[1, 2]") != std::string::npos);
  }
  Tensor shifted = want.clone();
  for (int i = 19; i > 0; --i) shifted.data<float>()[i] = want.data<float>()[i - 1];
  CHECK_FALSE(compare(shifted, want, 1e-3).ok);
}

TEST_CASE("the comparator fails on NaN against NaN, wrong shapes and empty input") {
  const Tensor nan = Tensor::full({3}, NAN);
  CHECK_FALSE(compare(nan, nan, 1).ok);
  CHECK_FALSE(relative_error(nan, nan) < 1);
  CHECK_FALSE(compare(Tensor::zeros({2, 3}), Tensor::zeros({3, 2}), 1).ok);
  CHECK_FALSE(compare(Tensor::zeros({0}), Tensor::zeros({0}), 1).ok);
  CHECK(relative_error(Tensor::zeros({3}), Tensor::zeros({3})) == 0);
  CHECK_FALSE(relative_error(Tensor::full({3}, 1), Tensor::zeros({3})) < 1e300);
}

TEST_CASE("the gradient check accepts a right gradient and refuses a wrong one") {
  const Tensor x = random_tensor({6}, DType::f64, 3);
  const Tensor upstream = random_tensor({6}, DType::f64, 4);
  const auto square = [](const Tensor& t) {
    Tensor result = t.clone();
    for (double& value : result.values<double>()) value *= value;
    return result;
  };
  Tensor gradient = Tensor::empty({6}, DType::f64);
  for (int i = 0; i < 6; ++i) {
    gradient.data<double>()[i] = 2 * x.data<double>()[i] * upstream.data<double>()[i];
  }
  CHECK(check_gradient(square, x, upstream, gradient).ok);
  gradient.data<double>()[2] *= 1.00001;
  CHECK_FALSE(check_gradient(square, x, upstream, gradient).ok);
  gradient.data<double>()[2] = NAN;
  CHECK_FALSE(check_gradient(square, x, upstream, gradient).ok);
}

}  // namespace
}  // namespace impasto::test
