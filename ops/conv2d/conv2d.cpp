#include "ops/conv2d/conv2d.h"

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
  return {src[0], src[1], src[2], src[3], wei[0], wei[1], wei[2], params, dtype};
}

Shape dst_shape(const Conv2dProblem& problem) {
  return {problem.n, problem.oh(), problem.ow(), problem.oc};
}

void check_same_dtype(const char* other, const Tensor& tensor, DType dtype) {
  IMPASTO_CHECK(tensor.dtype() == dtype, "conv2d: {} is {}, the first operand {}", other,
                to_string(tensor.dtype()), to_string(dtype));
}

void check_grad_dst(const Tensor& grad_dst, const Conv2dProblem& problem) {
  IMPASTO_CHECK(grad_dst.shape() == dst_shape(problem), "conv2d: gradient is {}, expected {}",
                grad_dst.shape().to_string(), dst_shape(problem).to_string());
}

}  // namespace

std::string Conv2dProblem::to_string() const {
  return fmt::format(
      "conv2d(src [{}, {}, {}, {}], wei [{}, {}, {}, {}], stride {}, pad {} {}{}, {})", n, h, w, ic,
      oc, kh, kw, ic, params.stride, params.pad, impasto::to_string(params.pad_mode),
      params.relu ? ", relu" : "", impasto::to_string(dtype));
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
  check_same_dtype("wei", wei, src.dtype());
  if (bias.defined()) {
    check_same_dtype("bias", bias, src.dtype());
    IMPASTO_CHECK(bias.shape() == Shape({problem.oc}), "conv2d: bias is {}, expected [{}]",
                  bias.shape().to_string(), problem.oc);
  }
  IMPASTO_CHECK(params.relu || !want_mask, "conv2d: a mask is of a ReLU, and none was asked for");
  Conv2dForward result{context.empty(dst_shape(problem), problem.dtype), {}};
  if (want_mask) result.mask = context.empty(dst_shape(problem), DType::bits);
  launch(context, conv2d_forward_table(), problem,
         Conv2dForwardArgs{src, wei, bias, result.dst, want_mask ? &result.mask : nullptr, cache});
  return result;
}

Tensor conv2d_backward_data(Context& context, const Tensor& grad_dst, const Tensor& wei,
                            const Shape& src_shape, const Conv2dParams& params,
                            FilterCache* cache) {
  Conv2dProblem problem = make_problem(src_shape, wei.shape(), params, grad_dst.dtype());
  problem.filter_cached = cache != nullptr;
  check_same_dtype("wei", wei, grad_dst.dtype());
  check_grad_dst(grad_dst, problem);
  Tensor grad_src = context.empty(src_shape, problem.dtype);
  launch(context, conv2d_backward_data_table(), problem,
         Conv2dBackwardDataArgs{grad_dst, wei, grad_src, cache});
  return grad_src;
}

Tensor conv2d_backward_filter(Context& context, const Tensor& src, const Tensor& grad_dst,
                              const Shape& wei_shape, const Conv2dParams& params) {
  const Conv2dProblem problem = make_problem(src.shape(), wei_shape, params, src.dtype());
  check_same_dtype("gradient", grad_dst, src.dtype());
  check_grad_dst(grad_dst, problem);
  Tensor grad_wei = context.empty(wei_shape, problem.dtype);
  launch(context, conv2d_backward_filter_table(), problem,
         Conv2dBackwardFilterArgs{src, grad_dst, grad_wei});
  return grad_wei;
}

}  // namespace impasto
