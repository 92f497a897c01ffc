// 2x2 pooling of feature maps: the maximum, with the codes that its gradient reads, or the average,
// where a line of the shapes file ends in that word.
#include "bench/support/op_bench.h"
#include "ops/pool2d/pool2d.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = Pool2dProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    Problem p{.n = map.n, .h = map.h, .w = map.w, .c = map.c};
    if (!words) return p;
    std::string kind;
    if (words >> kind) {
      p.kind = parse_pool_kind(kind);
    } else {
      words.clear();
    }
    return p;
  }
  static Problem small(Problem p) {
    p.h = p.w = p.kind == PoolKind::max ? 9 : 8;  // cuDNN has no way back over a row left out
    return p;
  }

  explicit Case(const Problem& p)
      : src(uniform({p.n, p.h, p.w, p.c}, 1)),
        dst(uniform({p.n, p.h / 2, p.w / 2, p.c}, 2)),
        codes(p.kind == PoolKind::max ? bits({p.n, p.h / 2, p.w / 2, p.c, 2}, 3) : Tensor()) {}

  Tensor* wanted_codes() { return codes.defined() ? &codes : nullptr; }

  Tensor src, dst, codes;
};

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Case>(pool2d_forward_table,
                                 [](Case& o) -> Pool2dForwardArgs {
                                   return {o.src, o.dst, o.wanted_codes()};
                                 },
                                 {&Case::src}, {&Case::dst, &Case::codes}),
                 direction<Case>(pool2d_backward_table,
                                 [](Case& o) -> Pool2dBackwardArgs {
                                   return {o.dst, o.codes, o.src};
                                 },
                                 {&Case::dst, &Case::codes}, {&Case::src}));
}
