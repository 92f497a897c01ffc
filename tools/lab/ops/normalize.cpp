// Instance normalisation of feature maps, and its gradients.
#include "ops/normalize/normalize.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
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

OpBenches normalize_benches() {
  return {"normalize",
          {
              table_bench(direction<Case>(
                              instance_norm_forward_table,
                              [](Case& o) -> InstanceNormForwardArgs {
                                return {o.src, o.gamma, o.beta, o.dst, o.mean, o.rstd};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.src, &o.gamma, &o.beta}, {&o.dst, &o.mean, &o.rstd}};
                              },
                              onednn::instance_norm_forward()),
                          "maps_256.txt"),
              table_bench(direction<Case>(
                              instance_norm_backward_table,
                              [](Case& o) -> InstanceNormBackwardArgs {
                                return {o.src,  o.dst,      o.gamma,      o.mean,
                                        o.rstd, o.grad_src, o.grad_gamma, o.grad_beta};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.src, &o.dst, &o.gamma, &o.mean, &o.rstd},
                                        {&o.grad_src, &o.grad_gamma, &o.grad_beta}};
                              }),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
