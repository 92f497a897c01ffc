// Optimisers: they move one tensor x towards lower values of an objective, a step at a time.
//
// A step evaluates, then moves x in place. advance() queues one and waits for nothing, but for
// optimisers whose next evaluation depends on the last one's value. Losses and gradients that are
// not finite are caught: x goes back to the last point that evaluated well, what was learned is
// forgotten, the next step is shorter. NaN never reaches x.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto {

struct Evaluation {
  Tensor loss;      // f64 scalar on the context's device, as is the gradient
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
  double loss = 0;         // of the last point that evaluated well
  std::int64_t steps = 0;  // since the start or reset(), this one with them, up to one that halted
  std::int64_t retreats = 0;  // of these steps, how many went back to the last good point
  int evaluations = 0;        // calls of the objective since the last result, replays aside
  std::string message{};      // why, in one line, unless it progressed
};

class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Queues one step. x is f32 or f64, the same tensor at each call and changed by nobody else in
  // between. After a step that converged or is stuck, further ones move nothing.
  virtual void advance(Context& context, Tensor& x, const Objective& objective) = 0;

  // Of the last step; waits for it.
  virtual StepResult result() = 0;

  // Does the next step launch exactly what the last did, from and to the same memory? Then its work
  // can be recorded and replayed in its place.
  virtual bool steady() const = 0;

  StepResult step(Context& context, Tensor& x, const Objective& objective) {
    advance(context, x, objective);
    return result();
  }

  // Forgets everything and frees its memory: to be called when x was changed or replaced.
  virtual void reset() = 0;
};

}  // namespace impasto
