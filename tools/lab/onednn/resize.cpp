// Resampling: nearest and bilinear are the same as ours; the other modes oneDNN does not have.
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/onednn/call.h"

namespace impasto::lab::onednn {
namespace {

using Forward = dnnl::resampling_forward;
using Backward = dnnl::resampling_backward;

struct Resampling {
  explicit Resampling(const ResizeProblem& p)
      : src(map(p.n, p.c, p.h, p.w)),
        dst(map(p.n, p.c, p.oh, p.ow)),
        kind(p.mode == ResizeMode::nearest ? dnnl::algorithm::resampling_nearest
                                           : dnnl::algorithm::resampling_linear),
        plan({dnnl::prop_kind::forward_training, kind, src, dst}, engine()) {
    require(p.mode == ResizeMode::nearest || p.mode == ResizeMode::bilinear,
            fmt::format("oneDNN has no {}", to_string(p.mode)));
  }

  Desc src, dst;
  dnnl::algorithm kind;
  Forward::primitive_desc plan;
};

std::unique_ptr<LibraryCall> forward(int threads, const ResizeProblem& p, const ResizeArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Resampling resampling(p);
    call.set<Forward>(resampling.plan);
    call.input(DNNL_ARG_SRC, args.src, resampling.src);
    call.result(DNNL_ARG_DST, args.dst, resampling.dst);
  });
}

std::unique_ptr<LibraryCall> backward(int threads, const ResizeProblem& p, const ResizeArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Resampling resampling(p);
    const Backward::primitive_desc plan({resampling.kind, resampling.src, resampling.dst}, engine(),
                                        resampling.plan);
    call.set<Backward>(plan);
    call.input(DNNL_ARG_DIFF_DST, args.src, resampling.dst);
    call.result(DNNL_ARG_DIFF_SRC, args.dst, resampling.src);
  });
}

constexpr Baseline<ResizeProblem, ResizeArgs> kForward[] = {
    {{.id = "resize.fwd.onednn.resampling", .idea = "oneDNN"}, forward}};
constexpr Baseline<ResizeProblem, ResizeArgs> kBackward[] = {
    {{.id = "resize.bwd.onednn.resampling", .idea = "oneDNN"}, backward}};

}  // namespace

Baselines<ResizeProblem, ResizeArgs> resize_forward() {
  return kForward;
}
Baselines<ResizeProblem, ResizeArgs> resize_backward() {
  return kBackward;
}

}  // namespace impasto::lab::onednn
