// Convolutions: the algorithm is oneDNN's choice (`auto`), so is the layout of the filter; that of
// feature maps is ours, or oneDNN's choice, too (`blocked`). Bias and ReLU are fused forward; there
// is no mask, so a gradient is masked before it is timed.
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/onednn/call.h"

namespace impasto::lab::onednn {
namespace {

using dnnl::algorithm;
using dnnl::prop_kind;

// What the three directions have in common: how things lie, and what may be chosen.
struct Layouts {
  Layouts(const Conv2dProblem& p, Tag maps)
      : src(map(p.n, p.ic, p.h, p.w)),
        dst(map(p.n, p.oc, p.oh(), p.ow())),
        wei(f32({p.oc, p.ic, p.kh, p.kw}, Tag::ohwi)),
        bias(f32({p.oc}, Tag::a)),
        any_src(map(p.n, p.ic, p.h, p.w, maps)),
        any_dst(map(p.n, p.oc, p.oh(), p.ow(), maps)),
        any_wei(f32({p.oc, p.ic, p.kh, p.kw}, Tag::any)),
        strides{p.params.stride, p.params.stride},
        before{p.params.pad, p.params.pad},
        behind{(p.oh() - 1) * p.params.stride + p.kh - p.h - p.params.pad,
               (p.ow() - 1) * p.params.stride + p.kw - p.w - p.params.pad} {
    require(p.params.pad_mode == PadMode::zero && !p.params.pool,
            "oneDNN pads with zeros and fuses no pool");
  }

  dnnl::convolution_forward::primitive_desc forward(prop_kind kind, bool with_bias,
                                                    const dnnl::primitive_attr& attributes) const {
    using Forward = dnnl::convolution_forward;
    const auto plan = with_bias ? Forward::desc(kind, algorithm::convolution_auto, any_src, any_wei,
                                                bias, any_dst, strides, before, behind)
                                : Forward::desc(kind, algorithm::convolution_auto, any_src, any_wei,
                                                any_dst, strides, before, behind);
    return {plan, attributes, engine()};
  }

  Desc src, dst, wei, bias, any_src, any_dst, any_wei;
  Dims strides, before, behind;
};

template <Tag maps>
std::unique_ptr<LibraryCall> forward(int threads, const Conv2dProblem& p,
                                     const Conv2dForwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Layouts lie(p, maps);
    dnnl::post_ops fused;
    if (p.params.relu) fused.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(fused);
    const auto plan = lie.forward(prop_kind::forward_inference, args.bias.defined(), attributes);
    call.set<dnnl::convolution_forward>(plan);
    call.input(DNNL_ARG_SRC, args.src, lie.src, plan.src_desc());
    call.input(DNNL_ARG_WEIGHTS, args.wei, lie.wei, plan.weights_desc());
    if (args.bias.defined()) call.input(DNNL_ARG_BIAS, args.bias, lie.bias, plan.bias_desc());
    call.result(DNNL_ARG_DST, args.dst, lie.dst, plan.dst_desc());
  });
}

// Of the sums: as the mask leaves it.
Tensor gradient_of_sums(const Conv2dProblem& p, const Conv2dBackwardDataArgs& args) {
  if (!p.params.fused()) return args.grad_dst;
  Context context({.threads = 1});
  return conv2d_backward_activation(context, {args.grad_dst, args.mask},
                                    {p.n, p.oh(), p.ow(), p.oc}, p.params);
}

// Of either gradient; oneDNN asks for the plan of the forward pass that it belongs to.
template <class Backward>
typename Backward::primitive_desc backward_plan(const Layouts& lie) {
  const auto hint = lie.forward(prop_kind::forward_training, false, {});
  return typename Backward::primitive_desc({algorithm::convolution_auto, lie.any_src, lie.any_wei,
                                            lie.any_dst, lie.strides, lie.before, lie.behind},
                                           engine(), hint);
}

template <Tag maps>
std::unique_ptr<LibraryCall> backward_data(int threads, const Conv2dProblem& p,
                                           const Conv2dBackwardDataArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    using Backward = dnnl::convolution_backward_data;
    const Layouts lie(p, maps);
    const auto plan = backward_plan<Backward>(lie);
    call.set<Backward>(plan);
    call.own(DNNL_ARG_DIFF_DST, gradient_of_sums(p, args), lie.dst, plan.diff_dst_desc());
    call.input(DNNL_ARG_WEIGHTS, args.wei, lie.wei, plan.weights_desc());
    call.result(DNNL_ARG_DIFF_SRC, args.grad_src, lie.src, plan.diff_src_desc());
  });
}

template <Tag maps>
std::unique_ptr<LibraryCall> backward_filter(int threads, const Conv2dProblem& p,
                                             const Conv2dBackwardFilterArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    using Backward = dnnl::convolution_backward_weights;
    const Layouts lie(p, maps);
    const auto plan = backward_plan<Backward>(lie);
    call.set<Backward>(plan);
    call.input(DNNL_ARG_SRC, args.src, lie.src, plan.src_desc());
    call.input(DNNL_ARG_DIFF_DST, args.grad_dst, lie.dst, plan.diff_dst_desc());
    call.result(DNNL_ARG_DIFF_WEIGHTS, args.grad_wei, lie.wei, plan.diff_weights_desc());
  });
}

constexpr Baseline<Conv2dProblem, Conv2dForwardArgs> kForward[] = {
    {{.id = "conv2d.fwd.onednn.nhwc", .idea = "oneDNN on our layout"}, forward<Tag::nhwc>},
    {{.id = "conv2d.fwd.onednn.blocked", .idea = "oneDNN on its own layout"}, forward<Tag::any>}};
constexpr Baseline<Conv2dProblem, Conv2dBackwardDataArgs> kBackwardData[] = {
    {{.id = "conv2d.bwd_data.onednn.nhwc", .idea = "oneDNN on our layout"},
     backward_data<Tag::nhwc>},
    {{.id = "conv2d.bwd_data.onednn.blocked", .idea = "oneDNN on its own layout"},
     backward_data<Tag::any>}};
constexpr Baseline<Conv2dProblem, Conv2dBackwardFilterArgs> kBackwardFilter[] = {
    {{.id = "conv2d.bwd_filter.onednn.nhwc", .idea = "oneDNN on our layout"},
     backward_filter<Tag::nhwc>},
    {{.id = "conv2d.bwd_filter.onednn.blocked", .idea = "oneDNN on its own layout"},
     backward_filter<Tag::any>}};

}  // namespace

Baselines<Conv2dProblem, Conv2dForwardArgs> conv2d_forward() {
  return kForward;
}
Baselines<Conv2dProblem, Conv2dBackwardDataArgs> conv2d_backward_data() {
  return kBackwardData;
}
Baselines<Conv2dProblem, Conv2dBackwardFilterArgs> conv2d_backward_filter() {
  return kBackwardFilter;
}

}  // namespace impasto::lab::onednn
