// Kernels of conv2d, one declaration each; contracts are in conv2d.h.
#pragma once

#include "ops/conv2d/conv2d.h"

namespace impasto::conv2d_kernels {

// Products behind one element of dst, of grad_src and of grad_wei.
inline std::int64_t forward_length(const Conv2dProblem& p) {
  return p.kh * p.kw * p.ic;
}
inline std::int64_t backward_data_length(const Conv2dProblem& p) {
  // A reflected or repeated border shows one pixel at up to 1 + 2 pad places along each axis.
  const std::int64_t shown = p.params.pad_mode == PadMode::zero ? 1 : 1 + 2 * p.params.pad;
  return shown * shown * p.kh * p.kw * p.oc;
}
inline std::int64_t backward_filter_length(const Conv2dProblem& p) {
  return p.n * p.oh() * p.ow();
}

void forward_reference(Context&, const Conv2dProblem&, const Conv2dForwardArgs&, void*);
void backward_data_reference(Context&, const Conv2dProblem&, const Conv2dBackwardDataArgs&, void*);
void backward_filter_reference(Context&, const Conv2dProblem&, const Conv2dBackwardFilterArgs&,
                               void*);

}  // namespace impasto::conv2d_kernels
