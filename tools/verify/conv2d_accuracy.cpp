// How near conv2d's kernels are to f64 on what a layer of VGG sees: relu(N(0, 1)) going in and He's
// weights. Kernels that transform their operands are worse than those that only add products; how
// much worse is a promise, and bench/ops/conv2d_error.cpp prints what it really is.
#include <algorithm>
#include <cmath>

#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"
#include "tools/verify/conv2d_problems.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr double kPromised = 5e-6;  // relative, Frobenius; with 512 channels
constexpr std::int64_t kSide = 22;  // several tiles of any kernel, and some cut short at the border
constexpr std::int64_t kOthers = 64;  // channels that are not summed over

Conv2dProblem layer(std::int64_t ic, std::int64_t oc) {
  Conv2dProblem problem{1, kSide, kSide, ic, oc, 3, 3, {.pad = 1}};
  problem.filter_cached = problem.loose = true;
  return problem;
}

Conv2dProblem in_double(Conv2dProblem problem) {
  problem.dtype = DType::f64;
  return problem;
}

Tensor rectified(const Session& s, const Shape& shape) {
  Tensor tensor = s.normal(shape, DType::f32, 1);
  for (float& value : tensor.values<float>()) value = std::max(value, 0.0f);
  return tensor;
}

Tensor he_weights(const Session& s, const Conv2dProblem& problem, std::int64_t summed) {
  Tensor wei = s.normal(wei_shape(problem), DType::f32, 2);
  const double deviation = std::sqrt(2.0 / (9 * static_cast<double>(summed)));
  for (float& value : wei.values<float>()) value = static_cast<float>(value * deviation);
  return wei;
}

template <class Kernel>
void check_promise(Kernel& kernel, const Tensor& got, const Tensor& want) {
  const double error = relative_error(got, want);
  kernel.check("keeps the accuracy that is promised",
               Comparison{error < kPromised, error / kPromised,
                          fmt::format("relative error {:.3g} of {:.3g}", error, kPromised)});
}

template <class Table>
bool is_reference(const Table& table, const KernelInfo& info) {
  return info.id == table.kernels.back().info.id;
}

void forward(Session& s) {
  for (std::int64_t channels : {64, 256, 512}) {
    const Conv2dProblem p = layer(channels, kOthers);
    const Tensor src = rectified(s, src_shape(p)), wei = he_weights(s, p, channels);
    Tensor want = poisoned(p.dst_shape(), DType::f64);
    s.reference(conv2d_forward_table(), in_double(p),
                {src.to(DType::f64), wei.to(DType::f64), Tensor(), want, nullptr, nullptr});
    s.for_kernels(conv2d_forward_table(), p, [&](auto& kernel) {
      if (is_reference(conv2d_forward_table(), kernel.info)) return;
      FilterCache cache;
      Tensor dst = poisoned(p.dst_shape());
      kernel.run({src, wei, Tensor(), dst, nullptr, &cache});
      check_promise(kernel, dst, want);
    });
  }
}

void backward_data(Session& s) {
  for (std::int64_t channels : {64, 256, 512}) {
    const Conv2dProblem p = layer(kOthers, channels);
    const Tensor grad = rectified(s, p.dst_shape()), wei = he_weights(s, p, channels);
    Tensor want = poisoned(src_shape(p), DType::f64);
    s.reference(conv2d_backward_data_table(), in_double(p),
                {grad.to(DType::f64), Tensor(), wei.to(DType::f64), want, nullptr});
    s.for_kernels(conv2d_backward_data_table(), p, [&](auto& kernel) {
      if (is_reference(conv2d_backward_data_table(), kernel.info)) return;
      FilterCache cache;
      Tensor grad_src = poisoned(src_shape(p));
      kernel.run({grad, Tensor(), wei, grad_src, &cache});
      check_promise(kernel, grad_src, want);
    });
  }
}

constexpr Case kCases[] = {
    {"conv2d.fwd", "keeps the accuracy that is promised", forward, Kind::accuracy},
    {"conv2d.bwd_data", "keeps the accuracy that is promised", backward_data, Kind::accuracy},
};

}  // namespace

Cases conv2d_accuracy_cases() {
  return kCases;
}

}  // namespace impasto::verify
