#include "optim/lbfgs_history.h"

#include <algorithm>
#include <utility>

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

LbfgsHistory::Pair& LbfgsHistory::pair(int age) {
  const int index = (newest_ - (size_ - 1) + age + capacity_) % capacity_;
  return pairs_[static_cast<std::size_t>(index)];
}

void LbfgsHistory::push(Context& context, const Tensor& gradient, const Tensor& previous,
                        const Tensor& direction, double step) {
  ensure_like(context, gradient, y_);
  assign(context, 1, gradient, -1, previous, y_);
  const double curvature = step * dot(context, y_, direction).item();
  if (!(curvature > kMinCurvature)) return;

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
}

void LbfgsHistory::apply(Context& context, Tensor& q) {
  if (size_ == 0) return;
  alpha_.resize(static_cast<std::size_t>(size_));
  for (int age = size_ - 1; age >= 0; --age) {
    const Pair& p = pair(age);
    double& alpha = alpha_[static_cast<std::size_t>(age)];
    alpha = dot(context, p.s, q).item() * p.inverse_curvature;
    axpby(context, -alpha, p.y, 1, q);
  }
  assign(context, scale_, q, q);
  for (int age = 0; age < size_; ++age) {
    const Pair& p = pair(age);
    const double beta = dot(context, p.y, q).item() * p.inverse_curvature;
    axpby(context, alpha_[static_cast<std::size_t>(age)] - beta, p.s, 1, q);
  }
}

}  // namespace impasto
