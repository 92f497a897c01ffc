// The average by cuDNN: what kernels of ours are measured against. Of the maximum cuDNN keeps no
// two bits an output, and on the way back it wants the whole source: it is not served.
#include "ops/pool2d/pool2d_library_kernels.h"
#include "tensor/cuda/on_gpu.h"
#include "tensor/cuda/state.h"

namespace impasto::pool2d_kernels {
namespace {

constexpr cudnnResampleMode_t kAverage = CUDNN_RESAMPLE_AVGPOOL_INCLUDE_PADDING;

CudnnShape src_shape(const Pool2dProblem& p) {
  return {p.n, p.h, p.w, p.c};
}
CudnnShape dst_shape(const Pool2dProblem& p) {
  return {p.n, p.h / 2, p.w / 2, p.c};
}

CudnnGraph forward_graph(const Pool2dProblem& p) {
  CudnnGraph graph;
  const auto src = graph.operand(src_shape(p));
  graph.pool(kAverage, src, graph.operand(dst_shape(p)));
  return graph;
}

CudnnGraph backward_graph(const Pool2dProblem& p) {
  CudnnGraph graph;
  const auto grad_dst = graph.operand(dst_shape(p));
  graph.pool_back(kAverage, grad_dst, graph.operand(src_shape(p)));
  return graph;
}

void run(Context& context, const CudnnPlan& plan, const std::vector<const void*>& operands) {
  const std::size_t bytes = plan.workspace_bytes();
  plan.run(context.cuda().libraries.cudnn().handle(), operands,
           bytes == 0 ? nullptr : context.workspace(bytes));
}

Support average_only(const Pool2dProblem& p) {
  return p.kind == PoolKind::average
             ? Support::yes()
             : Support::no("cuDNN does not give the codes that the maximum's way back reads");
}

}  // namespace

Support supports_forward_cudnn(const Pool2dProblem& p) {
  return average_only(p);
}

Support supports_backward_cudnn(const Pool2dProblem& p) {
  if (p.h % 2 != 0 || p.w % 2 != 0) {
    return Support::no("cuDNN does not say what becomes of a row that no window covers");
  }
  return average_only(p);
}

void forward_cudnn(Context& context, const Pool2dProblem& p, const Pool2dForwardArgs& args, void*) {
  const CudnnPlan& plan = context.cuda().libraries.cudnn().get(
      "pool2d.fwd " + p.to_string(), CudaMath::f32, [&] { return forward_graph(p); });
  run(context, plan, {gpu_data<float>(context, args.src), gpu_data<float>(context, args.dst)});
}

void backward_cudnn(Context& context, const Pool2dProblem& p, const Pool2dBackwardArgs& args,
                    void*) {
  const CudnnPlan& plan = context.cuda().libraries.cudnn().get(
      "pool2d.bwd " + p.to_string(), CudaMath::f32, [&] { return backward_graph(p); });
  run(context, plan,
      {gpu_data<float>(context, args.grad_dst), gpu_data<float>(context, args.grad_src)});
}

}  // namespace impasto::pool2d_kernels
