// Mean squared error of feature maps, and its gradient.
#include "ops/mse/mse.h"

#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = MseProblem;

  static Problem parse(std::istream& words) { return {.count = parse_map(words).count()}; }
  static Problem small(Problem p) {
    p.count = std::min<std::int64_t>(p.count, 54'321);
    return p;
  }

  explicit Case(const Problem& p)
      : a(uniform({p.count}, 1)),
        b(uniform({p.count}, 2)),
        difference(uniform({p.count}, 3)),
        grad(uniform({p.count}, 4)),
        value(scalar()),
        upstream(scalar()) {}

  Tensor a, b, difference, grad, value, upstream;
};

}  // namespace

OpBenches mse_benches() {
  return {"mse",
          {
              table_bench(direction<Case>(
                              mse_forward_table,
                              [](Case& o) -> MseForwardArgs {
                                return {o.a, o.b, o.value, o.difference};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.a, &o.b}, {&o.value, &o.difference}};
                              }),
                          "maps_256.txt"),
              table_bench(direction<Case>(
                              mse_backward_table,
                              [](Case& o) -> MseBackwardArgs {
                                return {o.difference, o.upstream, o.grad};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.difference, &o.upstream}, {&o.grad}};
                              }),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
