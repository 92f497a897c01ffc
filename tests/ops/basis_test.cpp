#include "ops/basis/basis.h"

#include <doctest/doctest.h>

#include "tests/support/compare.h"
#include "tests/support/device.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

std::vector<Tensor> random_vectors(std::int64_t many, std::int64_t count, DType dtype) {
  std::vector<Tensor> vectors;
  for (std::int64_t i = 0; i < many; ++i) {
    vectors.push_back(random_tensor({count}, dtype, static_cast<std::uint64_t>(i + 1)));
  }
  return vectors;
}

Tensor values(const std::vector<double>& all) {
  return Tensor::from<double>({std::ssize(all)}, all);
}

TEST_CASE("basis works on a device by values that the host cannot read") {
  Context context, away({.device = test_device({DeviceType::simt})});
  const auto results = [](Context& where) {
    const auto there = [&](const Tensor& tensor) { return tensor.to(where.device()); };
    std::vector<Tensor> vectors;
    for (const Tensor& vector : random_vectors(4, 333, DType::f32))
      vectors.push_back(there(vector));
    store(where, there(values({2})), vectors[0], vectors);
    vectors[3] = there(poisoned({333}));
    const Tensor products =
        inner_products(where, vectors, std::span(vectors).first(2), there(values({1, 0, 1, 0})));
    combine(where, there(values({0, 2, -1, 0})), vectors, vectors[3]);
    return std::pair{products.to(Device{}), vectors[3].to(Device{})};
  };
  const auto [products, combined] = results(away);
  const auto [want_products, want_combined] = results(context);
  CHECK(compare(products, want_products, 1e-10).ok);
  CHECK(compare(combined, want_combined, 1e-6).ok);
  CHECK(products.data<double>()[0] == products.data<double>()[4]);
}

TEST_CASE("basis refuses operands that do not fit") {
  Context context;
  const std::vector<Tensor> two = {Tensor::zeros({3}), Tensor::zeros({4})};
  const std::vector<Tensor> none, one = {Tensor::zeros({3})};
  const Tensor weights = Tensor::from<double>({2}, {1, 2}), narrow = Tensor::zeros({1});
  Tensor dst = Tensor::zeros({3});
  CHECK_THROWS_WITH_AS(inner_products(context, two, one),
                       doctest::Contains("operands [4] f32 and [3] f32"), Error);
  CHECK_THROWS_AS(inner_products(context, none, one), Error);
  CHECK_THROWS_AS(inner_products(context, one, none), Error);
  CHECK_THROWS_AS(combine(context, weights, two, dst), Error);
  CHECK_THROWS_WITH_AS(combine(context, weights, one, dst),
                       doctest::Contains("weights [2] f64 for 1 vectors, expected [1] f64"), Error);
  CHECK_THROWS_AS(combine(context, narrow, one, dst), Error);
  CHECK_THROWS_AS(combine(context, Tensor(), one, dst), Error);
  CHECK_THROWS_WITH_AS(inner_products(context, one, one, weights),
                       doctest::Contains("active [2] f64 for 1 vectors, expected [1] f64"), Error);
  CHECK_THROWS_WITH_AS(store(context, weights, dst, one),
                       doctest::Contains("index [2] f64, expected one f64"), Error);
  CHECK_THROWS_AS(store(context, Tensor(), dst, one), Error);
  CHECK_THROWS_AS(store(context, Tensor::zeros({1}, DType::f64), dst, two), Error);
}

}  // namespace
}  // namespace impasto
