#include "ops/conv2d/conv2d.h"

#include "ops/conv2d/cuda.h"
#include "ops/conv2d/epilogue.h"
#include "ops/launch.h"
#include "ops/reference.h"
#include "tensor/checked.h"

namespace impasto {
namespace {

// What the shapes of one call say, checked; the operands' dtypes are checked by their callers.
Conv2dProblem make_problem(const Shape& src, const Shape& wei, const Conv2dParams& params,
                           DType dtype) {
  IMPASTO_CHECK(src.rank() == 4 && wei.rank() == 4,
                "conv2d: src {} must be [n, h, w, ic] and wei {} [oc, kh, kw, ic]", src.to_string(),
                wei.to_string());
  IMPASTO_CHECK(src.numel() > 0 && wei.numel() > 0, "conv2d: src {} or wei {} is empty",
                src.to_string(), wei.to_string());
  IMPASTO_CHECK(src[3] == wei[3], "conv2d: src {} has {} channels, wei {} wants {}",
                src.to_string(), src[3], wei.to_string(), wei[3]);
  IMPASTO_CHECK(dtype == DType::f32 || dtype == DType::f64, "conv2d: dtype {}, expected f32 or f64",
                to_string(dtype));
  IMPASTO_CHECK(params.stride >= 1 && params.pad >= 0, "conv2d: stride {} and padding {}",
                params.stride, params.pad);
  IMPASTO_CHECK(params.pad_mode != PadMode::reflect || (params.pad < src[1] && params.pad < src[2]),
                "conv2d: reflect padding of {} needs more than {} pixels each way, src is {}",
                params.pad, params.pad, src.to_string());
  const std::int64_t padded_h = checked_add(src[1], checked_mul(2, params.pad));
  const std::int64_t padded_w = checked_add(src[2], checked_mul(2, params.pad));
  IMPASTO_CHECK(wei[1] <= padded_h && wei[2] <= padded_w,
                "conv2d: a filter of {} x {} is larger than the padded picture of {} x {}", wei[1],
                wei[2], padded_h, padded_w);
  const Conv2dProblem problem{src[0], src[1], src[2], src[3], wei[0],
                              wei[1], wei[2], params, dtype};
  IMPASTO_CHECK(!params.pool || (problem.oh() >= 2 && problem.ow() >= 2),
                "conv2d: {} outputs a picture smaller than a window of the pool",
                problem.to_string());
  return problem;
}

void check_same_dtype(const char* other, const Tensor& tensor, DType dtype) {
  IMPASTO_CHECK(tensor.dtype() == dtype, "conv2d: {} is {}, the first operand {}", other,
                to_string(tensor.dtype()), to_string(dtype));
}

void check_upstream(const Conv2dUpstream& upstream, const Conv2dProblem& problem) {
  const Shape& got = upstream.grad_dst.shape();
  IMPASTO_CHECK(got == problem.dst_shape(), "conv2d: gradient is {}, expected {}", got.to_string(),
                problem.dst_shape().to_string());
  IMPASTO_CHECK(upstream.mask.defined() == problem.params.fused(),
                "conv2d: {} comes with a mask exactly when ReLU or a pool is fused",
                problem.to_string());
  if (!upstream.mask.defined()) return;
  IMPASTO_CHECK(
      upstream.mask.dtype() == DType::bits && upstream.mask.shape() == problem.mask_shape(),
      "conv2d: mask is {} {}, expected bits {}", impasto::to_string(upstream.mask.dtype()),
      upstream.mask.shape().to_string(), problem.mask_shape().to_string());
}

// Whoever names a kernel that rounds wants it to; no other is considered then.
template <class Table>
bool asked_by_name(const Context& context, const Table& table) {
  return !context.requested_kernel(table.name).empty();
}

}  // namespace

Shape Conv2dProblem::mask_shape() const {
  return {n, oh(), ow(), mask_channels(oc)};
}

std::string Conv2dProblem::to_string() const {
  const std::string pool =
      params.pool ? fmt::format(", {} pool", impasto::to_string(*params.pool)) : "";
  return fmt::format(
      "conv2d(src [{}, {}, {}, {}], wei [{}, {}, {}, {}], stride {}, pad {} {}{}{}, {})", n, h, w,
      ic, oc, kh, kw, ic, params.stride, params.pad, impasto::to_string(params.pad_mode),
      params.relu ? ", relu" : "", pool, impasto::to_string(dtype));
}

const Tensor& FilterCache::get(const std::string& key, const std::function<Tensor()>& make) {
  const auto found = forms_.find(key);
  return found != forms_.end() ? found->second : forms_.emplace(key, make()).first->second;
}

std::size_t FilterCache::bytes() const {
  std::size_t total = 0;
  for (const auto& [key, tensor] : forms_) total += tensor.bytes();
  return total;
}

Conv2dForward conv2d_forward(Context& context, const Tensor& src, const Tensor& wei,
                             const Tensor& bias, const Conv2dParams& params, bool want_mask,
                             FilterCache* cache) {
  Conv2dProblem problem = make_problem(src.shape(), wei.shape(), params, src.dtype());
  problem.filter_cached = cache != nullptr;
  problem.mixed = asked_by_name(context, conv2d_forward_table());
  problem.loose = problem.mixed || context.precision() == Precision::mixed;
  check_same_dtype("wei", wei, src.dtype());
  if (bias.defined()) {
    check_same_dtype("bias", bias, src.dtype());
    IMPASTO_CHECK(bias.shape() == Shape({problem.oc}), "conv2d: bias is {}, expected [{}]",
                  bias.shape().to_string(), problem.oc);
  }
  IMPASTO_CHECK(params.fused() || !want_mask,
                "conv2d: a mask is of a ReLU or a pool, and none was asked for");
  Conv2dForward result{context.empty(problem.dst_shape(), problem.dtype), {}};
  if (want_mask) {
    // Kernels write whole vectors of bits, which need not reach the end of a pixel's.
    const bool gaps = mask_channels(problem.oc) != problem.oc;
    result.mask = gaps ? Tensor::zeros(problem.mask_shape(), DType::bits, context.device())
                       : context.empty(problem.mask_shape(), DType::bits);
  }
  launch(context, conv2d_forward_table(), problem,
         Conv2dForwardArgs{src, wei, bias, result.dst, want_mask ? &result.mask : nullptr, cache});
  return result;
}

Tensor conv2d_backward_data(Context& context, const Conv2dUpstream& upstream, const Tensor& wei,
                            const Shape& src_shape, const Conv2dParams& params,
                            FilterCache* cache) {
  Conv2dProblem problem = make_problem(src_shape, wei.shape(), params, upstream.grad_dst.dtype());
  problem.filter_cached = cache != nullptr;
  problem.mixed = context.precision() == Precision::mixed ||
                  asked_by_name(context, conv2d_backward_data_table());
  check_same_dtype("wei", wei, problem.dtype);
  check_upstream(upstream, problem);
  Tensor grad_src = context.empty(src_shape, problem.dtype);
  launch(context, conv2d_backward_data_table(), problem,
         Conv2dBackwardDataArgs{upstream.grad_dst, upstream.mask, wei, grad_src, cache});
  return grad_src;
}

Tensor conv2d_backward_activation(Context& context, const Conv2dUpstream& upstream,
                                  const Shape& out_shape, const Conv2dParams& params) {
  IMPASTO_CHECK(out_shape.rank() == 4 && params.fused() && upstream.mask.defined(),
                "conv2d: {} has no fused ReLU or pool to go back through", out_shape.to_string());
  const DType dtype = upstream.grad_dst.dtype();
  // A 1x1 convolution has the outputs' size, and that is all that matters here.
  const Shape wei{out_shape[3], 1, 1, out_shape[3]};
  const Conv2dProblem problem =
      make_problem(out_shape, wei, {.relu = params.relu, .pool = params.pool}, dtype);
  check_upstream(upstream, problem);
  Tensor grad = context.empty(out_shape, dtype);
  if (context.device().type != DeviceType::cpu) {
    conv2d_kernels::unfuse_gradient_gpu(context, problem, upstream, grad);
    return grad;
  }
  dispatch_float(dtype, [&]<class T>(T*) {
    conv2d_kernels::unfuse_gradient<T>(
        context.threads(), problem,
        {upstream.grad_dst.data<T>(), upstream.mask.data<std::uint64_t>(), grad.data<T>()});
  });
  return grad;
}

Tensor conv2d_backward_filter(Context& context, const Tensor& src, const Tensor& grad_dst,
                              const Shape& wei_shape, const Conv2dParams& params) {
  IMPASTO_CHECK(!params.fused(), "conv2d: the gradient of a filter is of plain sums; see {}",
                "conv2d_backward_activation()");
  Conv2dProblem problem = make_problem(src.shape(), wei_shape, params, src.dtype());
  problem.mixed = asked_by_name(context, conv2d_backward_filter_table());
  check_same_dtype("gradient", grad_dst, src.dtype());
  check_upstream(grad_dst, problem);
  Tensor grad_wei = context.empty(wei_shape, problem.dtype);
  launch(context, conv2d_backward_filter_table(), problem,
         Conv2dBackwardFilterArgs{src, grad_dst, grad_wei});
  return grad_wei;
}

}  // namespace impasto
