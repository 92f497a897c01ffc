#include "tools/lab/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/bits.h"
#include "tensor/error.h"

namespace impasto::lab {
namespace {

Difference difference_of_bits(const Tensor& got, const Tensor& want) {
  std::int64_t bad = 0;
  for (std::int64_t i = 0; i < want.numel(); ++i) {
    bad += get_bit(got.data<std::uint64_t>(), i) != get_bit(want.data<std::uint64_t>(), i);
  }
  const double share = static_cast<double>(bad) / static_cast<double>(want.numel());
  return {share, share};
}

double ratio(double error, double size) {
  if (error == 0) return 0;  // also of a want that is zero
  const double result = error / size;
  return std::isnan(result) ? std::numeric_limits<double>::infinity() : result;
}

}  // namespace

Difference difference(const Tensor& got, const Tensor& want) {
  IMPASTO_CHECK(got.shape() == want.shape() && got.numel() > 0, "compare {} with {}",
                got.shape().to_string(), want.shape().to_string());
  if (want.dtype() == DType::bits) return difference_of_bits(got, want);
  const Tensor a = got.to(DType::f64), b = want.to(DType::f64);
  double error2 = 0, size2 = 0, worst = 0, largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double w = b.data<double>()[i], e = std::abs(a.data<double>()[i] - w);
    error2 += e * e;
    size2 += w * w;
    worst = std::max(worst, e);
    largest = std::max(largest, std::abs(w));
  }
  if (std::isnan(error2)) worst = error2;  // max() passes NaN over
  return {std::sqrt(ratio(error2, size2)), ratio(worst, largest)};
}

}  // namespace impasto::lab
