// relu: counts around mask words and packs, against the definition.
#include "ops/relu/relu.h"

#include <algorithm>
#include <cmath>

#include "tensor/bits.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

constexpr std::int64_t kCounts[] = {1, 3, 63, 64, 65, 1000, 128 * 512 + 17};

void forward_definition(Session& s) {
  for (std::int64_t count : kCounts) {
    const ReluProblem p{count, DType::f32};
    const Tensor src = s.normal({count}, DType::f32, 1);
    s.for_all_kernels(relu_forward_table(), p, [&](auto& kernel) {
      Tensor dst = test::poisoned({count}), mask = Tensor::empty({count}, DType::bits);
      kernel.run({src, dst, &mask});
      int wrong = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const float x = src.data<float>()[i];
        wrong += dst.data<float>()[i] != std::max(x, 0.0f);
        wrong += get_bit(mask.data<std::uint64_t>(), i) != (x > 0);
      }
      kernel.check("equals its definition", wrong == 0);
    });
  }
}

void backward_definition(Session& s) {
  for (std::int64_t count : kCounts) {
    const ReluProblem p{count, DType::f32};
    const Tensor src = s.normal({count}, DType::f32, 1),
                 grad_dst = s.normal({count}, DType::f32, 2);
    const Tensor mask = relu_forward(s.context(), src, true).mask;
    s.for_all_kernels(relu_backward_table(), p, [&](auto& kernel) {
      Tensor grad_src = test::poisoned({count});
      kernel.run({grad_dst, mask, grad_src});
      int wrong = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const float want = src.data<float>()[i] > 0 ? grad_dst.data<float>()[i] : 0.0f;
        wrong += grad_src.data<float>()[i] != want;
      }
      kernel.check("passes the gradient where the mask is set", wrong == 0);
    });
  }
}

void forward_nan(Session& s) {
  const Tensor src = Tensor::full({5}, NAN);
  s.for_all_kernels(relu_forward_table(), {5, DType::f32}, [&](auto& kernel) {
    Tensor dst = Tensor::zeros({5});
    kernel.run({src, dst, nullptr});
    kernel.check("lets NaN through", std::isnan(dst.data<float>()[4]));
  });
}

void forward_threads(Session& s) {
  const ReluProblem p{128 * 512 * 3 + 17, DType::f32};
  const Tensor src = s.normal({p.count}, DType::f32, 1);
  s.for_kernels(relu_forward_table(), p, [&](auto& kernel) {
    Tensor dst = test::poisoned({p.count}), mask = Tensor::empty({p.count}, DType::bits);
    kernel.check_same_bits({src, dst, &mask});
  });
}

void backward_threads(Session& s) {
  const ReluProblem p{128 * 512 * 3 + 17, DType::f32};
  const Tensor grad_dst = s.normal({p.count}, DType::f32, 1);
  const Tensor mask = relu_forward(s.context(), s.normal({p.count}, DType::f32, 2), true).mask;
  s.for_kernels(relu_backward_table(), p, [&](auto& kernel) {
    Tensor grad_src = test::poisoned({p.count});
    kernel.check_same_bits({grad_dst, mask, grad_src});
  });
}

constexpr Case kCases[] = {
    {"relu.fwd", "equals its definition", forward_definition},
    {"relu.fwd", "lets NaN through", forward_nan},
    {"relu.fwd", "same bits", forward_threads, Kind::threads},
    {"relu.bwd", "passes the gradient where the mask is set", backward_definition},
    {"relu.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases relu_cases() {
  return kCases;
}

}  // namespace impasto::verify
