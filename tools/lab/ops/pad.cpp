// Reflected borders of one pixel around feature maps, and their gradient.
#include "ops/pad/pad.h"

#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = PadProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    if (map.h < 2 || map.w < 2) words.setstate(std::ios::failbit);  // a reflection needs two
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

OpBenches pad_benches() {
  return {"pad",
          {
              table_bench(direction<Case>(
                              pad_forward_table,
                              [](Case& o) -> PadArgs {
                                return {o.src, o.dst};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.src}, {&o.dst}};
                              }),
                          "maps_256.txt"),
              table_bench(direction<Case>(
                              pad_backward_table,
                              [](Case& o) -> PadArgs {
                                return {o.dst, o.src};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.dst}, {&o.src}};
                              }),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
