// Both sides at the same pictures, those that our optimiser goes through. Left to themselves they
// part: L-BFGS amplifies the rounding of one iteration in the next.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/libtorch/twin/problem.h"
#include "bench/libtorch/twin/setting.h"

namespace impasto::twin {

// Relative differences; of tensors by the Frobenius norm. 0 where both sides are 0.
struct LayerDifference {
  double features = 0;
  double gram = 0;
  double loss = 0;      // of the layer's losses
  double gradient = 0;  // of the picture, from the layer's losses alone
};

struct LockstepRow {
  int iteration = 0;  // from 0
  LossReport ours, theirs;
  double total = 0;         // loss
  double worst_loss = 0;    // of a layer, as it is judged
  double gradient = 0;      // of the total
  double same_choices = 0;  // the same with our choices of ReLU and pools (Twin::Chosen)
  std::int64_t flips = 0;   // choices that rounding made differ
  std::map<std::string, LayerDifference> layers;
};

// A loss is judged by its own value; one far below the total by this share of it: near the start
// the content loss is a difference of nearly equal maps, all rounding.
constexpr double kLeastShare = 1e-2;

// A choice that flips moves the gradient by what its unit carries, on either side. Where one does,
// the gradient is held to the last limit alone, and to all otherwise.
struct Limits {
  double loss = 1e-5;
  double gradient = 1e-3;
  double same_choices = 1e-4;
};

bool agrees(const LockstepRow& row, const Limits& limits = {});

// |got - want| / scale, 0 where both are equal.
double relative_difference(double got, double want, double scale);

// The first so many iterations with LibTorch as it is best known to be right: frozen, f32.
struct LockstepRun {
  std::vector<LockstepRow> rows;
  Tensor last;  // the picture that the last row is about
};
LockstepRun run_lockstep(Context& context, const Problem& problem, int iterations,
                         const std::function<void(const LockstepRow&)>& on_row);

// How far LibTorch in a setting is from us at one picture.
struct SettingDifference {
  double loss = 0;
  double gradient = 0;
  double same_choices = 0;
  std::int64_t flips = 0;
};
bool agrees(const SettingDifference& difference, const Limits& limits = {});

SettingDifference compare_setting(Context& context, const Problem& problem, const Setting& setting,
                                  const Tensor& image);

}  // namespace impasto::twin
