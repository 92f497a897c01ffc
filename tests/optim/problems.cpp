#include "tests/optim/problems.h"

#include <cmath>
#include <cstddef>

#include "tensor/error.h"

namespace impasto::test {
namespace {

using Vector = std::vector<double>;

Vector to_vector(const Tensor& x) {
  const Tensor wide = x.to(DType::f64);
  const auto values = wide.values<double>();
  return {values.begin(), values.end()};
}

HostEvaluation evaluation(double loss, const Vector& gradient, const Tensor& x) {
  return {loss, Tensor::from<double>(x.shape(), gradient).to(x.dtype())};
}

double inner(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// x - 2 v <v, x> for v of length 1.
Vector reflect(const Vector& v, Vector x) {
  const double twice = 2 * inner(v, x);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= twice * v[i];
  return x;
}

Vector mirror(std::size_t n) {
  Vector v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = std::sin(static_cast<double>(i) + 1);
  const double norm = std::sqrt(inner(v, v));
  for (double& value : v) value /= norm;
  return v;
}

}  // namespace

HostEvaluation rosenbrock(const Tensor& x) {
  const Vector v = to_vector(x);
  Vector gradient(v.size(), 0.0);
  double loss = 0;
  for (std::size_t i = 0; i + 1 < v.size(); ++i) {
    const double bend = v[i + 1] - v[i] * v[i], away = 1 - v[i];
    loss += 100 * bend * bend + away * away;
    gradient[i] += -400 * bend * v[i] - 2 * away;
    gradient[i + 1] += 200 * bend;
  }
  return evaluation(loss, gradient, x);
}

HostEvaluation quadratic(const Tensor& x) {
  const Vector v = mirror(static_cast<std::size_t>(x.numel()));
  const Vector y = reflect(v, to_vector(x));
  Vector scaled = y;
  const double last = static_cast<double>(y.size() - 1);
  for (std::size_t i = 0; i < y.size(); ++i) {
    scaled[i] *= std::pow(1e6, static_cast<double>(i) / last);
  }
  return evaluation(0.5 * inner(y, scaled), reflect(v, scaled), x);
}

Objective problem(const std::string& name) {
  if (name.starts_with("rosenbrock")) return rosenbrock;
  IMPASTO_CHECK(name.starts_with("quadratic"), "no problem {}", name);
  return quadratic;
}

Objective traced(const Objective& objective, std::vector<double>& losses) {
  return [&objective, &losses](const Tensor& x) {
    Evaluation result = objective(x);
    losses.push_back(result.loss.item());
    return result;
  };
}

}  // namespace impasto::test
