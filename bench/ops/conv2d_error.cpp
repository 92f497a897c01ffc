// How far each kernel of conv2d is from float64, on what a layer of VGG sees: relu(N(0, 1)) going
// in and He's weights, 3x3. The channels are those that are summed over: ic forward, oc backward.
//
//   conv2d_error        one line of JSON a kernel and number of channels
#include <cmath>

#include "tensor/random.h"
#include "tools/lab/difference.h"
#include "tools/lab/ops/conv2d_case.h"

namespace impasto::lab {
namespace {

constexpr std::int64_t kSide = 22;  // several tiles of any kernel, and some cut short at the border
constexpr std::int64_t kOthers = 64;  // channels that are not summed over

// What goes in, as a layer of VGG meets it.
void fill(Conv2dCase& operands, std::int64_t summed) {
  for (Tensor* input : {&operands.src, &operands.dst}) {
    fill_normal(*input, 1);
    for (float& value : input->values<float>()) value = std::max(value, 0.0f);
  }
  fill_normal(operands.wei, 2, 0, std::sqrt(2.0 / (9 * static_cast<double>(summed))));
  operands.bias = Tensor::zeros(operands.bias.shape());
}

template <class Args>
Tensor exact(Context& context, const Direction<Conv2dCase, Args>& direction, Conv2dProblem problem,
             const Conv2dCase& operands) {
  problem.dtype = DType::f64;
  Conv2dCase given = operands, wide(problem);
  const Operands from = direction.operands(given), to = direction.operands(wide);
  for (std::size_t i = 0; i < from.inputs.size(); ++i) {
    if (from.inputs[i]->defined()) *to.inputs[i] = from.inputs[i]->to(DType::f64);
  }
  Tensor& result = *to.results[0];
  result = Tensor::empty(result.shape(), DType::f64);
  run_kernel(context, direction.table.kernels.back(), problem, direction.args(wide));
  return result;
}

template <class Args>
void print_errors(Context& context, const Direction<Conv2dCase, Args>& direction,
                  Conv2dProblem problem) {
  problem.h = problem.w = kSide;
  problem.kh = problem.kw = 3;
  problem.params.pad = 1;
  problem.filter_cached = true;
  problem.mixed = problem.loose = true;
  const std::int64_t summed = std::max(problem.ic, problem.oc);
  Conv2dCase operands(problem);
  fill(operands, summed);
  const Tensor want = exact(context, direction, problem, operands);
  for (const auto& kernel : direction.table.kernels) {
    if (!can_serve(kernel, problem, context.features()).ok) continue;
    run_kernel(context, kernel, problem, direction.args(operands));
    const Difference error = difference(*direction.operands(operands).results[0], want);
    fmt::print(R"({{"problem": "{}", "kernel": "{}", "channels": {}, "frobenius": {:.3e}, )"
               R"("worst": {:.3e}}})"
               "\n",
               problem.to_string(), kernel.info.id, summed, error.frobenius, error.worst);
  }
}

}  // namespace
}  // namespace impasto::lab

int main() {
  using namespace impasto;
  Context context;
  for (std::int64_t channels : {64, 256, 512}) {
    Conv2dProblem forward, backward;
    forward.ic = backward.oc = channels;
    forward.oc = backward.ic = lab::kOthers;
    lab::print_errors(context, lab::conv2d_forward_direction(), forward);
    lab::print_errors(context, lab::conv2d_backward_data_direction(), backward);
  }
}
