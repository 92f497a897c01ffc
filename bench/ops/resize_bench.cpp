// Resampling of pictures and feature maps, and its gradient.
#include "bench/support/op_bench.h"
#include "ops/resize/resize.h"

namespace impasto::bench {
namespace {

struct Case {
  using Problem = ResizeProblem;

  static Problem parse(std::istream& words) {
    Problem p;
    std::string mode;
    words >> p.n >> p.h >> p.w >> p.c >> p.oh >> p.ow >> mode;
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
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "resize.txt",
                 direction<Case>(resize_forward_table,
                                 [](Case& o) -> ResizeArgs {
                                   return {o.src, o.dst};
                                 },
                                 {&Case::src}, {&Case::dst}),
                 direction<Case>(resize_backward_table,
                                 [](Case& o) -> ResizeArgs {
                                   return {o.dst, o.src};
                                 },
                                 {&Case::dst}, {&Case::src}));
}
