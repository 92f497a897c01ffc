// 2x2 pooling of feature maps: the maximum, with the codes that its gradient reads, or the average,
// where a line of the shapes file ends in that word.
#include "ops/pool2d/pool2d.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = Pool2dProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    Problem p{.n = map.n, .h = map.h, .w = map.w, .c = map.c};
    if (p.h < 2 || p.w < 2) words.setstate(std::ios::failbit);
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

OpBenches pool2d_benches() {
  return {"pool2d",
          {
              table_bench(direction<Case>(
                              pool2d_forward_table,
                              [](Case& o) -> Pool2dForwardArgs {
                                return {o.src, o.dst, o.wanted_codes()};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.src}, {&o.dst, &o.codes}};
                              },
                              onednn::pool2d_forward()),
                          "pools_256.txt"),
              table_bench(direction<Case>(
                              pool2d_backward_table,
                              [](Case& o) -> Pool2dBackwardArgs {
                                return {o.dst, o.codes, o.src};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.dst, &o.codes}, {&o.src}};
                              },
                              onednn::pool2d_backward()),
                          "pools_256.txt"),
          }};
}

}  // namespace impasto::lab
