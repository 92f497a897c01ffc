// Reflected borders of one pixel around feature maps, and their gradient.
#include "bench/support/op_bench.h"
#include "ops/pad/pad.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = PadProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    return {.n = map.n,
            .h = map.h,
            .w = map.w,
            .c = map.c,
            .params = {.top = 1, .bottom = 1, .left = 1, .right = 1, .mode = PadMode::reflect}};
  }
  static Problem small(Problem p) {
    p.h = p.w = 9;
    return p;
  }

  explicit Case(const Problem& p)
      : src(uniform({p.n, p.h, p.w, p.c}, 1)), dst(uniform({p.n, p.h + 2, p.w + 2, p.c}, 2)) {}

  Tensor src, dst;
};

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<Case>(pad_forward_table,
                                 [](Case& o) -> PadArgs {
                                   return {o.src, o.dst};
                                 },
                                 {&Case::src}, {&Case::dst}),
                 direction<Case>(pad_backward_table,
                                 [](Case& o) -> PadArgs {
                                   return {o.dst, o.src};
                                 },
                                 {&Case::dst}, {&Case::src}));
}
