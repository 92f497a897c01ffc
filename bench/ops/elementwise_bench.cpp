// Elementwise arithmetic on pictures and feature maps, and a step of Adam.
#include "bench/support/op_bench.h"
#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"

namespace impasto::bench {
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
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Linear>(elementwise_table,
                                   [](Linear& o) -> ElementwiseArgs {
                                     return {o.a, o.b, o.dst};
                                   },
                                   {&Linear::a, &Linear::b}, {&Linear::dst}),
                 direction<AdamCase>(adam_table,
                                     [](AdamCase& o) -> AdamArgs {
                                       return {o.scalars, o.grad, o.m, o.v, o.x};
                                     },
                                     {&AdamCase::scalars, &AdamCase::grad, &AdamCase::m,
                                      &AdamCase::v, &AdamCase::x},
                                     {&AdamCase::m, &AdamCase::v, &AdamCase::x}));
}
