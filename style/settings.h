// Everything that a style transfer can be told, with the defaults of Gatys et al. as the classic
// programs set them: content 5 at relu4_2, style 100 at relu1_1 ... relu5_1, L-BFGS.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/pool2d/pool2d.h"
#include "ops/total_variation/total_variation.h"

namespace impasto {

struct WeightedLayer {
  std::string name;
  double weight = 1;  // multiplies the loss's own weight
};

enum class InitKind : std::uint8_t { content, random, image };
enum class OptimizerKind : std::uint8_t { lbfgs, adam };

struct StylizeSettings {
  // Loss.
  double content_weight = 5;
  double style_weight = 100;
  double tv_weight = 0;
  VariationKind tv_kind = VariationKind::squared;
  std::vector<WeightedLayer> content_layers;  // empty: relu4_2, or the nearest that the network has
  std::vector<WeightedLayer> style_layers;    // empty: relu1_1 ... relu5_1, or the nearest
  std::vector<double> style_blend;  // one a style picture; empty: equal. Normalised to sum 1

  // Optimisation.
  OptimizerKind optimizer = OptimizerKind::lbfgs;
  int iterations = 500;
  int lbfgs_history = 100;
  bool line_search = false;
  double learning_rate = 0;  // 0: 1 for L-BFGS, 10 for Adam (in units of 0..255)
  // Record an iteration once and replay it, where the device can; the same bits, sooner. Not with a
  // line search, whose iterations differ.
  bool graph = true;

  // Start.
  InitKind init = InitKind::content;
  std::uint64_t seed = 0;
};

// "relu1_1,relu2_1=0.5" -> layers with weights. Throws InputError, naming `option`.
std::vector<WeightedLayer> parse_layers(const std::string& text, const std::string& option);

// Throws InputError when a value makes no sense: negative or non-finite weights, no iterations, ...
void check_settings(const StylizeSettings& settings);

}  // namespace impasto
