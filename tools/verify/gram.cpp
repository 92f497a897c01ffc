// gram: sizes around the register tiles and the pixel slices of the kernels, against the
// definitions in double.
#include "ops/gram/gram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/elementwise/elementwise.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

std::vector<GramProblem> problems(DType dtype) {
  std::vector<GramProblem> list;
  const std::int64_t sizes[][3] = {{1, 1, 1},    {2, 5, 3},    {1, 64, 16},   {2, 49, 33},
                                   {1, 300, 64}, {2, 1031, 7}, {1, 2500, 65}, {1, 130, 200},
                                   {1, 40, 520}, {1, 700, 48}, {1, 530, 320}};
  for (const auto& [n, m, c] : sizes) list.push_back({n, m, c, 0.125, dtype, true});
  return list;
}

// Those, and some of as many pixels as kernels that round their operands ask for; of 8300 pixels,
// the last slices of some kernels have none.
std::vector<GramProblem> forward_problems(DType dtype) {
  std::vector<GramProblem> list = problems(dtype);
  const std::int64_t sizes[][3] = {{2, 257, 16},  {1, 8300, 16},  {1, 790, 48},
                                   {1, 1040, 64}, {1, 2600, 160}, {1, 4352, 272}};
  for (const auto& [n, m, c] : sizes) list.push_back({n, m, c, 0.125, dtype, true});
  return list;
}

double epsilon_of(DType dtype) {
  return dtype == DType::f32 ? 6e-8 : std::numeric_limits<double>::epsilon();
}

Shape features_shape(const GramProblem& p) {
  return {p.n, 1, p.m, p.c};
}
Shape gram_shape(const GramProblem& p) {
  return {p.n, p.c, p.c};
}

// G by its definition, in double.
Tensor gram_of(const GramProblem& p, const Tensor& features) {
  const Tensor f = features.to(DType::f64);
  Tensor gram = Tensor::zeros(gram_shape(p), DType::f64);
  for (std::int64_t q = 0; q < p.n * p.m; ++q) {
    const double* pixel = f.data<double>() + q * p.c;
    double* sums = gram.data<double>() + q / p.m * p.c * p.c;
    for (std::int64_t i = 0; i < p.c; ++i, sums += p.c) {
      for (std::int64_t j = 0; j < p.c; ++j) sums[j] += pixel[i] * pixel[j];
    }
  }
  for (double& value : gram.values<double>()) value *= p.scale;
  return gram;
}

// dF = scale F (dG + dG^T) by its definition, in double.
Tensor gradient_of(const GramProblem& p, const Tensor& features, const Tensor& grad_gram) {
  const Tensor f = features.to(DType::f64), grad = grad_gram.to(DType::f64);
  Tensor result = Tensor::zeros(features.shape(), DType::f64);
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    const double* pixel = f.data<double>() + i / p.c * p.c;
    const double* g = grad.data<double>() + i / p.c / p.m * p.c * p.c;
    const std::int64_t col = i % p.c;
    double sum = 0;
    for (std::int64_t q = 0; q < p.c; ++q) sum += pixel[q] * (g[q * p.c + col] + g[col * p.c + q]);
    result.data<double>()[i] = p.scale * sum;
  }
  return result;
}

bool is_symmetric(const GramProblem& p, const Tensor& gram) {
  const Tensor wide = gram.to(DType::f64);
  for (std::int64_t i = 0; i < wide.numel(); ++i) {
    const std::int64_t base = i / p.c / p.c * p.c * p.c, row = i / p.c % p.c, col = i % p.c;
    if (wide.data<double>()[i] != wide.data<double>()[base + col * p.c + row]) return false;
  }
  return true;
}

void exact(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : forward_problems(dtype)) {
      const Tensor features = s.integers(features_shape(p), dtype, 1);
      const Tensor want = gram_of(p, features);
      s.for_kernels(
          gram_forward_table(), p,
          [&](auto& kernel) {
            Tensor gram = poisoned(gram_shape(p), dtype);
            kernel.run({features, gram});
            kernel.check("exact on integers", compare(gram, want, 0));
          },
          [](const auto& kernel) { return kernel.info.exact; });
    }
  }
}

void normal(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : forward_problems(dtype)) {
      const Tensor features = s.normal(features_shape(p), dtype, 1);
      const Tensor want = gram_of(p, features);
      const double top = max_abs(features);
      s.for_kernels(gram_forward_table(), p, [&](auto& kernel) {
        Tensor gram = poisoned(gram_shape(p), dtype);
        kernel.run({features, gram});
        const double eps = epsilon_of(dtype) + kernel.info.operand_eps;
        kernel.check("near its definition",
                     compare(gram, want, p.scale * eps * kernel.length() * top * top));
        kernel.check("symmetric to the bit", is_symmetric(p, gram));
      });
    }
  }
}

// Kernels that round their operands.
constexpr auto kRounds = [](const auto& kernel) { return !kernel.info.exact; };

template <class Kernel>
void check_norm(Kernel& kernel, const Tensor& got, const Tensor& want) {
  const double error = relative_error(got, want), bound = 2 * kernel.info.operand_eps;
  kernel.check("near its definition by norm",
               Comparison{error < bound, error / bound,
                          fmt::format("relative error {:.3g} of {:.3g}", error, bound)});
}

// By norm, and whatever the values are: those whose squares leave the range of f32, and a channel
// without any.
void rounded(Session& s) {
  for (double scale : {1e-14, 1.0, 1e12}) {
    for (const GramProblem& p : forward_problems(DType::f32)) {
      Tensor features = s.normal(features_shape(p), DType::f32, 1);
      for (std::int64_t i = 3; i < features.numel(); i += p.c) features.data<float>()[i] = 0;
      for (float& value : features.values<float>()) value *= static_cast<float>(scale);
      const Tensor want = gram_of(p, features);
      s.for_kernels(
          gram_forward_table(), p,
          [&](auto& kernel) {
            Tensor gram = poisoned(gram_shape(p));
            kernel.run({features, gram});
            check_norm(kernel, gram, want);
          },
          kRounds);
    }
  }
}

// Channels have scales of their own: one that is much larger spoils no other.
void one_large(Session& s) {
  for (const GramProblem& p : forward_problems(DType::f32)) {
    Tensor features = s.normal(features_shape(p), DType::f32, 1);
    features.data<float>()[0] = 1e6f;
    const auto others = [&](Tensor gram) {
      const auto clear = [&](auto* first) {
        for (std::int64_t i = 0; i < p.c; ++i) first[i] = first[i * p.c] = 0;
      };
      if (gram.dtype() == DType::f64) {
        clear(gram.data<double>());
      } else {
        clear(gram.data<float>());
      }
      return gram;
    };
    const Tensor want = others(gram_of(p, features));
    s.for_kernels(
        gram_forward_table(), p,
        [&](auto& kernel) {
          Tensor gram = poisoned(gram_shape(p));
          kernel.run({features, gram});
          check_norm(kernel, others(gram), want);
        },
        kRounds);
  }
}

void no_nan_hidden(Session& s) {
  // 20 channels, and as many as every kernel serves.
  for (std::int64_t c : {20, 80}) {
    const GramProblem p{1, 2049, c, 1, DType::f32, true};
    for (float bad : {NAN, INFINITY}) {
      Tensor features = Tensor::zeros(features_shape(p));
      features.data<float>()[features.numel() - c + 18] = bad;
      s.for_kernels(gram_forward_table(), p, [&](auto& kernel) {
        Tensor gram = poisoned(gram_shape(p));
        kernel.run({features, gram});
        bool shows = gram.data<float>()[0] == 0;
        for (std::int64_t i = 0; i < c; ++i) {
          shows = shows && !std::isfinite(gram.data<float>()[18 * c + i]) &&
                  !std::isfinite(gram.data<float>()[i * c + 18]);
        }
        kernel.check("hides no NaN and no infinity", shows);
      });
    }
  }
}

// On a map, and added to one; bound(problem, subject, largest product, there) is what may be off.
template <class Bound, class Which>
void check_backward(Session& s, Fill fill, std::string_view what, Bound bound, Which which) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const GramProblem& p : problems(dtype)) {
      const Tensor features = s.make(fill, features_shape(p), dtype, 1);
      const Tensor grad = s.make(fill, gram_shape(p), dtype, 2);
      const Tensor there = s.make(fill, features.shape(), dtype, 3);
      const Tensor want = gradient_of(p, features, grad);
      const Tensor want_sum = add(s.context(), want, there.to(DType::f64));
      const double product = max_abs(features) * max_abs(grad), top = max_abs(there);
      s.for_kernels(
          gram_backward_table(), p,
          [&](auto& kernel) {
            const double tolerance = bound(p, kernel.info, kernel.length(), product, top);
            Tensor result = poisoned(features.shape(), dtype), sum = there.clone();
            kernel.run({features, grad, result});
            kernel.check(what, compare(result, want, tolerance));
            kernel.run({features, grad, sum, true});
            kernel.check(what, compare(sum, want_sum, tolerance));
          },
          which);
    }
  }
}

void backward_exact(Session& s) {
  const auto none = [](const GramProblem&, const KernelInfo&, double, double, double) {
    return 0.0;
  };
  check_backward(s, Fill::integers, "exact on integers, written and added", none,
                 [](const auto& kernel) { return kernel.info.exact; });
}

void backward_normal(Session& s) {
  const auto rounding = [](const GramProblem& p, const KernelInfo& info, double length,
                           double product, double there) {
    const double largest = p.scale * (length + 2) * 2 * product;
    return epsilon_of(p.dtype) * (largest + there) + info.operand_eps * largest;
  };
  check_backward(s, Fill::normal, "near its definition, written and added", rounding,
                 [](const auto&) { return true; });
}

// By norm, and whatever the values are: one that is much larger than all others, whose pixel alone
// it may spoil, and values whose squares leave the range of f32.
void backward_rounded(Session& s) {
  const auto without_first_pixel = [](Tensor map) {
    if (map.dtype() == DType::f64) {
      std::fill_n(map.data<double>(), map.shape()[3], 0.0);
    } else {
      std::fill_n(map.data<float>(), map.shape()[3], 0.0f);
    }
    return map;
  };
  for (double scale : {1e-22, 1.0, 1e14}) {
    for (const GramProblem& p : problems(DType::f32)) {
      Tensor features = s.normal(features_shape(p), DType::f32, 1);
      const Tensor grad = s.normal(gram_shape(p), DType::f32, 2);
      features.data<float>()[0] = 1e6f;
      for (float& value : features.values<float>()) value *= static_cast<float>(scale);
      const Tensor want = gradient_of(p, features, grad);
      const Tensor want_others = without_first_pixel(want.clone());
      s.for_kernels(
          gram_backward_table(), p,
          [&](auto& kernel) {
            Tensor result = poisoned(features.shape());
            kernel.run({features, grad, result});
            check_norm(kernel, result, want);
            check_norm(kernel, without_first_pixel(result), want_others);
          },
          kRounds);
    }
  }
}

void backward_zero_and_nan(Session& s) {
  const GramProblem p{1, 100, 48, 1, DType::f32, true};
  const Tensor zero = Tensor::zeros(features_shape(p));
  const Tensor grad = s.normal(gram_shape(p), DType::f32, 2);
  s.for_kernels(gram_backward_table(), p, [&](auto& kernel) {
    Tensor result = poisoned(zero.shape());
    kernel.run({zero, grad, result});
    kernel.check("zero stays zero", compare_exact(result, zero));
    for (float bad : {NAN, INFINITY}) {
      Tensor features = s.normal(zero.shape(), DType::f32, 1);
      features.data<float>()[49 * p.c + 3] = bad;
      kernel.run({features, grad, result});
      kernel.check("hides no NaN and no infinity",
                   !std::isfinite(result.data<float>()[49 * p.c]) &&
                       std::isfinite(result.data<float>()[48 * p.c]));
    }
  });
}

void backward_gradient(Session& s) {
  const GramProblem p{2, 12, 5, 0.3, DType::f64};
  const Tensor features = s.normal({2, 3, 4, 5}, DType::f64, 1);
  const Tensor upstream = s.normal({2, 5, 5}, DType::f64, 2);
  s.for_kernels(gram_backward_table(), p, [&](auto& kernel) {
    Tensor gradient = poisoned(features.shape(), DType::f64);
    kernel.run({features, upstream, gradient});
    const auto of = [&](const Tensor& f) { return gram_forward(s.context(), f, 0.3); };
    kernel.check("agrees with central differences",
                 check_gradient(of, features, upstream, gradient));
  });
}

constexpr std::int64_t kThreads[][2] = {{9991, 13}, {1300, 140}, {131, 80}, {1300, 80}, {8300, 16}};

void threads(Session& s) {
  for (const auto& [m, c] : kThreads) {
    const GramProblem p{2, m, c, 0.3, DType::f32, true};
    const Tensor features = s.normal(features_shape(p), DType::f32, 1);
    s.for_kernels(gram_forward_table(), p, [&](auto& kernel) {
      Tensor gram = poisoned(gram_shape(p));
      kernel.check_same_bits({features, gram});
    });
  }
}

void backward_threads(Session& s) {
  for (const auto& [m, c] : kThreads) {
    const GramProblem p{2, m, c, 0.3, DType::f32, true};
    const Tensor features = s.normal(features_shape(p), DType::f32, 1);
    const Tensor grad = s.normal(gram_shape(p), DType::f32, 2);
    s.for_kernels(gram_backward_table(), p, [&](auto& kernel) {
      Tensor result = poisoned(features.shape());
      kernel.check_same_bits({features, grad, result});
    });
  }
}

constexpr Case kCases[] = {
    {"gram.fwd", "exact on integers", exact},
    {"gram.fwd", "near its definition, symmetric to the bit", normal},
    {"gram.fwd", "near its definition by norm", rounded},
    {"gram.fwd", "near it beside one that is much larger", one_large},
    {"gram.fwd", "hides no NaN and no infinity", no_nan_hidden},
    {"gram.fwd", "same bits", threads, Kind::threads},
    {"gram.bwd", "exact on integers, written and added", backward_exact},
    {"gram.bwd", "near its definition, written and added", backward_normal},
    {"gram.bwd", "near its definition by norm", backward_rounded},
    {"gram.bwd", "zero stays zero, what is not finite shows", backward_zero_and_nan},
    {"gram.bwd", "agrees with central differences", backward_gradient},
    {"gram.bwd", "same bits", backward_threads, Kind::threads},
};

}  // namespace

Cases gram_cases() {
  return kCases;
}

}  // namespace impasto::verify
