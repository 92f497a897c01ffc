// Gram matrices of feature maps, and their gradient.
#include "ops/gram/gram.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = GramProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    const std::int64_t pixels = map.h * map.w;
    return {.n = map.n,
            .m = pixels,
            .c = map.c,
            .scale = 1.0 / static_cast<double>(pixels),
            .mixed = true};  // so that every kernel serves
  }
  static Problem small(Problem p) {
    p.m = std::min<std::int64_t>(p.m, 147);
    return p;
  }

  explicit Case(const Problem& p)
      : features(uniform({p.n, 1, p.m, p.c}, 1)),
        gram(uniform({p.n, p.c, p.c}, 2)),
        grad_features(uniform(features.shape(), 3)) {}

  Tensor features, gram, grad_features;
};

}  // namespace

OpBenches gram_benches() {
  return {"gram",
          {
              table_bench(direction<Case>(
                              gram_forward_table,
                              [](Case& o) -> GramForwardArgs {
                                return {o.features, o.gram};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.features}, {&o.gram}};
                              },
                              onednn::gram_forward()),
                          "maps_256.txt"),
              table_bench(direction<Case>(
                              gram_backward_table,
                              [](Case& o) -> GramBackwardArgs {
                                return {o.features, o.gram, o.grad_features};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.features, &o.gram}, {&o.grad_features}};
                              },
                              onednn::gram_backward()),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
