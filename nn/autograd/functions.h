// Differentiable ops: the entries of ops/ on Variables. Shapes, layouts and formulas are documented
// there; each function's gradient rule is one file in rules/ and says what it saves.
#pragma once

#include "nn/autograd/variable.h"
#include "ops/conv2d/conv2d.h"
#include "ops/gemm/gemm.h"
#include "ops/pad/pad.h"
#include "ops/pool2d/pool2d.h"
#include "ops/resize/resize.h"
#include "ops/total_variation/total_variation.h"

namespace impasto {

// bias may be undefined. The cache is used only while wei needs no gradient, and must outlive the
// graph.
Variable conv2d(Context& context, const Variable& src, const Variable& wei, const Variable& bias,
                const Conv2dParams& params, FilterCache* cache = nullptr);
Variable relu(Context& context, const Variable& src);
Variable pool2d(Context& context, const Variable& src, PoolKind kind);
Variable pad(Context& context, const Variable& src, const PadParams& params);
Variable resize(Context& context, const Variable& src, std::int64_t oh, std::int64_t ow,
                ResizeMode mode);
Variable instance_norm(Context& context, const Variable& src, const Variable& gamma,
                       const Variable& beta, double epsilon = 1e-5);

Variable gram(Context& context, const Variable& features, double scale);
Variable gemm(Context& context, const Variable& a, const Variable& b,
              const GemmParams& params = {});

// Scalars in f64. The target of mse may need a gradient, too.
Variable mse(Context& context, const Variable& a, const Variable& b, double weight);
Variable total_variation(Context& context, const Variable& x, VariationKind kind, double weight);
Variable sum(Context& context, const Variable& a);

Variable add(Context& context, const Variable& a, const Variable& b);
Variable sub(Context& context, const Variable& a, const Variable& b);
Variable mul(Context& context, const Variable& a, const Variable& b);
Variable scale(Context& context, const Variable& a, double alpha);
Variable reshape(const Variable& a, const Shape& shape);

}  // namespace impasto
