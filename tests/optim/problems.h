// The objectives of tests/fixtures/optim.safetensors, in f32 or f64; computed in double.
#pragma once

#include <string>
#include <vector>

#include "optim/optimizer.h"

namespace impasto::test {

// An evaluation as the host has it; where optimisers want theirs, it becomes one.
struct HostEvaluation {
  double loss = 0;
  Tensor gradient;
  operator Evaluation() const { return {Tensor::scalar(loss, DType::f64), gradient}; }
};

HostEvaluation rosenbrock(const Tensor& x);

// 1/2 y D y, D from 1 to 1e6, y the reflection of x that turns D out of the axes.
HostEvaluation quadratic(const Tensor& x);

// By the name of a case: "rosenbrock10" -> rosenbrock.
Objective problem(const std::string& name);

// Passes on to `objective` and keeps every loss.
Objective traced(const Objective& objective, std::vector<double>& losses);

}  // namespace impasto::test
