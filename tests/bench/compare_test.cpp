#include "bench/support/compare.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "bench/support/operands.h"
#include "bench/support/samples.h"
#include "tensor/error.h"

namespace impasto::bench {
namespace {

Tensor vector_of(const std::vector<float>& values) {
  return Tensor::from<float>({static_cast<std::int64_t>(values.size())}, values);
}

TEST_CASE("the difference is the relative norm, and the worst element by the largest") {
  const Difference d = difference(vector_of({3, 4.5f}), vector_of({3, 4}));
  CHECK(d.frobenius == doctest::Approx(0.1));
  CHECK(d.worst == doctest::Approx(0.125));
  const Difference none = difference(vector_of({0, 0}), vector_of({0, 0}));
  CHECK(none.frobenius == 0);
  CHECK(none.worst == 0);
}

TEST_CASE("NaN on either side, and anything instead of zeros, is infinitely wrong") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& [got, want] : {std::pair{vector_of({nan, 1}), vector_of({1, 1})},
                                  {vector_of({1, 1}), vector_of({1, nan})},
                                  {vector_of({0, 1}), vector_of({0, 0})}}) {
    CHECK(std::isinf(difference(got, want).frobenius));
    CHECK(std::isinf(difference(got, want).worst));
  }
}

TEST_CASE("masks differ by the share of their bits, other shapes cannot be compared") {
  const Tensor mask = bits({100}, 1);
  Tensor other = mask.clone();
  other.data<std::uint64_t>()[1] ^= 5;  // bits 64 and 66
  CHECK(difference(mask, mask).worst == 0);
  CHECK(difference(other, mask).worst == doctest::Approx(0.02));
  CHECK_THROWS_AS(difference(vector_of({1}), vector_of({1, 2})), Error);
}

TEST_CASE("quantiles are of single times") {
  Samples samples;
  CHECK(samples.quantile(0.5) == 0);
  for (int i = 0; i < 11; ++i) samples.time([] {});
  CHECK(samples.seconds().size() == 11);
  CHECK(samples.quantile(0) <= samples.quantile(0.5));
  CHECK(samples.quantile(0.5) <= samples.quantile(1));
}

}  // namespace
}  // namespace impasto::bench
