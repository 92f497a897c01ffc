// The memory of L-BFGS: the last m pairs of a step s and the change y of the gradient along it,
// and the product of the inverse Hessian that they imply with a vector.
//
// Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 1980; the product is
// the two-loop recursion, algorithm 7.4 of Nocedal and Wright. It only ever takes inner products of
// q, s and y and adds up multiples of them, so it is run on the coefficients of q in these vectors,
// with inner products that were taken before: those with q and with the newest y in one pass over
// all pairs, those among older pairs in earlier calls (Chen, Wang and Zhou, "Large-scale L-BFGS
// using MapReduce", NIPS 2014, do so). A second pass adds up the result.
//
// Cost: 2 m + 1 vectors, allocated as pairs arrive and then used round and round; one product reads
// each of them twice, and writes nothing in between.
#pragma once

#include <vector>

#include "tensor/context.h"

namespace impasto {

class LbfgsHistory {
 public:
  explicit LbfgsHistory(int capacity);

  int size() const { return size_; }
  void clear();  // keeps the tensors for reuse

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
    std::vector<double> with_s;    // y.s_j and y.y_j, by the index of pair j; valid for pairs that
    std::vector<double> with_y;    // are not newer
  };
  struct Products {
    std::vector<double> with_s, with_y;  // q.s_j and q.y_j, by age
  };
  struct Coefficients {
    std::vector<double> of_s, of_y;  // by age
  };

  std::size_t index(int age) const;  // into pairs_; 0 = oldest
  Pair& pair(int age) { return pairs_[index(age)]; }
  double y_dot_y(int age, int other) const;
  double s_dot_y(int older, int newer) const;

  Products take_products(Context& context, const Tensor* q);
  Coefficients two_loops(const Products& q) const;

  int capacity_;
  int size_ = 0;
  int newest_ = -1;       // index into pairs_
  bool pending_ = false;  // the newest pair's inner products are not known yet
  double scale_ = 1;      // H0 = y.s / y.y of the newest pair
  std::vector<Pair> pairs_;
  Tensor y_;  // of a pair that is not accepted yet
};

}  // namespace impasto
