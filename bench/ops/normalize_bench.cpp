// Instance normalisation of feature maps, and its gradients.
#include "bench/support/op_bench.h"
#include "ops/normalize/normalize.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = InstanceNormProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    return {.n = map.n, .m = map.h * map.w, .c = map.c};
  }
  static Problem small(Problem p) {
    p.m = std::min<std::int64_t>(p.m, 147);
    return p;
  }

  explicit Case(const Problem& p)
      : src(uniform({p.n, 1, p.m, p.c}, 1)),
        dst(uniform(src.shape(), 2)),
        grad_src(uniform(src.shape(), 3)),
        gamma(uniform({p.c}, 4)),
        beta(uniform({p.c}, 5)),
        mean(uniform({p.n, p.c}, 6)),
        rstd(uniform({p.n, p.c}, 7)),
        grad_gamma(uniform({p.c}, 8)),
        grad_beta(uniform({p.c}, 9)) {}

  Tensor src, dst, grad_src, gamma, beta, mean, rstd, grad_gamma, grad_beta;
};

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Case>(instance_norm_forward_table,
                                 [](Case& o) -> InstanceNormForwardArgs {
                                   return {o.src, o.gamma, o.beta, o.dst, o.mean, o.rstd};
                                 },
                                 {&Case::src, &Case::gamma, &Case::beta},
                                 {&Case::dst, &Case::mean, &Case::rstd}),
                 direction<Case>(instance_norm_backward_table,
                                 [](Case& o) -> InstanceNormBackwardArgs {
                                   return {o.src,  o.dst,      o.gamma,      o.mean,
                                           o.rstd, o.grad_src, o.grad_gamma, o.grad_beta};
                                 },
                                 {&Case::src, &Case::dst, &Case::gamma, &Case::mean, &Case::rstd},
                                 {&Case::grad_src, &Case::grad_gamma, &Case::grad_beta}));
}
