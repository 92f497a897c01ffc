#include "tools/lab/operands.h"

#include <algorithm>

#include "tensor/random.h"
#include "tools/lab/difference.h"

namespace impasto::lab {
namespace {

template <class F>
void for_each(const Operands& operands, F f) {
  for (const auto& members : {operands.inputs, operands.results}) {
    for (Tensor* operand : members) {
      if (operand->defined()) f(*operand);
    }
  }
}

}  // namespace

Tensor uniform(const Shape& shape, std::uint64_t seed) {
  Tensor result = Tensor::empty(shape);
  fill_uniform(result, seed, -1, 1);
  return result;
}

Tensor bits(const Shape& shape, std::uint64_t seed) {
  Tensor result = Tensor::zeros(shape, DType::bits);
  std::uint64_t* words = result.data<std::uint64_t>();
  for (std::int64_t i = 0; i < result.numel() / 64; ++i) {
    const auto block = philox(seed, static_cast<std::uint64_t>(i));
    words[i] = std::uint64_t{block[0]} << 32 | block[1];
  }
  return result;
}

Tensor scalar() {
  return Tensor::scalar(1, DType::f64);
}

Tensor numbers(const std::vector<double>& values) {
  return Tensor::from<double>({static_cast<std::int64_t>(values.size())}, values);
}

double Operands::bytes() const {
  double sum = 0;
  for_each(*this, [&](Tensor& operand) { sum += static_cast<double>(operand.bytes()); });
  return sum;
}

void Operands::move_to(Device device) const {
  for_each(*this, [&](Tensor& operand) { operand = operand.to(device); });
}

double Operands::largest_error(const Operands& want, bool first_only) const {
  double error = 0;
  for (std::size_t i = 0; i < (first_only ? 1 : want.results.size()); ++i) {
    if (!want.results[i]->defined()) continue;
    error = std::max(error, difference(results[i]->to(Device{}), *want.results[i]).worst);
  }
  return error;
}

}  // namespace impasto::lab
