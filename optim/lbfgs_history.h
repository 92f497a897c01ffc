// The memory of L-BFGS: the last m pairs of a step s and the change y of the gradient along it,
// and the product of the inverse Hessian H that they imply with a vector.
//
// Coefficients and what is remembered of the pairs, inner products included, are on the device
// (ops/descent/descent.h has the method and its sources). Cost: 2 m + 2 vectors, allocated as pairs
// may arrive and then used round and round; one product reads each of them twice.
#pragma once

#include <vector>

#include "tensor/context.h"

namespace impasto {

struct LbfgsAim {
  Tensor orders;             // f64 [guard::kOrders]: whether to learn, to forget, to move
  Tensor abs_sum = {};       // |gradient|_1; undefined for a direction alone
  double learning_rate = 1;  // of a move
};

class LbfgsHistory {
 public:
  // whole: room for all pairs at once, so that every step after the first is like the last.
  explicit LbfgsHistory(int capacity, bool whole = false);

  // Before aim(): room for one more pair, and for the pair that the last move made, of the shape
  // and dtype of `like`.
  void grow(Context& context, const Tensor& like);
  bool is_full() const { return static_cast<int>(slots_s_.size()) == capacity_; }

  // s and y of the last move, to be written by the owner before it offers them in the orders.
  Tensor& move() { return move_; }
  Tensor& change() { return change_; }

  // Learns the pair when it is offered. Then dst = - H gradient, when there is a sum of the
  // gradient scaled to a move (see LbfgsProblem::scaled), and 0 when nothing may move. dst may be
  // move().
  void aim(Context& context, const Tensor& gradient, const LbfgsAim& aim, Tensor& dst);

  // Both wait for the device.
  std::int64_t pairs() const;
  bool fresh() const;  // no pair was offered since the start, or since all were forgotten

  void clear();  // keeps the tensors for reuse

 private:
  double state_value(std::int64_t at) const;
  Tensor weights() const;
  Tensor active() const;
  std::int64_t slots() const { return static_cast<std::int64_t>(slots_s_.size()); }

  int capacity_;
  bool whole_;
  Tensor state_;  // of lbfgs_plan(); undefined while nothing was learned
  Tensor move_, change_;
  std::vector<Tensor> slots_s_, slots_y_;
};

}  // namespace impasto
