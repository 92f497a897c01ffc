// Convolution with its filter, bias and what kernels derived from a frozen filter.
#pragma once

#include "nn/modules/module.h"

namespace impasto {

// [oc, ic, kh, kw], as files have it, to [oc, kh, kw, ic], as kernels read it; and back.
Tensor oihw_to_ohwi(const Tensor& oihw);
Tensor ohwi_to_oihw(const Tensor& ohwi);

class Conv2d final : public Module {
 public:
  // wei [oc, kh, kw, ic], bias [oc] or undefined. A frozen module needs no gradient and keeps its
  // filter in the form that the kernels want.
  Conv2d(Tensor wei, Tensor bias, const Conv2dParams& params, bool frozen);

  Variable forward(Context& context, const Variable& src) override;
  // With what is fused overridden: a tap on the convolution itself wants its output before ReLU,
  // and where nobody wants it before the pool, that is fused, too.
  Variable forward(Context& context, const Variable& src, bool relu,
                   std::optional<PoolKind> pool = {});
  std::vector<std::pair<std::string, Variable>> parameters() const override;

  std::int64_t in_channels() const { return wei_.shape()[3]; }
  std::int64_t out_channels() const { return wei_.shape()[0]; }

 private:
  Variable wei_;
  Variable bias_;
  Conv2dParams params_;
  FilterCache cache_;
};

}  // namespace impasto
