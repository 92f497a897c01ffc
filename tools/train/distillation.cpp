#include "tools/train/distillation.h"

#include <algorithm>

#include "ops/gram/gram.h"
#include "ops/reduce/reduce.h"
#include "style/losses.h"
#include "tools/train/gram_geometry.h"

namespace impasto::train {
namespace {

// |got - want|^2 / |want|^2 times a weight. A teacher that sees nothing at all asks for nothing.
Variable relative_error(Context& context, const Variable& got, const Tensor& want, double weight) {
  const double square = dot(context, want, want).item() / static_cast<double>(want.numel());
  return mse(context, got, Variable(want), square > 0 ? weight / square : 0);
}

LayerTerms terms_of(Context& context, const Variable& map, const Variable& head,
                    const Tensor& target, const DistillationWeights& weights) {
  LayerTerms terms;
  const Variable mapped = conv2d(context, map, head, Variable(), {});
  const Tensor target_gram = gram_forward(context, target, gram_scale(target.shape()));
  if (weights.features > 0) {
    terms.features = relative_error(context, mapped, target, weights.features);
  }
  if (weights.gram > 0) {
    const Variable mapped_gram = gram(context, mapped, gram_scale(target.shape()));
    terms.gram = relative_error(context, mapped_gram, target_gram, weights.gram);
  }
  if (weights.geometry > 0 && map.shape()[0] > 2) {
    const Variable own = gram(context, map, gram_scale(map.shape()));
    terms.geometry = gram_geometry(context, own, target_gram, weights.geometry);
  }
  return terms;
}

DistillationWeights weights_of(const DistillationWeights& all, std::size_t layer) {
  const double share = all.layers.empty() ? 1 : all.layers.at(layer);
  return {all.features * share, all.gram * share, all.geometry * share, {}};
}

}  // namespace

Distillation distil(Context& context, Student& student, Teachers& teachers,
                    const DistillationWeights& weights, const Tensor& pictures) {
  std::map<std::string, Tensor> targets = teachers.features(context, pictures);
  Distillation result;
  student.network().forward(
      context, Variable(pictures), teachers.layers(),
      [&](const std::string& layer, const Variable& map) {
        const DistillationWeights here = weights_of(weights, result.layers.size());
        LayerTerms terms = terms_of(context, map, student.head(layer), targets.at(layer), here);
        targets.erase(layer);
        terms.layer = layer;
        for (const Variable& term : {terms.features, terms.gram, terms.geometry}) {
          if (!term.defined()) continue;
          result.total = result.total.defined() ? add(context, result.total, term) : term;
        }
        result.layers.push_back(std::move(terms));
      });
  return result;
}

}  // namespace impasto::train
