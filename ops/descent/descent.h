// The scalar decisions of descent methods, taken where their scalars are: was the evaluation
// finite, may x move, how far, and with which weights. An optimiser that asks these ops instead of
// the host waits for nothing, and its steps are launches with the same arguments each time, so that
// a GPU can record one and replay it.
//
// All state is f64 on the context's device: vectors whose entries guard_rules.h, lbfgs_layout.h and
// adam_rules.h name. The host makes them and reads them when it wants to know.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/descent/guard_rules.h"
#include "ops/descent/lbfgs_layout.h"
#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

// What a method that moves x before it knows what is there does about evaluations and points that
// are not finite: see guard_rules.h for the rules. In a step,
//
//   guard_evaluated    after the evaluation at x
//   guard_moved        after x has moved
struct GuardProblem {
  bool moved = false;    // which of the two
  double tolerance = 0;  // converged when no element of the gradient is larger
  DType dtype = DType::f64;
  std::string to_string() const;
};

struct GuardArgs {
  const Tensor& loss;       // f64 scalar; undefined after a move, as is `largest`
  const Tensor& nonfinite;  // f64 scalar: elements of the gradient, or of x, that are not finite
  const Tensor& largest;    // f64 scalar: max |gradient|
  Tensor& state;            // [guard::kSize]
};

Tensor initial_guard_state(Device device);
void guard_evaluated(Context& context, const GuardArgs& args, double tolerance);
void guard_moved(Context& context, const Tensor& nonfinite, Tensor& state);
KernelTable<GuardProblem, GuardArgs> guard_table();  // descent.guard

// The weights of L-BFGS' next direction. Nocedal, "Updating quasi-Newton matrices with limited
// storage", Math. Comp. 1980; the product is the two-loop recursion, algorithm 7.4 of Nocedal and
// Wright. It only ever takes inner products of g, s and y and adds up multiples of them, so it is
// run on the coefficients in these vectors, with inner products that were taken before: those with
// g and with the newest y in one pass over all pairs, those among older pairs in earlier calls
// (Chen, Wang and Zhou, "Large-scale L-BFGS using MapReduce", NIPS 2014, do so).
//
// The new pair is accepted when the orders offer it and y.s > 1e-10. When rounding spoiled H, so
// that g.Hg is not positive, all pairs are forgotten and H is the identity.
struct LbfgsProblem {
  std::int64_t capacity = 1;  // pairs that can be remembered
  std::int64_t slots = 0;     // pairs that there is room for now
  double learning_rate = 1;
  // true: the weights are those of the move, - learning_rate step_scale t H, where t is
  // min(1, 1 / |g|_1) before anything was learned and 1 later. false: of the direction, - H.
  bool scaled = true;
  DType dtype = DType::f64;
  std::string to_string() const;
};

struct LbfgsArgs {
  const Tensor& products;  // [3 + 2 slots, 2]: of all vectors, in LbfgsLayout's order, with y and g
  const Tensor& abs_sum;   // f64 scalar: |g|_1; undefined unless scaled
  const Tensor& orders;    // [guard::kOrders]
  Tensor& state;           // [LbfgsLayout(capacity).size()]
};

Tensor initial_lbfgs_state(std::int64_t capacity, Device device);
void lbfgs_plan(Context& context, const LbfgsProblem& problem, const LbfgsArgs& args);
KernelTable<LbfgsProblem, LbfgsArgs> lbfgs_table();  // descent.lbfgs

// The numbers of Adam's next step: what adam_step() reads.
struct AdamPlanProblem {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  DType dtype = DType::f64;
  std::string to_string() const;
};

struct AdamPlanArgs {
  const Tensor& orders;  // [guard::kOrders]
  Tensor& state;         // [4]: the number of the last step, then the scalars of adam_step()
};

void adam_plan(Context& context, const AdamPlanProblem& problem, const AdamPlanArgs& args);
KernelTable<AdamPlanProblem, AdamPlanArgs> adam_plan_table();  // descent.adam

}  // namespace impasto
