#include "optim/lbfgs_history.h"

#include <array>

#include "ops/basis/basis.h"
#include "ops/descent/descent.h"
#include "optim/vectors.h"
#include "tensor/error.h"

namespace impasto {
LbfgsHistory::LbfgsHistory(int capacity, bool whole) : capacity_(capacity), whole_(whole) {
  IMPASTO_CHECK(capacity >= 1, "lbfgs: a history of {} pairs", capacity);
}

void LbfgsHistory::clear() {
  state_ = {};
}

void LbfgsHistory::grow(Context& context, const Tensor& like) {
  ensure_like(context, like, move_);
  ensure_like(context, like, change_);
  const int more = whole_ ? capacity_ : 1;
  for (int i = 0; i < more && !is_full(); ++i) {
    slots_s_.push_back(context.empty(like.shape(), like.dtype()));
    slots_y_.push_back(context.empty(like.shape(), like.dtype()));
  }
}

Tensor LbfgsHistory::weights() const {
  return state_.slice(LbfgsLayout::kWeights, LbfgsLayout::kWeights + LbfgsLayout::rows(slots()));
}

Tensor LbfgsHistory::active() const {
  const std::int64_t begin = LbfgsLayout{capacity_}.active();
  return state_.slice(begin, begin + LbfgsLayout::rows(slots()));
}

void LbfgsHistory::aim(Context& context, const Tensor& gradient, const LbfgsAim& aim, Tensor& dst) {
  if (!state_.defined()) state_ = initial_lbfgs_state(capacity_, context.device());
  std::vector<Tensor> vectors = {gradient, move_, change_};
  for (std::size_t slot = 0; slot < slots_s_.size(); ++slot) {
    vectors.insert(vectors.end(), {slots_s_[slot], slots_y_[slot]});
  }
  const LbfgsProblem problem{.capacity = capacity_,
                             .slots = slots(),
                             .learning_rate = aim.learning_rate,
                             .scaled = aim.abs_sum.defined()};
  const Tensor products = inner_products(context, vectors, std::array{change_, gradient}, active());
  lbfgs_plan(context, problem, {products, aim.abs_sum, aim.orders, state_});
  if (!slots_s_.empty()) {
    const Tensor slot = state_.slice(LbfgsLayout::kStore, LbfgsLayout::kStore + 1);
    store(context, slot, move_, slots_s_);
    store(context, slot, change_, slots_y_);
  }
  combine(context, weights(), vectors, dst);
}

double LbfgsHistory::state_value(std::int64_t at) const {
  return state_.slice(at, at + 1).item();
}

std::int64_t LbfgsHistory::pairs() const {
  return state_.defined() ? static_cast<std::int64_t>(state_value(LbfgsLayout::kPairs)) : 0;
}

bool LbfgsHistory::fresh() const {
  return !state_.defined() || state_value(LbfgsLayout::kFresh) != 0;
}

}  // namespace impasto
