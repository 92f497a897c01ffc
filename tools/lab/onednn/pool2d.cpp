// Pools by 2 x 2. For the way back oneDNN keeps a workspace where ours keeps two bits an element;
// it is filled before, by a forward pass over a map whose largest elements are those that our bits
// name.
#include "tensor/bits.h"
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/onednn/call.h"

namespace impasto::lab::onednn {
namespace {

using dnnl::prop_kind;
using Forward = dnnl::pooling_forward;
using Backward = dnnl::pooling_backward;

struct Pool {
  explicit Pool(const Pool2dProblem& p)
      : src(map(p.n, p.c, p.h, p.w)),
        dst(map(p.n, p.c, p.h / 2, p.w / 2)),
        kind(p.kind == PoolKind::max ? dnnl::algorithm::pooling_max
                                     : dnnl::algorithm::pooling_avg_exclude_padding) {}

  Forward::primitive_desc forward(prop_kind prop) const {
    return {{prop, kind, src, dst, two, two, none, none}, engine()};
  }

  Desc src, dst;
  dnnl::algorithm kind;
  Dims two{2, 2}, none{0, 0};
};

std::unique_ptr<LibraryCall> forward(int threads, const Pool2dProblem& p,
                                     const Pool2dForwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Pool pool(p);
    const bool codes = args.codes != nullptr;
    const auto plan =
        pool.forward(codes ? prop_kind::forward_training : prop_kind::forward_inference);
    call.set<Forward>(plan);
    call.input(DNNL_ARG_SRC, args.src, pool.src);
    call.result(DNNL_ARG_DST, args.dst, pool.dst);
    if (codes) call.scratch(DNNL_ARG_WORKSPACE, plan.workspace_desc());
  });
}

// 1 where the code of its window says so, else 0.
Tensor winners(const Pool2dProblem& p, const Tensor& codes) {
  Tensor src = Tensor::zeros({p.n, p.h, p.w, p.c});
  const auto* bits = codes.data<std::uint64_t>();
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t y = 0; y < p.h / 2; ++y) {
      for (std::int64_t x = 0; x < p.w / 2; ++x) {
        for (std::int64_t c = 0; c < p.c; ++c, at += 2) {
          const std::int64_t right = get_bit(bits, at), down = get_bit(bits, at + 1);
          const std::int64_t row = (n * p.h + 2 * y + down) * p.w + 2 * x + right;
          src.data<float>()[row * p.c + c] = 1;
        }
      }
    }
  }
  return src;
}

void fill_workspace(PrimitiveCall& call, const Pool& pool, const Forward::primitive_desc& plan,
                    const Tensor& src) {
  dnnl::stream stream(engine());
  const dnnl::memory seen(pool.src, engine(), const_cast<float*>(src.data<float>()));
  const dnnl::memory dst(pool.dst, engine());
  const dnnl::memory workspace = call.scratch(DNNL_ARG_WORKSPACE, plan.workspace_desc());
  Forward(plan).execute(
      stream, {{DNNL_ARG_SRC, seen}, {DNNL_ARG_DST, dst}, {DNNL_ARG_WORKSPACE, workspace}});
  stream.wait();
}

std::unique_ptr<LibraryCall> backward(int threads, const Pool2dProblem& p,
                                      const Pool2dBackwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Pool pool(p);
    const auto hint = pool.forward(prop_kind::forward_training);
    const Backward::primitive_desc plan(
        {pool.kind, pool.src, pool.dst, pool.two, pool.two, pool.none, pool.none}, engine(), hint);
    call.set<Backward>(plan);
    call.input(DNNL_ARG_DIFF_DST, args.grad_dst, pool.dst);
    call.result(DNNL_ARG_DIFF_SRC, args.grad_src, pool.src);
    if (args.codes.defined()) fill_workspace(call, pool, hint, winners(p, args.codes));
  });
}

constexpr Baseline<Pool2dProblem, Pool2dForwardArgs> kForward[] = {
    {{.id = "pool2d.fwd.onednn.pooling", .idea = "oneDNN"}, forward}};
constexpr Baseline<Pool2dProblem, Pool2dBackwardArgs> kBackward[] = {
    {{.id = "pool2d.bwd.onednn.pooling", .idea = "oneDNN"}, backward}};

}  // namespace

Baselines<Pool2dProblem, Pool2dForwardArgs> pool2d_forward() {
  return kForward;
}
Baselines<Pool2dProblem, Pool2dBackwardArgs> pool2d_backward() {
  return kBackward;
}

}  // namespace impasto::lab::onednn
