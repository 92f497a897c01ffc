// 2x2 maximum pooling of feature maps, with the codes that its gradient reads.
#include "bench/support/op_bench.h"
#include "ops/pool2d/pool2d.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = Pool2dProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    return {.n = map.n, .h = map.h, .w = map.w, .c = map.c};
  }
  static Problem small(Problem p) {
    p.h = p.w = 9;
    return p;
  }

  explicit Case(const Problem& p)
      : src(uniform({p.n, p.h, p.w, p.c}, 1)),
        dst(uniform({p.n, p.h / 2, p.w / 2, p.c}, 2)),
        codes(bits({p.n, p.h / 2, p.w / 2, p.c, 2}, 3)) {}

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
                                   return {o.src, o.dst, &o.codes};
                                 },
                                 {&Case::src}, {&Case::dst, &Case::codes}),
                 direction<Case>(pool2d_backward_table,
                                 [](Case& o) -> Pool2dBackwardArgs {
                                   return {o.dst, o.codes, o.src};
                                 },
                                 {&Case::dst, &Case::codes}, {&Case::src}));
}
