// Gram matrices of feature maps, and their gradient.
#include "bench/support/op_bench.h"
#include "ops/gram/gram.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = GramProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    const std::int64_t pixels = map.h * map.w;
    return {.n = map.n, .m = pixels, .c = map.c, .scale = 1.0 / static_cast<double>(pixels)};
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
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Case>(gram_forward_table,
                                 [](Case& o) -> GramForwardArgs {
                                   return {o.features, o.gram};
                                 },
                                 {&Case::features}, {&Case::gram}),
                 direction<Case>(gram_backward_table,
                                 [](Case& o) -> GramBackwardArgs {
                                   return {o.features, o.gram, o.grad_features};
                                 },
                                 {&Case::features, &Case::gram}, {&Case::grad_features}));
}
