// ReLU on feature maps, with the mask that its gradient reads.
#include "ops/relu/relu.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
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

OpBenches relu_benches() {
  return {"relu",
          {
              table_bench(direction<Case>(
                              relu_forward_table,
                              [](Case& o) -> ReluForwardArgs {
                                return {o.src, o.dst, &o.mask};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.src}, {&o.dst, &o.mask}};
                              },
                              onednn::relu_forward()),
                          "maps_256.txt"),
              table_bench(direction<Case>(
                              relu_backward_table,
                              [](Case& o) -> ReluBackwardArgs {
                                return {o.dst, o.mask, o.src};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.dst, &o.mask}, {&o.src}};
                              },
                              onednn::relu_backward()),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
