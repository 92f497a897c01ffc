// The training loop's body: a step, a validation, and all that the next step depends on as named
// tensors, so that a run that is saved and resumed gives the bits of one that never stopped.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "optim/schedule.h"
#include "optim/stochastic_adam.h"
#include "tools/train/distillation.h"

namespace impasto::train {

struct TrainerSettings {
  StudentShape shape;
  DistillationWeights weights;
  WarmupCosine rate{.peak = 6e-3, .warmup = 200, .steps = 0};  // steps may be set later
  double max_norm = 1;
  double average_decay = 0.999;
  std::uint64_t seed = 0;
  DType dtype = DType::f32;
};

struct LayerLosses {
  std::string layer;
  double features = 0, gram = 0, geometry = 0;  // as LayerTerms
};

struct StepReport {
  std::int64_t step = 0;  // from 0
  double loss = 0;
  std::vector<LayerLosses> layers;
  double learning_rate = 0;
  double gradient_norm = 0;
  bool skipped = false;  // loss or gradient was not finite: nothing has moved
};

class Trainer {
 public:
  // f32 [n, h, w, 3] on any device, a pure function of the step.
  using Batches = std::function<Tensor(std::int64_t step)>;

  Trainer(Context& context, const TrainerSettings& settings, Teachers& teachers, Batches batches);

  // Throws InputError after several steps in a row that had to be skipped.
  StepReport step();
  std::int64_t steps_done() const { return step_; }
  void set_steps(std::int64_t steps) { settings_.rate.steps = steps; }

  // Losses of the averaged weights, `step` being the number of steps done.
  StepReport validate(const std::vector<Tensor>& batches);

  // Of the averaged weights, on the host.
  VggSpec encoder() const;

  // Tensors parameters.*, average.*, adam.m.*, adam.v.*; metadata train.step, train.skipped,
  // train.adam_steps; they may share memory with the trainer. restore() throws InputError, naming
  // `origin`, when they do not fit.
  void save(NamedTensors& file) const;
  void restore(const NamedTensors& file, const std::string& origin);

 private:
  Context& context_;
  TrainerSettings settings_;
  Teachers& teachers_;
  Batches batches_;
  Layout layout_;
  Tensor parameters_;
  Tensor average_;
  Student student_;
  StochasticAdam adam_;
  std::int64_t step_ = 0;
  std::int64_t skipped_ = 0;  // in a row
};

}  // namespace impasto::train
