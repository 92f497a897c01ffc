#include "tests/support/compare.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "tensor/error.h"

namespace impasto::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string index_of(const Shape& shape, std::int64_t flat) {
  std::string text;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    text = fmt::format("{}{}{}", flat % shape[axis], text.empty() ? "" : ", ", text);
    flat /= shape[axis];
  }
  return "[" + text + "]";
}

Comparison mismatch(const Tensor& got, const Tensor& want) {
  return {false, kInfinity,
          fmt::format("got {} {}, want {} {}", to_string(got.dtype()), got.shape().to_string(),
                      to_string(want.dtype()), want.shape().to_string())};
}

}  // namespace

Comparison compare(const Tensor& got, const Tensor& want, double absolute, double relative) {
  if (got.shape() != want.shape() || got.numel() == 0) return mismatch(got, want);
  const Tensor a = got.to(DType::f64), b = want.to(DType::f64);
  Comparison result{true, 0, {}};
  std::int64_t bad = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double g = a.data<double>()[i], w = b.data<double>()[i];
    if (g == w) continue;  // exact, and infinities of one sign
    const double tolerance = absolute + relative * std::abs(w);
    const double share = std::abs(g - w) / tolerance;
    if (!(share <= result.worst)) result.worst = std::isnan(share) ? kInfinity : share;
    if (share <= 1) continue;
    if (bad++ == 0) {
      result.message = fmt::format("at {}: got {:.9g}, want {:.9g}, tolerance {:.3g}",
                                   index_of(got.shape(), i), g, w, tolerance);
    }
  }
  result.ok = bad == 0;
  if (!result.ok) {
    result.message +=
        fmt::format("; {} of {} bad, worst {:.3g} x tolerance", bad, a.numel(), result.worst);
  }
  return result;
}

Comparison compare_exact(const Tensor& got, const Tensor& want) {
  if (got.shape() != want.shape() || got.dtype() != want.dtype()) return mismatch(got, want);
  if (got.dtype() != DType::bits) {
    if (std::memcmp(got.raw(), want.raw(), got.bytes()) == 0) return {true, 0, {}};
    return {false, kInfinity, "bits differ; " + compare(got, want, 0).message};
  }
  // Bits past the end of a packed mask are undefined.
  const auto* g = got.data<std::uint64_t>();
  const auto* w = want.data<std::uint64_t>();
  for (std::int64_t i = 0; i < got.numel(); ++i) {
    if (((g[i / 64] ^ w[i / 64]) >> (i % 64)) & 1u) {
      return {false, kInfinity, fmt::format("mask differs at {}", index_of(got.shape(), i))};
    }
  }
  return {true, 0, {}};
}

double relative_error(const Tensor& got, const Tensor& want) {
  if (got.shape() != want.shape() || got.numel() == 0) return kInfinity;
  const Tensor a = got.to(DType::f64), b = want.to(DType::f64);
  double difference = 0, norm = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double g = a.data<double>()[i], w = b.data<double>()[i];
    difference += (g - w) * (g - w);
    norm += w * w;
  }
  const double error = difference == 0 ? 0 : std::sqrt(difference / norm);
  return std::isfinite(difference) && !std::isnan(error) ? error : kInfinity;
}

}  // namespace impasto::test
