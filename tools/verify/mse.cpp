// mse: exact on integers, near the reference on normal numbers, the gradient by its formula and by
// central differences.
#include "ops/mse/mse.h"

#include <cmath>
#include <limits>

#include "ops/elementwise/elementwise.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 15, 16, 17, 1000, 32768 * 3 + 19};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// The value of one kernel; the difference, when there is one, is checked against a - b.
template <class Kernel>
double run(Session& s, Kernel& kernel, DType dtype, const Tensor& a, const Tensor& b,
           bool want_difference) {
  Tensor value = poisoned({}, DType::f64), difference;
  if (want_difference) difference = poisoned(a.shape(), dtype);
  kernel.run({a, b, value, difference});
  if (want_difference) {
    kernel.check("gives the difference", compare_exact(difference, sub(s.context(), a, b)));
  }
  return value.item();
}

void exact(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor a = s.integers({count}, dtype, 1), b = s.integers({count}, dtype, 2);
      double sum = 0;
      const Tensor wide_a = a.to(DType::f64), wide_b = b.to(DType::f64);
      for (std::int64_t i = 0; i < count; ++i) {
        sum += std::pow(wide_a.data<double>()[i] - wide_b.data<double>()[i], 2);
      }
      const double want = 4 * sum / static_cast<double>(count);
      s.for_kernels(mse_forward_table(), {count, 4, dtype}, [&](auto& kernel) {
        for (bool want_difference : {false, true}) {
          kernel.check("exact on integers",
                       near(run(s, kernel, dtype, a, b, want_difference), want, 0));
        }
      });
    }
  }
}

void normal(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor a = s.normal({count}, dtype, 1), b = s.normal({count}, dtype, 2);
      const MseProblem p{count, 0.7, dtype};
      Tensor want = poisoned({}, DType::f64), none;
      s.reference(mse_forward_table(), p, {a, b, want, none});
      s.for_kernels(mse_forward_table(), p, [&](auto& kernel) {
        const double value = run(s, kernel, dtype, a, b, true);
        kernel.check("near the reference",
                     near(value, want.item(), kEpsilon * kernel.length() * want.item()));
        kernel.check("the same with the difference and without",
                     near(value, run(s, kernel, dtype, a, b, false), 0));
      });
    }
  }
}

void no_nan_hidden(Session& s) {
  for (float bad : {NAN, INFINITY}) {
    Tensor a = Tensor::zeros({40000});
    a.data<float>()[39999] = bad;
    const Tensor b = Tensor::zeros({40000});
    s.for_kernels(mse_forward_table(), {40000, 1, DType::f32}, [&](auto& kernel) {
      Tensor value = Tensor::scalar(0, DType::f64), difference = Tensor::zeros({40000});
      kernel.run({a, b, value, difference});
      const bool shows =
          !std::isfinite(value.item()) && !std::isfinite(difference.data<float>()[39999]);
      kernel.check("hides no NaN and no infinity", shows);
    });
  }
}

void backward_formula(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : kCounts) {
      const Tensor difference = s.normal({count}, dtype, 1), there = s.normal({count}, dtype, 2);
      const Tensor upstream = Tensor::scalar(-1.5, DType::f64);
      const Tensor want =
          scale(s.context(), difference.to(DType::f64), -0.75 / static_cast<double>(count));
      const Tensor want_sum = add(s.context(), want, there.to(DType::f64));
      const double rounding = dtype == DType::f32 ? 1.2e-7 : 4 * kEpsilon;
      s.for_kernels(mse_backward_table(), {count, 0.25, dtype}, [&](auto& kernel) {
        Tensor grad = poisoned({count}, dtype), sum = there.clone();
        kernel.run({difference, upstream, grad});
        kernel.check("equals its formula", compare(grad, want, 0, rounding));
        kernel.run({difference, upstream, sum, true});
        kernel.check("adds to a sum", compare(sum, want_sum, rounding * max_abs(there)));
      });
    }
  }
}

void backward_gradient(Session& s) {
  const Tensor a = s.normal({30}, DType::f64, 1), b = s.normal({30}, DType::f64, 2);
  const Tensor upstream = Tensor::scalar(-0.8, DType::f64);
  const Tensor difference = sub(s.context(), a, b);
  const auto value = [&](const Tensor& x, const Tensor& y) {
    return mse_forward(s.context(), x, y, 3.0, false).value;
  };
  for (double sign : {1.0, -1.0}) {
    s.for_kernels(mse_backward_table(), {30, sign * 3, DType::f64}, [&](auto& kernel) {
      Tensor grad = poisoned({30}, DType::f64);
      kernel.run({difference, upstream, grad});
      const auto of_a = [&](const Tensor& x) { return value(x, b); };
      const auto of_b = [&](const Tensor& x) { return value(a, x); };
      kernel.check("agrees with central differences",
                   sign > 0 ? check_gradient(of_a, a, upstream, grad)
                            : check_gradient(of_b, b, upstream, grad));
    });
  }
}

void threads(Session& s) {
  const std::int64_t count = 2 * 97 * 103 * 13;
  const Tensor a = s.normal({count}, DType::f32, 1), b = s.normal({count}, DType::f32, 2);
  s.for_kernels(mse_forward_table(), {count, 0.3, DType::f32}, [&](auto& kernel) {
    Tensor value = poisoned({}, DType::f64), difference = poisoned({count});
    kernel.check_same_bits({a, b, value, difference});
  });
}

void backward_threads(Session& s) {
  const std::int64_t count = 2 * 97 * 103 * 13;
  const Tensor a = s.normal({count}, DType::f32, 1), b = s.normal({count}, DType::f32, 2);
  const Tensor upstream = Tensor::scalar(0.7, DType::f64);
  s.for_kernels(mse_backward_table(), {count, 0.3, DType::f32}, [&](auto& kernel) {
    Tensor grad = b.clone();
    kernel.check_same_bits({a, upstream, grad, true});
  });
}

constexpr Case kCases[] = {
    {"mse.fwd", "exact on integers", exact},
    {"mse.fwd", "near the reference", normal},
    {"mse.fwd", "hides no NaN and no infinity", no_nan_hidden},
    {"mse.fwd", "same bits", threads, Kind::threads},
    {"mse.bwd", "equals its formula", backward_formula},
    {"mse.bwd", "agrees with central differences", backward_gradient},
    {"mse.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases mse_cases() {
  return kCases;
}

}  // namespace impasto::verify
