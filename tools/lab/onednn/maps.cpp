// What passes over maps once or twice: sums, ReLU, rows to one row, instance normalisation.
#include "tensor/bits.h"
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/onednn/call.h"

namespace impasto::lab::onednn {
namespace {

using dnnl::algorithm;
using dnnl::prop_kind;

std::unique_ptr<LibraryCall> add(int threads, const ElementwiseProblem& p,
                                 const ElementwiseArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    require(p.kind == ElementwiseKind::linear && p.alpha == 1 && p.beta == 1 && p.binary,
            "oneDNN's counterpart is a sum");
    const Desc line = f32({p.count}, Tag::a);
    const dnnl::binary::primitive_desc plan({algorithm::binary_add, line, line, line}, engine());
    call.set<dnnl::binary>(plan);
    call.input(DNNL_ARG_SRC_0, args.a, line);
    call.input(DNNL_ARG_SRC_1, args.b, line);
    call.result(DNNL_ARG_DST, args.dst, line);
  });
}

dnnl::eltwise_forward::primitive_desc relu_plan(const Desc& line, prop_kind kind) {
  return {{kind, algorithm::eltwise_relu, line, 0, 0}, engine()};
}

// Makes no mask.
std::unique_ptr<LibraryCall> relu(int threads, const ReluProblem& p, const ReluForwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Desc line = f32({p.count}, Tag::a);
    call.set<dnnl::eltwise_forward>(relu_plan(line, prop_kind::forward_inference));
    call.input(DNNL_ARG_SRC, args.src, line);
    call.result(DNNL_ARG_DST, args.dst, line);
  });
}

// Reads a map where ours reads a bit an element.
std::unique_ptr<LibraryCall> relu_gradient(int threads, const ReluProblem& p,
                                           const ReluBackwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Desc line = f32({p.count}, Tag::a);
    Tensor src = Tensor::empty({p.count});
    for (std::int64_t i = 0; i < p.count; ++i) {
      src.data<float>()[i] = get_bit(args.mask.data<std::uint64_t>(), i) ? 1.0f : -1.0f;
    }
    const dnnl::eltwise_backward::primitive_desc plan({algorithm::eltwise_relu, line, line, 0, 0},
                                                      engine(),
                                                      relu_plan(line, prop_kind::forward_training));
    call.set<dnnl::eltwise_backward>(plan);
    call.own(DNNL_ARG_SRC, src, line, line);
    call.input(DNNL_ARG_DIFF_DST, args.grad_dst, line);
    call.result(DNNL_ARG_DIFF_SRC, args.grad_src, line);
  });
}

std::unique_ptr<LibraryCall> sum_rows(int threads, const ReduceRowsProblem& p,
                                      const ReduceRowsArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Desc rows = f32({p.rows, p.cols}, Tag::ab), one = f32({1, p.cols}, Tag::ab);
    const dnnl::reduction::primitive_desc plan({algorithm::reduction_sum, rows, one, 0, 0},
                                               engine());
    call.set<dnnl::reduction>(plan);
    call.input(DNNL_ARG_SRC, args.a, rows);
    call.result(DNNL_ARG_DST, args.dst, one);
  });
}

// Of one picture, batch and instance are the same.
std::unique_ptr<LibraryCall> normalize(int threads, const InstanceNormProblem& p,
                                       const InstanceNormForwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    using Forward = dnnl::batch_normalization_forward;
    require(p.n == 1, "oneDNN normalises batches");
    const Desc maps = map(1, p.c, p.m, 1), line = f32({p.c}, Tag::a);
    const auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
    const Forward::primitive_desc plan(
        {prop_kind::forward_training, maps, static_cast<float>(p.epsilon), flags}, engine());
    call.set<Forward>(plan);
    call.input(DNNL_ARG_SRC, args.src, maps);
    call.input(DNNL_ARG_SCALE, args.gamma, line);
    call.input(DNNL_ARG_SHIFT, args.beta, line);
    call.result(DNNL_ARG_DST, args.dst, maps);
    call.scratch(DNNL_ARG_MEAN, plan.mean_desc());
    call.scratch(DNNL_ARG_VARIANCE, plan.variance_desc());
  });
}

constexpr Baseline<ElementwiseProblem, ElementwiseArgs> kMap[] = {
    {{.id = "elementwise.map.onednn.binary", .idea = "oneDNN"}, add}};
constexpr Baseline<ReluProblem, ReluForwardArgs> kRelu[] = {
    {{.id = "relu.fwd.onednn.eltwise", .idea = "oneDNN"}, relu}};
constexpr Baseline<ReluProblem, ReluBackwardArgs> kReluGradient[] = {
    {{.id = "relu.bwd.onednn.eltwise", .idea = "oneDNN"}, relu_gradient}};
constexpr Baseline<ReduceRowsProblem, ReduceRowsArgs> kRows[] = {
    {{.id = "reduce.rows.onednn.reduction", .idea = "oneDNN"}, sum_rows}};
constexpr Baseline<InstanceNormProblem, InstanceNormForwardArgs> kNormalize[] = {
    {{.id = "instance_norm.fwd.onednn.batch_norm", .idea = "oneDNN"}, normalize}};

}  // namespace

Baselines<ElementwiseProblem, ElementwiseArgs> elementwise_map() {
  return kMap;
}
Baselines<ReluProblem, ReluForwardArgs> relu_forward() {
  return kRelu;
}
Baselines<ReluProblem, ReluBackwardArgs> relu_backward() {
  return kReluGradient;
}
Baselines<ReduceRowsProblem, ReduceRowsArgs> reduce_rows() {
  return kRows;
}
Baselines<InstanceNormProblem, InstanceNormForwardArgs> instance_norm_forward() {
  return kNormalize;
}

}  // namespace impasto::lab::onednn
