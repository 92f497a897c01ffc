// Optimisers: they move one tensor x towards lower values of an objective, a step at a time.
//
// A step evaluates, then moves x in place. Losses and gradients that are not finite are caught:
// x goes back to the last point that evaluated well, what was learned is forgotten, the next step
// is shorter. NaN never reaches x.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto {

struct Evaluation {
  double loss = 0;
  Tensor gradient;  // shape and dtype of x; read before the next evaluation, never written or kept
};
using Objective = std::function<Evaluation(const Tensor& x)>;

enum class StepStatus : std::uint8_t {
  progressed,
  converged,  // the gradient vanishes, or no lower point can be found: x stays
  recovered,  // the evaluation was not finite: x is back at the last good point; go on
  stuck,      // that happened too often, or at the start: x is at the last good point; stop
};

struct StepResult {
  StepStatus status = StepStatus::progressed;
  double loss = 0;        // of the last point that evaluated well
  int evaluations = 0;    // calls of the objective during this step
  std::string message{};  // why, in one line, unless it progressed
};

class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // x is f32 or f64, the same tensor at each call and changed by nobody else in between.
  virtual StepResult step(Context& context, Tensor& x, const Objective& objective) = 0;

  // Forgets everything and frees its memory: to be called when x was changed or replaced.
  virtual void reset() = 0;
};

}  // namespace impasto
