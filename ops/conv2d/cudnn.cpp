// Convolution by cuDNN: what kernels of ours are measured against. cuDNN fuses bias and ReLU behind
// the sums; pool and mask, and the way back through them, are passes of ours (cuda_finish.cu,
// cuda_unfuse.cu). Engines for "bias, then ReLU" exist for every problem and device, for ReLU alone
// they do not: a bias that is missing before a ReLU is a row of zeros.
#include "ops/autotuner.h"
#include "ops/conv2d/conv2d_library_kernels.h"
#include "ops/conv2d/cuda.h"
#include "tensor/cuda/on_gpu.h"
#include "tensor/cuda/state.h"

namespace impasto::conv2d_kernels {
namespace {

struct Shapes {
  explicit Shapes(const Conv2dProblem& p)
      : src{p.n, p.h, p.w, p.ic},
        wei{p.oc, p.kh, p.kw, p.ic},
        out{p.n, p.oh(), p.ow(), p.oc},
        convolution{p.params.stride, p.params.pad} {}

  CudnnShape src, wei, out;
  CudnnConvolution convolution;
};

CudnnGraph forward_graph(const Conv2dProblem& p, bool biased) {
  const Shapes shapes(p);
  CudnnGraph graph;
  const auto src = graph.operand(shapes.src), wei = graph.operand(shapes.wei);
  if (!biased) {
    graph.convolve(shapes.convolution, src, wei, graph.operand(shapes.out));
    return graph;
  }
  const auto bias = graph.operand({1, 1, 1, p.oc}), out = graph.operand(shapes.out);
  const auto sum = graph.between(shapes.out);
  const auto shifted = p.params.relu ? graph.between(shapes.out) : out;
  graph.convolve(shapes.convolution, src, wei, sum);
  graph.add(sum, bias, shifted);
  if (p.params.relu) graph.relu(shifted, out);
  return graph;
}

CudnnGraph backward_data_graph(const Conv2dProblem& p) {
  const Shapes shapes(p);
  CudnnGraph graph;
  const auto grad = graph.operand(shapes.out), wei = graph.operand(shapes.wei);
  graph.convolve_back_data(shapes.convolution, grad, wei, graph.operand(shapes.src));
  return graph;
}

CudnnGraph backward_filter_graph(const Conv2dProblem& p) {
  const Shapes shapes(p);
  CudnnGraph graph;
  const auto src = graph.operand(shapes.src), grad = graph.operand(shapes.out);
  graph.convolve_back_filter(shapes.convolution, src, grad, graph.operand(shapes.wei));
  return graph;
}

using Operands = std::vector<const void*>;

// What is computed, of which shapes and how precisely, in words and as a graph.
struct Work {
  Work(std::string_view direction, const Conv2dProblem& p, CudaMath how,
       std::function<CudnnGraph()> graph)
      : key(fmt::format("conv2d.{}.{} {}", direction, to_string(how), p.to_string())),
        math(how),
        make(std::move(graph)) {}

  std::string key;
  CudaMath math;
  std::function<CudnnGraph()> make;
};

// With scratch memory of its own: what the most wasteful plan wants is not to be kept.
std::function<void()> trial(Context& context, const CudnnPlan& plan, const Operands& operands) {
  Tensor scratch;
  const auto bytes = static_cast<std::int64_t>(plan.workspace_bytes());
  if (bytes > 0) scratch = context.empty({bytes}, DType::u8);
  return [&context, &plan, &operands, scratch]() mutable {
    plan.run(context.cuda().libraries.cudnn().handle(), operands,
             scratch.defined() ? scratch.raw() : nullptr);
  };
}

// cuDNN's favourite, or the fastest of its proposals where the context has a tuner. A plan writes
// its whole result, so a trial leaves nothing that the run itself does not overwrite.
const CudnnPlan& plan_for(Context& context, const Work& work, const Operands& operands) {
  CudnnPlans& plans = context.cuda().libraries.cudnn();
  if (context.autotuner() == nullptr) return plans.get(work.key, work.math, work.make);
  return plans.get(work.key, work.math, work.make, [&](const std::vector<CudnnPlan>& rivals) {
    std::vector<std::string> names;
    for (const CudnnPlan& plan : rivals) {
      names.push_back(fmt::format("proposal {}: {}", plan.number(), plan.description()));
    }
    const std::vector<std::string_view> ids(names.begin(), names.end());
    return context.autotuner()->choose(context, "cudnn " + work.key, ids, [&](std::size_t i) {
      return trial(context, rivals[i], operands);
    });
  });
}

void run(Context& context, const Work& work, const Operands& operands) {
  const CudnnPlan& plan = plan_for(context, work, operands);
  const std::size_t bytes = plan.workspace_bytes();
  plan.run(context.cuda().libraries.cudnn().handle(), operands,
           bytes == 0 ? nullptr : context.workspace(bytes));
}

Tensor zeros_for(const Context& context, std::int64_t channels) {
  return Tensor::zeros({channels}, DType::f32, context.device());
}

void forward(Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
             CudaMath math) {
  const bool biased = args.bias.defined() || p.params.relu;
  const Tensor out = p.params.pool ? context.empty({p.n, p.oh(), p.ow(), p.oc}) : args.dst;
  Operands operands = {gpu_data<float>(context, args.src), gpu_data<float>(context, args.wei)};
  const Tensor bias = args.bias.defined() || !biased ? args.bias : zeros_for(context, p.oc);
  if (biased) operands.push_back(gpu_data<float>(context, bias));
  operands.push_back(gpu_data<float>(context, out));
  const auto make = [&] { return forward_graph(p, biased); };
  run(context, {biased ? "fwd_bias" : "fwd", p, math, make}, operands);
  if (p.params.pool || args.mask != nullptr) {
    finish_outputs_gpu(context, p, out, args.dst, args.mask);
  }
}

void backward_data(Context& context, const Conv2dProblem& p, const Conv2dBackwardDataArgs& args,
                   CudaMath math) {
  Tensor grad = args.grad_dst;
  if (args.mask.defined()) {
    grad = context.empty({p.n, p.oh(), p.ow(), p.oc});
    unfuse_gradient_gpu(context, p, {args.grad_dst, args.mask}, grad);
  }
  run(context, {"bwd_data", p, math, [&] { return backward_data_graph(p); }},
      {gpu_data<float>(context, grad), gpu_data<float>(context, args.wei),
       gpu_data<float>(context, args.grad_src)});
}

void backward_filter(Context& context, const Conv2dProblem& p, const Conv2dBackwardFilterArgs& args,
                     CudaMath math) {
  run(context, {"bwd_filter", p, math, [&] { return backward_filter_graph(p); }},
      {gpu_data<float>(context, args.src), gpu_data<float>(context, args.grad_dst),
       gpu_data<float>(context, args.grad_wei)});
}

}  // namespace

Support supports_cudnn(const Conv2dProblem& p) {
  if (p.params.pad > 0 && p.params.pad_mode != PadMode::zero) {
    return Support::no(fmt::format("cuDNN has no {} padding", to_string(p.params.pad_mode)));
  }
  return fits_gpu(p);
}

void forward_cudnn_f32(Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                       void*) {
  forward(context, p, args, CudaMath::f32);
}
void forward_cudnn_tf32(Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                        void*) {
  forward(context, p, args, CudaMath::tf32);
}
void backward_data_cudnn_f32(Context& context, const Conv2dProblem& p,
                             const Conv2dBackwardDataArgs& args, void*) {
  backward_data(context, p, args, CudaMath::f32);
}
void backward_data_cudnn_tf32(Context& context, const Conv2dProblem& p,
                              const Conv2dBackwardDataArgs& args, void*) {
  backward_data(context, p, args, CudaMath::tf32);
}
void backward_filter_cudnn_f32(Context& context, const Conv2dProblem& p,
                               const Conv2dBackwardFilterArgs& args, void*) {
  backward_filter(context, p, args, CudaMath::f32);
}
void backward_filter_cudnn_tf32(Context& context, const Conv2dProblem& p,
                                const Conv2dBackwardFilterArgs& args, void*) {
  backward_filter(context, p, args, CudaMath::tf32);
}

}  // namespace impasto::conv2d_kernels
