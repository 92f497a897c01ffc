#include "tools/train/least_squares.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/gemm/gemm.h"
#include "ops/reduce/reduce.h"

namespace impasto::train {
namespace {

// The sums are of f32 products: what is smaller than this share of a column is their rounding.
constexpr double kRidge = 1e-6;

void accumulate(const Tensor& product, Tensor& sum) {
  const Tensor host = product.to(Device{}).to(DType::f64);
  if (!sum.defined()) sum = Tensor::zeros(host.shape(), DType::f64);
  const auto values = host.values<double>();
  std::transform(values.begin(), values.end(), sum.data<double>(), sum.data<double>(),
                 std::plus<>());
}

// A = L L^T in place, L below the diagonal.
void factor(Tensor& matrix) {
  const std::int64_t n = matrix.shape()[0];
  double* a = matrix.data<double>();
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (std::int64_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(std::max(sum, kRidge)) : sum / a[j * n + j];
    }
  }
}

// |L^-1 B|^2: what the map explains of |to|^2.
double explained(const Tensor& factored, Tensor right) {
  const std::int64_t n = factored.shape()[0], m = right.shape()[1];
  const double* l = factored.data<double>();
  double* b = right.data<double>();
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < i; ++k) {
      for (std::int64_t j = 0; j < m; ++j) b[i * m + j] -= l[i * n + k] * b[k * m + j];
    }
    for (std::int64_t j = 0; j < m; ++j) {
      b[i * m + j] /= l[i * n + i];
      sum += b[i * m + j] * b[i * m + j];
    }
  }
  return sum;
}

}  // namespace

void LeastSquares::add(Context& context, const Tensor& from, const Tensor& to) {
  const std::int64_t a = from.shape()[-1], b = to.shape()[-1], rows = from.numel() / a;
  IMPASTO_CHECK(to.numel() / b == rows, "least squares: {} to {}", from.shape().to_string(),
                to.shape().to_string());
  const Tensor x = from.reshape({rows, a}), y = to.reshape({rows, b});
  accumulate(gemm(context, x, x, {.transpose_a = true}), from_from_);
  accumulate(gemm(context, x, y, {.transpose_a = true}), from_to_);
  to_to_ += dot(context, y, y).item();
}

double LeastSquares::relative_error() const {
  Tensor matrix = from_from_.clone(), right = from_to_.clone();
  const std::int64_t n = matrix.shape()[0], m = right.shape()[1];
  double* a = matrix.data<double>();
  std::vector<double> length(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < length.size(); ++i) {
    const double square = a[static_cast<std::int64_t>(i) * (n + 1)];
    length[i] = square > 0 ? std::sqrt(square) : 1;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const double own = length[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j < n; ++j) a[i * n + j] /= own * length[static_cast<std::size_t>(j)];
    for (std::int64_t j = 0; j < m; ++j) right.data<double>()[i * m + j] /= own;
    a[i * (n + 1)] += kRidge;
  }
  factor(matrix);
  return std::sqrt(std::max(0.0, 1 - explained(matrix, right) / to_to_));
}

}  // namespace impasto::train
