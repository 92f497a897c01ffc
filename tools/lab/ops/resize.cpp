// Resampling of pictures and feature maps, and its gradient.
#include "ops/resize/resize.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = ResizeProblem;

  static Problem parse(std::istream& words) {
    Problem p;
    std::string mode;
    read_sizes(words, p.n, p.h, p.w, p.c, p.oh, p.ow);
    words >> mode;
    for (ResizeMode each : {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                            ResizeMode::bicubic, ResizeMode::lanczos}) {
      if (mode != to_string(each)) continue;
      p.mode = each;
      return p;
    }
    words.setstate(std::ios::failbit);
    return p;
  }
  static Problem small(Problem p) {
    for (auto* extent : {&p.h, &p.w, &p.oh, &p.ow}) *extent = (*extent + 15) / 16;
    return p;
  }

  explicit Case(const Problem& p)
      : src(uniform({p.n, p.h, p.w, p.c}, 1)), dst(uniform({p.n, p.oh, p.ow, p.c}, 2)) {}

  Tensor src, dst;
};

}  // namespace

OpBenches resize_benches() {
  return {"resize",
          {
              table_bench(direction<Case>(
                              resize_forward_table,
                              [](Case& o) -> ResizeArgs {
                                return {o.src, o.dst};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.src}, {&o.dst}};
                              },
                              onednn::resize_forward()),
                          "resize.txt"),
              table_bench(direction<Case>(
                              resize_backward_table,
                              [](Case& o) -> ResizeArgs {
                                return {o.dst, o.src};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.dst}, {&o.src}};
                              },
                              onednn::resize_backward()),
                          "resize.txt"),
          }};
}

}  // namespace impasto::lab
