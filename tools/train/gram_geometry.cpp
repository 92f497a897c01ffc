#include "tools/train/gram_geometry.h"

#include "ops/reduce/reduce.h"

namespace impasto::train {
namespace {

// Takes the mean row off.
Tensor centring(std::int64_t n, DType dtype, Device device) {
  std::vector<double> values(static_cast<std::size_t>(n * n), -1.0 / static_cast<double>(n));
  for (std::int64_t i = 0; i < n; ++i) values[static_cast<std::size_t>(i * (n + 1))] += 1;
  return Tensor::from<double>({n, n}, values).to(dtype).to(device);
}

Variable kernel_of(Context& context, const Variable& grams) {
  const Shape& s = grams.shape();
  const Variable rows = reshape(grams, {s[0], s[1] * s[2]});
  const Variable centred =
      gemm(context, Variable(centring(s[0], grams.value().dtype(), context.device())), rows);
  return gemm(context, centred, centred, {.transpose_b = true});
}

}  // namespace

Variable gram_geometry(Context& context, const Variable& own, const Tensor& taught, double weight) {
  const Variable kernel = kernel_of(context, own);
  const Variable target = kernel_of(context, Variable(taught));
  const Tensor &k = kernel.value(), &t = target.value();
  const double own_square = dot(context, k, k).item(), square = dot(context, t, t).item();
  const double best = own_square > 0 ? dot(context, k, t).item() / own_square : 0;
  const double per_element = square > 0 ? static_cast<double>(t.numel()) / square : 0;
  return mse(context, scale(context, kernel, best), target, weight * per_element);
}

}  // namespace impasto::train
