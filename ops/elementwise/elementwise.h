// Elementwise arithmetic on tensors of one shape and dtype, f32 or f64. Nothing broadcasts.
#pragma once

#include <cstdint>
#include <string>

#include "ops/registry.h"
#include "tensor/tensor.h"

namespace impasto {

enum class ElementwiseKind : std::uint8_t {
  linear,  // alpha a + beta b
  mul,     // alpha a b
  clamp,   // min(max(a, alpha), beta); NaN stays NaN
};

struct ElementwiseProblem {
  ElementwiseKind kind = ElementwiseKind::linear;
  std::int64_t count = 0;
  double alpha = 1, beta = 1;
  bool binary = true;  // false: there is no b
  DType dtype = DType::f32;
  std::string to_string() const;
};

Tensor add(Context& context, const Tensor& a, const Tensor& b);
Tensor sub(Context& context, const Tensor& a, const Tensor& b);
Tensor mul(Context& context, const Tensor& a, const Tensor& b);
Tensor scale(Context& context, const Tensor& a, double alpha);
Tensor clamp(Context& context, const Tensor& a, double lo, double hi);
Tensor linear(Context& context, double alpha, const Tensor& a, double beta, const Tensor& b);

// In place: y = alpha x + beta y.
void axpby(Context& context, double alpha, const Tensor& x, double beta, Tensor& y);

struct ElementwiseArgs {
  const Tensor& a;
  const Tensor& b;  // undefined when not binary
  Tensor& dst;      // may be a or b
};
KernelTable<ElementwiseProblem, ElementwiseArgs> elementwise_table();  // elementwise.map

}  // namespace impasto
