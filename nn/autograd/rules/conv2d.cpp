// conv2d: saves one bit an output element when ReLU or a pool is fused, src only for a trained
// filter, and the filter (shared, not copied) only when src needs a gradient. A first layer's
// result has a recipe.
#include <algorithm>

#include "nn/autograd/functions.h"
#include "ops/reduce/reduce.h"

namespace impasto {
namespace {

// Few products an element, of a picture that is much smaller than the result, and whose rows are
// those of the result.
bool worth_a_recipe(const Shape& src, const Shape& wei, const Conv2dParams& params) {
  const std::int64_t oc = wei[0], kh = wei[1], kw = wei[2], ic = wei[3];
  return src[0] == 1 && kh * kw * ic <= 32 && oc >= 4 * ic && !params.pool && params.stride == 1 &&
         kh == 2 * params.pad + 1;
}

// Reads as many rows more on either side as the filter does. The outer rows of the result are not
// the map's, for they saw the end of these rows as the end of the picture.
Tensor conv_rows(Context& context, const Tensor& src, std::span<const Tensor> filter,
                 const Conv2dParams& params, FilterCache* cache, std::int64_t begin,
                 std::int64_t end) {
  const std::int64_t first = std::max<std::int64_t>(0, begin - params.pad);
  const std::int64_t last = std::min(src.shape()[1], end + params.pad);
  const Tensor rows = conv2d_forward(context, map_rows(src, first, last), filter[0], filter[1],
                                     params, false, cache)
                          .dst;
  return map_rows(rows, begin - first, end - first);
}

}  // namespace

Variable conv2d(Context& context, const Variable& src, const Variable& wei, const Variable& bias,
                const Conv2dParams& params, FilterCache* cache) {
  FilterCache* usable_cache = wei.needs_grad() ? nullptr : cache;
  const bool want_mask = params.fused() && any_needs_grad({src, wei, bias});
  Conv2dForward forward = conv2d_forward(context, src.value(), wei.value(), bias.value(), params,
                                         want_mask, usable_cache);
  const Tensor saved_src = wei.needs_grad() ? src.value() : Tensor();
  const Tensor saved_wei = src.needs_grad() ? wei.value() : Tensor();
  Shape out_shape = forward.dst.shape();
  if (forward.mask.defined()) {
    const Shape& bits = forward.mask.shape();
    out_shape = {bits[0], bits[1], bits[2], wei.shape()[0]};
  }
  const auto rule = [params, usable_cache, out_shape, src_shape = src.shape(),
                     wei_shape = wei.shape()](const BackwardCall& call) {
    Conv2dUpstream upstream(call.grad_dst, call.saved[0]);
    Conv2dParams rest = params;
    if (params.fused() && (call.wanted[1] || call.wanted[2])) {
      upstream = conv2d_backward_activation(call.context, upstream, out_shape, params);
      rest.relu = false, rest.pool.reset();
    }
    std::vector<Tensor> gradients(3);
    if (call.wanted[0]) {
      gradients[0] = conv2d_backward_data(call.context, upstream, call.saved[2], src_shape, rest,
                                          usable_cache);
    }
    if (call.wanted[1]) {
      gradients[1] =
          conv2d_backward_filter(call.context, call.saved[1], upstream.grad_dst, wei_shape, rest);
    }
    if (call.wanted[2]) gradients[2] = sum_rows(call.context, upstream.grad_dst);
    return gradients;
  };
  Variable out =
      record("conv2d", forward.dst, {src, wei, bias}, {forward.mask, saved_src, saved_wei}, rule);
  if (out.needs_grad() && !wei.needs_grad() && worth_a_recipe(src.shape(), wei.shape(), params)) {
    out.set_recipe({{src.value(), wei.value(), bias.value()},
                    [params, usable_cache](Context& kitchen, std::span<const Tensor> from,
                                           std::int64_t begin, std::int64_t end) {
                      return conv_rows(kitchen, from[0], from.subspan(1), params, usable_cache,
                                       begin, end);
                    }});
  }
  return out;
}

}  // namespace impasto
