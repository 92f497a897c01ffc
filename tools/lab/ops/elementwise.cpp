// Elementwise arithmetic on pictures and feature maps, and a step of Adam.
#include "ops/elementwise/elementwise.h"

#include "ops/elementwise/adam.h"
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

template <class P>
struct CountCase {
  using Problem = P;

  static P parse(std::istream& words) {
    P problem;
    problem.count = parse_map(words).count();
    return problem;
  }
  static P small(P p) {
    p.count = std::min<std::int64_t>(p.count, 12'345);
    return p;
  }
};

struct Linear : CountCase<ElementwiseProblem> {
  explicit Linear(const Problem& p)
      : a(uniform({p.count}, 1)), b(uniform({p.count}, 2)), dst(uniform({p.count}, 3)) {}

  Tensor a, b, dst;
};

struct AdamCase : CountCase<AdamProblem> {
  explicit AdamCase(const Problem& p)
      : scalars(Tensor::from<double>({kAdamScalars}, {0.01, 0.05, kAdamLaterStep})),
        grad(uniform({p.count}, 1)),
        m(uniform({p.count}, 2)),
        v(Tensor::full({p.count}, 0.5)),
        x(uniform({p.count}, 3)) {}

  Tensor scalars, grad, m, v, x;
};

}  // namespace

OpBenches elementwise_benches() {
  return {"elementwise",
          {
              table_bench(direction<AdamCase>(
                              adam_table,
                              [](AdamCase& o) -> AdamArgs {
                                return {o.scalars, o.grad, o.m, o.v, o.x};
                              },
                              [](AdamCase& o) -> Operands {
                                return {{&o.scalars, &o.grad}, {&o.m, &o.v, &o.x}};
                              }),
                          "maps_256.txt"),
              table_bench(direction<Linear>(
                              elementwise_table,
                              [](Linear& o) -> ElementwiseArgs {
                                return {o.a, o.b, o.dst};
                              },
                              [](Linear& o) -> Operands {
                                return {{&o.a, &o.b}, {&o.dst}};
                              },
                              onednn::elementwise_map()),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
