// The objective of Gatys, Ecker and Bethge (CVPR 2016) over a frozen network:
//
//   total = sum_l content_weight w_l mean((F_l - F_l*)^2)
//         + sum_l style_weight   w_l mean((G_l - G_l*)^2),   G = F F^T / (C H W)
//         + tv_weight * total_variation(x)
//
// F* are the content picture's features, G* the blend of the style pictures' Gram matrices. The
// losses that are reported carry their weights and add up to the total, and the total is what the
// gradient follows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "style/layers.h"

namespace impasto {

struct LossReport {
  double total = 0;
  std::map<std::string, double> content;  // by layer
  std::map<std::string, double> style;    // by layer
  double tv = 0;
};

// The same on the context's device, in the order of StyleObjective::read(); the total comes first.
struct LossTensors {
  Tensor values;    // f64 [terms]; overwritten by the next evaluation
  Tensor gradient;  // [1, h, w, 3], the picture's space; undefined unless asked for
};

struct LossGradient {
  LossReport losses;
  Tensor gradient;  // [1, h, w, 3], the picture's space; undefined unless asked for
};

class StyleObjective {
 public:
  // Pictures are [1, h, w, 3], RGB, 0..255. Computes the targets; the network must outlive the
  // objective. Throws InputError when a picture is too small for the layers, naming which one.
  StyleObjective(Context& context, Vgg& network, const StylizeSettings& settings,
                 const Tensor& content, const std::vector<Tensor>& styles);

  const LossLayers& layers() const { return layers_; }

  // image has the content picture's shape. Waits for the device.
  LossGradient evaluate(Context& context, const Tensor& image, bool want_gradient);

  // The two halves of it. Computing waits for nothing, and each time launches the same work on the
  // same memory, but for what the first time prepares.
  LossTensors compute(Context& context, const Tensor& image, bool want_gradient);
  LossReport read(const Tensor& values) const;

 private:
  struct Term {
    std::string layer;
    double weight;
    Tensor target;  // features, or a Gram matrix [1, c, c]
  };
  struct TermLosses {
    std::vector<Variable> content, style;  // in the order of the terms
    Variable tv;
  };
  TermLosses term_losses(Context& context, const Variable& image);
  void gather(Context& context, const Variable& total, const TermLosses& losses);
  void add_content_targets(Context& context, const Tensor& content);
  void add_style_targets(Context& context, const std::vector<Tensor>& styles);

  Vgg& network_;
  StylizeSettings settings_;
  LossLayers layers_;
  std::vector<std::string> names_;
  std::vector<Term> content_;
  std::vector<Term> style_;
  Tensor values_;
  Tensor one_;  // f64 [1]
};

// 1 / (C H W) of a feature map [1, h, w, c]: what Gram matrices are scaled by.
double gram_scale(const Shape& features);

}  // namespace impasto
