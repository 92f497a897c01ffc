#include "optim/lbfgs_history.h"

#include <algorithm>
#include <utility>

#include "ops/basis/basis.h"
#include "ops/elementwise/elementwise.h"
#include "ops/reduce/reduce.h"
#include "optim/vectors.h"
#include "tensor/error.h"

namespace impasto {
namespace {

constexpr double kMinCurvature = 1e-10;

}  // namespace

LbfgsHistory::LbfgsHistory(int capacity) : capacity_(capacity) {
  IMPASTO_CHECK(capacity >= 1, "lbfgs: a history of {} pairs", capacity);
}

void LbfgsHistory::clear() {
  size_ = 0;
  pending_ = false;
}

std::size_t LbfgsHistory::index(int age) const {
  return static_cast<std::size_t>((newest_ - (size_ - 1) + age + capacity_) % capacity_);
}

// Both are kept by the newer of the two pairs.
double LbfgsHistory::y_dot_y(int age, int other) const {
  const auto [older, newer] = std::minmax(age, other);
  return pairs_[index(newer)].with_y[index(older)];
}
double LbfgsHistory::s_dot_y(int older, int newer) const {
  return pairs_[index(newer)].with_s[index(older)];
}

void LbfgsHistory::push(Context& context, const Tensor& gradient, const Tensor& previous,
                        const Tensor& direction, double step) {
  ensure_like(context, gradient, y_);
  assign(context, 1, gradient, -1, previous, y_);
  const double curvature = step * dot(context, y_, direction).item();
  if (!(curvature > kMinCurvature)) return;
  if (pending_) take_products(context, nullptr);

  const int slot = (newest_ + 1) % capacity_;
  if (static_cast<std::size_t>(slot) == pairs_.size()) pairs_.emplace_back();
  Pair& next = pairs_[static_cast<std::size_t>(slot)];
  ensure_like(context, gradient, next.s);
  assign(context, step, direction, next.s);
  std::swap(next.y, y_);
  next.inverse_curvature = 1 / curvature;
  scale_ = curvature / dot(context, next.y, next.y).item();
  newest_ = slot;
  size_ = std::min(size_ + 1, capacity_);
  pending_ = true;
}

// One pass over all pairs: inner products with q, when there is one, and with the newest y, when
// they are not known yet.
LbfgsHistory::Products LbfgsHistory::take_products(Context& context, const Tensor* q) {
  std::vector<Tensor> vectors, with;
  for (int age = 0; age < size_; ++age) {
    vectors.push_back(pair(age).s);
    vectors.push_back(pair(age).y);
  }
  if (pending_) with.push_back(pair(size_ - 1).y);
  if (q != nullptr) with.push_back(*q);
  const Tensor table = inner_products(context, vectors, with).to(Device{});
  const double* product = table.data<double>();

  Products result;
  Pair& newest = pair(size_ - 1);
  newest.with_s.resize(pairs_.size());
  newest.with_y.resize(pairs_.size());
  for (int age = 0; age < size_; ++age) {
    if (pending_) newest.with_s[index(age)] = *product++;
    if (q != nullptr) result.with_s.push_back(*product++);
    if (pending_) newest.with_y[index(age)] = *product++;
    if (q != nullptr) result.with_y.push_back(*product++);
  }
  pending_ = false;
  return result;
}

// The recursion. First q - sum_j alpha_j y_j, newest pair first; then H0 of that
// + sum_j (alpha_j - beta_j) s_j, oldest pair first.
LbfgsHistory::Coefficients LbfgsHistory::two_loops(const Products& q) const {
  const auto size = static_cast<std::size_t>(size_);
  std::vector<double> alpha(size), along_s(size);
  for (int i = size_ - 1; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    double product = q.with_s[at];
    for (int j = size_ - 1; j > i; --j)
      product -= alpha[static_cast<std::size_t>(j)] * s_dot_y(i, j);
    alpha[at] = product * pairs_[index(i)].inverse_curvature;
  }
  for (int i = 0; i < size_; ++i) {
    const auto at = static_cast<std::size_t>(i);
    double product = q.with_y[at];
    for (int j = size_ - 1; j >= 0; --j)
      product -= alpha[static_cast<std::size_t>(j)] * y_dot_y(i, j);
    product *= scale_;
    for (int j = 0; j < i; ++j) product += along_s[static_cast<std::size_t>(j)] * s_dot_y(j, i);
    along_s[at] = alpha[at] - product * pairs_[index(i)].inverse_curvature;
  }
  for (double& value : alpha) value *= -scale_;
  return {std::move(along_s), std::move(alpha)};
}

void LbfgsHistory::apply(Context& context, Tensor& q) {
  if (size_ == 0) return;
  const Coefficients coefficients = two_loops(take_products(context, &q));
  std::vector<Tensor> vectors = {q};
  std::vector<double> weights = {scale_};
  for (int age = 0; age < size_; ++age) {
    const auto at = static_cast<std::size_t>(age);
    vectors.insert(vectors.end(), {pair(age).s, pair(age).y});
    weights.insert(weights.end(), {coefficients.of_s[at], coefficients.of_y[at]});
  }
  const Tensor on_host = Tensor::from<double>({std::ssize(weights)}, weights);
  combine(context, on_host.to(context.device()), vectors, q);
}

}  // namespace impasto
