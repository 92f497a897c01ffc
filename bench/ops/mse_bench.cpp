// Mean squared error of feature maps, and its gradient.
#include "bench/support/op_bench.h"
#include "ops/mse/mse.h"

namespace impasto::bench {
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
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Case>(mse_forward_table,
                                 [](Case& o) -> MseForwardArgs {
                                   return {o.a, o.b, o.value, o.difference};
                                 },
                                 {&Case::a, &Case::b}, {&Case::value, &Case::difference}),
                 direction<Case>(mse_backward_table,
                                 [](Case& o) -> MseBackwardArgs {
                                   return {o.difference, o.upstream, o.grad};
                                 },
                                 {&Case::difference, &Case::upstream}, {&Case::grad}));
}
