#include "nn/modules/conv2d.h"

namespace impasto {
namespace {

// Swaps the two halves of each filter: [oc, rows, cols] to [oc, cols, rows].
Tensor transpose_each(const Tensor& wei, std::int64_t rows, std::int64_t cols, const Shape& shape) {
  Tensor result = Tensor::empty(shape, wei.dtype());
  const auto copy = [&]<class T>(T*) {
    const T* src = wei.data<T>();
    T* dst = result.data<T>();
    for (std::int64_t o = 0; o < wei.shape()[0]; ++o) {
      for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < cols; ++c) {
          dst[(o * cols + c) * rows + r] = src[(o * rows + r) * cols + c];
        }
      }
    }
  };
  if (wei.dtype() == DType::f64) {
    copy(static_cast<double*>(nullptr));
  } else {
    copy(static_cast<float*>(nullptr));
  }
  return result;
}

void check_filter(const Tensor& wei) {
  IMPASTO_CHECK(wei.shape().rank() == 4, "filter of shape {}: four axes expected",
                wei.shape().to_string());
}

}  // namespace

Tensor oihw_to_ohwi(const Tensor& oihw) {
  check_filter(oihw);
  const Shape& s = oihw.shape();
  return transpose_each(oihw, s[1], s[2] * s[3], {s[0], s[2], s[3], s[1]});
}

Tensor ohwi_to_oihw(const Tensor& ohwi) {
  check_filter(ohwi);
  const Shape& s = ohwi.shape();
  return transpose_each(ohwi, s[1] * s[2], s[3], {s[0], s[3], s[1], s[2]});
}

Conv2d::Conv2d(Tensor wei, Tensor bias, const Conv2dParams& params, bool frozen)
    : wei_(std::move(wei), !frozen), params_(params) {
  check_filter(wei_.value());
  if (bias.defined()) bias_ = Variable(std::move(bias), !frozen);
}

Variable Conv2d::forward(Context& context, const Variable& src) {
  return forward(context, src, params_.relu, params_.pool);
}

Variable Conv2d::forward(Context& context, const Variable& src, bool relu,
                         std::optional<PoolKind> pool) {
  Conv2dParams params = params_;
  params.relu = relu;
  params.pool = pool;
  return conv2d(context, src, wei_, bias_, params, &cache_);
}

std::vector<std::pair<std::string, Variable>> Conv2d::parameters() const {
  std::vector<std::pair<std::string, Variable>> all = {{"weight", wei_}};
  if (bias_.defined()) all.emplace_back("bias", bias_);
  return all;
}

}  // namespace impasto
