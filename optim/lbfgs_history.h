// The memory of L-BFGS: the last m pairs of a step s and the change y of the gradient along it,
// and the product of the inverse Hessian that they imply with a vector.
//
// Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 1980; the two-loop
// recursion is algorithm 7.4 of Nocedal and Wright. Cost: 2 m + 1 vectors, allocated as pairs
// arrive and then used round and round; one product reads each pair twice.
#pragma once

#include <vector>

#include "tensor/context.h"

namespace impasto {

class LbfgsHistory {
 public:
  explicit LbfgsHistory(int capacity);

  int size() const { return size_; }
  void clear() { size_ = 0; }  // keeps the tensors for reuse

  // Learns from s = step * direction and y = gradient - previous. Skips pairs without clearly
  // positive curvature (y.s <= 1e-10), whose inverse Hessian would not be positive definite.
  void push(Context& context, const Tensor& gradient, const Tensor& previous,
            const Tensor& direction, double step);

  // q = H q; nothing without pairs.
  void apply(Context& context, Tensor& q);

 private:
  struct Pair {
    Tensor s, y;
    double inverse_curvature = 0;  // 1 / y.s
  };
  Pair& pair(int age);  // 0 = oldest

  int capacity_;
  int size_ = 0;
  int newest_ = -1;   // index into pairs_
  double scale_ = 1;  // H0 = y.s / y.y of the newest pair
  std::vector<Pair> pairs_;
  std::vector<double> alpha_;
  Tensor y_;  // of a pair that is not accepted yet
};

}  // namespace impasto
