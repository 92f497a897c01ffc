// reductions: exact on integers, within the bound of their length, blind to no NaN; sums of rows.
#include "ops/reduce/reduce.h"

#include <cmath>
#include <limits>

#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr std::int64_t kCounts[] = {1, 3, 7, 8, 9, 1000, 16384, 16384 * 3 + 19};
constexpr ReduceKind kKinds[] = {ReduceKind::sum, ReduceKind::abs_sum, ReduceKind::abs_max,
                                 ReduceKind::dot, ReduceKind::nonfinite};
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// The definition, and what bounds the error of the sum.
struct Expected {
  double value = 0;
  double magnitude = 0;
};
Expected reduced(ReduceKind kind, const Tensor& a, const Tensor& b) {
  const Tensor x = a.to(DType::f64), y = b.to(DType::f64);
  Expected result;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double v = x.data<double>()[i], w = y.data<double>()[i];
    switch (kind) {
      case ReduceKind::sum:
        result.value += v;
        break;
      case ReduceKind::abs_sum:
        result.value += std::abs(v);
        break;
      case ReduceKind::abs_max:
        result.value = std::max(result.value, std::abs(v));
        break;
      case ReduceKind::dot:
        result.value += v * w;
        break;
      case ReduceKind::nonfinite:
        result.value += std::isfinite(v) ? 0 : 1;
        break;
    }
    result.magnitude += std::abs(kind == ReduceKind::dot ? v * w : v);
  }
  return result;
}

template <class Kernel>
double run(Kernel& kernel, ReduceKind kind, const Tensor& a, const Tensor& b) {
  Tensor value = poisoned({}, DType::f64);
  kernel.run({a, kind == ReduceKind::dot ? b : Tensor(), value});
  return value.item();
}

// bound(kind, length, magnitude) is what may be off.
template <class Bound>
void check_reductions(Session& s, Fill fill, std::string_view what, Bound bound) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (ReduceKind kind : kKinds) {
      for (std::int64_t count : kCounts) {
        const Tensor a = s.make(fill, {count}, dtype, 1), b = s.make(fill, {count}, dtype, 2);
        const Expected want = reduced(kind, a, b);
        s.for_kernels(reduce_table(), {kind, count, dtype}, [&](auto& kernel) {
          kernel.check(what, near(run(kernel, kind, a, b), want.value,
                                  bound(kind, kernel.length() - 1, want.magnitude)));
        });
      }
    }
  }
}

void exact(Session& s) {
  check_reductions(s, Fill::integers, "exact on integers",
                   [](ReduceKind, double, double) { return 0.0; });
}

void normal(Session& s) {
  check_reductions(s, Fill::normal, "near its definition",
                   [](ReduceKind kind, double length, double magnitude) {
                     return kind == ReduceKind::abs_max ? 0 : kEpsilon * length * magnitude;
                   });
}

bool shows(ReduceKind kind, double value, float bad) {
  if (kind == ReduceKind::nonfinite) return value == 1;
  if (kind != ReduceKind::abs_max) return !std::isfinite(value);
  return std::isnan(bad) ? std::isnan(value) : value == INFINITY;
}

void no_nan_hidden(Session& s) {
  const std::int64_t count = 16384 * 2 + 13;
  for (float bad : {NAN, INFINITY, -INFINITY}) {
    for (std::int64_t where : {std::int64_t{0}, std::int64_t{5}, std::int64_t{16384}, count - 1}) {
      Tensor a = s.normal({count}, DType::f32, 1);
      const Tensor b = s.normal({count}, DType::f32, 2);
      a.data<float>()[where] = bad;
      for (ReduceKind kind : kKinds) {
        s.for_kernels(reduce_table(), {kind, count, DType::f32}, [&](auto& kernel) {
          kernel.check("hides no NaN and no infinity", shows(kind, run(kernel, kind, a, b), bad));
        });
      }
    }
  }
}

void nothing(Session& s) {
  const Tensor none = Tensor::empty({0});
  for (ReduceKind kind : kKinds) {
    s.for_kernels(reduce_table(), {kind, 0, DType::f32}, [&](auto& kernel) {
      kernel.check("zero of nothing", near(run(kernel, kind, none, none), 0, 0));
    });
  }
}

void rows(Session& s) {
  const std::int64_t sizes[][2] = {{1, 1}, {1, 7}, {5, 3}, {64, 16}, {65, 17}, {9001, 5}, {0, 4}};
  for (DType dtype : {DType::f32, DType::f64}) {
    for (const auto& [count, cols] : sizes) {
      const ReduceRowsProblem p{count, cols, dtype};
      for (Fill fill : {Fill::integers, Fill::normal}) {
        const Tensor a = s.make(fill, {p.rows, p.cols}, dtype, 1);
        const Tensor wide = a.to(DType::f64);
        Tensor want = Tensor::zeros({p.cols}, DType::f64);
        for (std::int64_t i = 0; i < a.numel(); ++i) {
          want.data<double>()[i % p.cols] += wide.data<double>()[i];
        }
        s.for_kernels(reduce_rows_table(), p, [&](auto& kernel) {
          Tensor dst = poisoned({p.cols}, dtype);
          kernel.run({a, dst});
          const double rounding = dtype == DType::f32 ? 6e-8 : kEpsilon;
          const double summing =
              kEpsilon * (kernel.length() - 1) * static_cast<double>(p.rows) * max_abs(a);
          kernel.check("adds the rows", compare(dst, want, summing, rounding));
        });
      }
    }
  }
}

void threads(Session& s) {
  const std::int64_t count = 2 * 97 * 103 * 13;
  const Tensor a = s.normal({count}, DType::f32, 1), b = s.normal({count}, DType::f32, 2);
  for (ReduceKind kind :
       {ReduceKind::sum, ReduceKind::abs_sum, ReduceKind::abs_max, ReduceKind::dot}) {
    s.for_kernels(reduce_table(), {kind, count, DType::f32}, [&](auto& kernel) {
      Tensor value = poisoned({}, DType::f64);
      kernel.check_same_bits({a, b, value});
    });
  }
}

void rows_threads(Session& s) {
  const ReduceRowsProblem p{2 * 97 * 103, 13, DType::f32};
  const Tensor a = s.normal({p.rows, p.cols}, DType::f32, 1);
  s.for_kernels(reduce_rows_table(), p, [&](auto& kernel) {
    Tensor dst = poisoned({p.cols});
    kernel.check_same_bits({a, dst});
  });
}

constexpr Case kCases[] = {
    {"reduce.all", "exact on integers", exact},
    {"reduce.all", "near its definition", normal},
    {"reduce.all", "hides no NaN and no infinity", no_nan_hidden},
    {"reduce.all", "zero of nothing", nothing},
    {"reduce.all", "same bits", threads, Kind::threads},
    {"reduce.rows", "adds the rows", rows},
    {"reduce.rows", "same bits", rows_threads, Kind::threads},
};

}  // namespace

Cases reduce_cases() {
  return kCases;
}

}  // namespace impasto::verify
