// Total variation of pictures, and its gradient.
#include "ops/total_variation/total_variation.h"

#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = TotalVariationProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    return {.n = map.n, .h = map.h, .w = map.w, .c = map.c, .kind = VariationKind::squared};
  }
  static Problem small(Problem p) {
    p.h = p.w = 33;
    return p;
  }

  explicit Case(const Problem& p)
      : x(uniform({p.n, p.h, p.w, p.c}, 1)),
        grad_x(uniform(x.shape(), 2)),
        value(scalar()),
        upstream(scalar()) {}

  Tensor x, grad_x, value, upstream;
};

}  // namespace

OpBenches total_variation_benches() {
  return {"total_variation",
          {
              table_bench(direction<Case>(
                              total_variation_forward_table,
                              [](Case& o) -> TotalVariationForwardArgs {
                                return {o.x, o.value};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.x}, {&o.value}};
                              }),
                          "pictures.txt"),
              table_bench(direction<Case>(
                              total_variation_backward_table,
                              [](Case& o) -> TotalVariationBackwardArgs {
                                return {o.x, o.upstream, o.grad_x};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.x, &o.upstream}, {&o.grad_x}};
                              }),
                          "pictures.txt"),
          }};
}

}  // namespace impasto::lab
