// total variation: both kinds, pictures of one pixel, row and column and larger ones.
#include "ops/total_variation/total_variation.h"

#include <cmath>
#include <limits>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr VariationKind kKinds[] = {VariationKind::squared, VariationKind::absolute};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

std::vector<TotalVariationProblem> problems(DType dtype) {
  std::vector<TotalVariationProblem> list;
  for (VariationKind kind : kKinds) {
    for (Shape s : {Shape{1, 1, 1, 1}, Shape{1, 1, 5, 3}, Shape{1, 5, 1, 3}, Shape{2, 3, 4, 3},
                    Shape{1, 61, 67, 3}, Shape{2, 33, 129, 5}}) {
      list.push_back({s[0], s[1], s[2], s[3], kind, 0.5, dtype});
    }
  }
  return list;
}

Shape shape_of(const TotalVariationProblem& p) {
  return {p.n, p.h, p.w, p.c};
}

void forward(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const TotalVariationProblem& p : problems(dtype)) {
      for (Fill fill : {Fill::integers, Fill::normal}) {
        const Tensor x = s.make(fill, shape_of(p), dtype, 1);
        Tensor want = poisoned({}, DType::f64);
        s.reference(total_variation_forward_table(), p, {x, want});
        s.for_kernels(total_variation_forward_table(), p, [&](auto& kernel) {
          Tensor value = poisoned({}, DType::f64);
          kernel.run({x, value});
          kernel.check("near the reference", compare(value, want, 0, kEpsilon * kernel.length()));
        });
      }
    }
  }
}

void backward(Session& s) {
  const Tensor upstream = Tensor::scalar(-1.3, DType::f64);
  for (DType dtype : {DType::f32, DType::f64}) {
    const double epsilon = dtype == DType::f32 ? 6e-8 : kEpsilon;
    for (const TotalVariationProblem& p : problems(dtype)) {
      for (Fill fill : {Fill::integers, Fill::normal}) {
        const Tensor x = s.make(fill, shape_of(p), dtype, 1);
        Tensor want = poisoned(shape_of(p), dtype);
        s.reference(total_variation_backward_table(), p, {x, upstream, want});
        s.for_kernels(total_variation_backward_table(), p, [&](auto& kernel) {
          Tensor grad = poisoned(shape_of(p), dtype);
          kernel.run({x, upstream, grad});
          kernel.check("near the reference",
                       compare(grad, want, epsilon * kernel.length() * max_abs(want)));
        });
      }
    }
  }
}

void backward_gradient(Session& s) {
  // No two neighbours of these numbers are within a step of each other, where |d| has its kink.
  const Tensor x = random_tensor({2, 3, 4, 3}, DType::f64, 1);
  const Tensor upstream = Tensor::scalar(0.6, DType::f64);
  for (VariationKind kind : kKinds) {
    const auto of = [&](const Tensor& t) {
      return total_variation_forward(s.context(), t, kind, 2.0);
    };
    const TotalVariationProblem p{2, 3, 4, 3, kind, 2.0, DType::f64};
    s.for_kernels(total_variation_backward_table(), p, [&](auto& kernel) {
      Tensor gradient = poisoned(x.shape(), DType::f64);
      kernel.run({x, upstream, gradient});
      kernel.check("agrees with central differences", check_gradient(of, x, upstream, gradient));
    });
  }
}

Tensor with_a_nan(const TotalVariationProblem& p) {
  Tensor x = Tensor::zeros(shape_of(p));
  x.data<float>()[x.numel() - 1] = NAN;
  return x;
}

void no_nan_hidden(Session& s) {
  for (VariationKind kind : kKinds) {
    const TotalVariationProblem p{1, 40, 50, 3, kind, 1, DType::f32};
    const Tensor x = with_a_nan(p);
    s.for_kernels(total_variation_forward_table(), p, [&](auto& kernel) {
      Tensor value = Tensor::scalar(0, DType::f64);
      kernel.run({x, value});
      kernel.check("hides no NaN", std::isnan(value.item()));
    });
  }
}

void backward_no_nan_hidden(Session& s) {
  const Tensor upstream = Tensor::scalar(1, DType::f64);
  for (VariationKind kind : kKinds) {
    const TotalVariationProblem p{1, 40, 50, 3, kind, 1, DType::f32};
    const Tensor x = with_a_nan(p);
    s.for_kernels(total_variation_backward_table(), p, [&](auto& kernel) {
      Tensor grad = Tensor::zeros(shape_of(p));
      kernel.run({x, upstream, grad});
      kernel.check("hides no NaN", std::isnan(grad.data<float>()[x.numel() - 1]) &&
                                       std::isnan(grad.data<float>()[x.numel() - 4]));
    });
  }
}

void threads(Session& s) {
  const Tensor x = s.normal({2, 97, 103, 13}, DType::f32, 1);
  for (VariationKind kind : kKinds) {
    const TotalVariationProblem p{2, 97, 103, 13, kind, 0.3, DType::f32};
    s.for_kernels(total_variation_forward_table(), p, [&](auto& kernel) {
      Tensor value = poisoned({}, DType::f64);
      kernel.check_same_bits({x, value});
    });
  }
}

void backward_threads(Session& s) {
  const Tensor x = s.normal({2, 97, 103, 13}, DType::f32, 1);
  const Tensor upstream = Tensor::scalar(0.7, DType::f64);
  for (VariationKind kind : kKinds) {
    const TotalVariationProblem p{2, 97, 103, 13, kind, 0.3, DType::f32};
    s.for_kernels(total_variation_backward_table(), p, [&](auto& kernel) {
      Tensor grad = poisoned(x.shape());
      kernel.check_same_bits({x, upstream, grad});
    });
  }
}

constexpr Case kCases[] = {
    {"total_variation.fwd", "near the reference", forward},
    {"total_variation.fwd", "hides no NaN", no_nan_hidden},
    {"total_variation.fwd", "same bits", threads, Kind::threads},
    {"total_variation.bwd", "near the reference", backward},
    {"total_variation.bwd", "agrees with central differences", backward_gradient},
    {"total_variation.bwd", "hides no NaN", backward_no_nan_hidden},
    {"total_variation.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases total_variation_cases() {
  return kCases;
}

}  // namespace impasto::verify
