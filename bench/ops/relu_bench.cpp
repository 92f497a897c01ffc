// ReLU on feature maps, with the mask that its gradient reads.
#include "bench/support/op_bench.h"
#include "ops/relu/relu.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = ReluProblem;

  static Problem parse(std::istream& words) { return {.count = parse_map(words).count()}; }
  static Problem small(Problem p) {
    p.count = std::min<std::int64_t>(p.count, 12'345);
    return p;
  }

  explicit Case(const Problem& p)
      : src(uniform({p.count}, 1)), dst(uniform({p.count}, 2)), mask(bits({p.count}, 3)) {}

  Tensor src, dst, mask;
};

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Case>(relu_forward_table,
                                 [](Case& o) -> ReluForwardArgs {
                                   return {o.src, o.dst, &o.mask};
                                 },
                                 {&Case::src}, {&Case::dst, &Case::mask}),
                 direction<Case>(relu_backward_table,
                                 [](Case& o) -> ReluBackwardArgs {
                                   return {o.dst, o.mask, o.src};
                                 },
                                 {&Case::dst, &Case::mask}, {&Case::src}));
}
