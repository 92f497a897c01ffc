// adam: PyTorch's steps, and what each mode reads and writes.
#include "ops/elementwise/adam.h"

#include <cmath>
#include <map>

#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

Tensor three(double a, double b, double c) {
  return Tensor::from<double>({3}, std::vector<double>{a, b, c});
}

Tensor scalars_of(double lr, const AdamParams& params, int step) {
  return three(lr / (1 - std::pow(params.beta1, step)), std::sqrt(1 - std::pow(params.beta2, step)),
               step == 1 ? kAdamFirstStep : kAdamLaterStep);
}

Tensor squares(const Tensor& tensor) {
  Tensor wide = tensor.to(DType::f64).clone();
  for (double& value : wide.values<double>()) value *= value;
  return wide.to(tensor.dtype());
}

// 25 steps down sum(c x^4 - x), with torch.optim.Adam of PyTorch 1.13 in f64 (lr 0.05, betas 0.8
// and 0.95, eps 1e-6).
void pytorch(Session& s) {
  const std::vector<double> start = {0.7, -1.3, 2.5, 0.0};
  const double c[] = {1, 10, 0.1, 3};
  const std::map<int, std::vector<double>> expected = {
      {1, {0.6500001344082408, -1.2500000005625562, 2.4500000095238077, 0.04999995000005001}},
      {2, {0.6091068583579362, -1.2003323553975371, 2.400187984113635, 0.09999667830498468}},
      {25, {0.6321127717821947, -0.46273603094404564, 1.5460136087134948, 0.4262959736148466}}};
  const AdamProblem p{4, {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6}, DType::f64};
  s.for_kernels(adam_table(), p, [&](auto& kernel) {
    Tensor x = Tensor::from<double>({4}, start), grad = Tensor::zeros({4}, DType::f64);
    Tensor m = poisoned({4}, DType::f64), v = poisoned({4}, DType::f64);
    for (int step = 1; step <= 25; ++step) {
      for (int i = 0; i < 4; ++i) {
        grad.data<double>()[i] = 4 * c[i] * std::pow(x.data<double>()[i], 3) - 1;
      }
      kernel.run({scalars_of(0.05, p.params, step), grad, m, v, x});
      const auto want = expected.find(step);
      if (want == expected.end()) continue;
      kernel.check("follows PyTorch",
                   compare(x, Tensor::from<double>({4}, want->second), 0, 1e-13));
    }
  });
}

void reference(Session& s) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : {1, 7, 64, 16384 * 2 + 5}) {
      const AdamProblem p{count, {}, dtype};
      const Tensor scalars = scalars_of(1e-3, p.params, 3);
      const Tensor grad = s.normal({count}, dtype, 1), m = s.normal({count}, dtype, 2);
      const Tensor v = squares(s.normal({count}, dtype, 3)), x = s.normal({count}, dtype, 4);
      Tensor want_m = m.clone(), want_v = v.clone(), want_x = x.clone();
      s.reference(adam_table(), p, {scalars, grad, want_m, want_v, want_x});
      const double epsilon = dtype == DType::f32 ? 1.2e-7 : 1e-15;
      s.for_kernels(adam_table(), p, [&](auto& kernel) {
        Tensor got_m = m.clone(), got_v = v.clone(), got_x = x.clone();
        kernel.run({scalars, grad, got_m, got_v, got_x});
        kernel.check("near the reference", compare(got_m, want_m, 1e-16, epsilon));
        kernel.check("near the reference", compare(got_v, want_v, 1e-16, epsilon));
        kernel.check("near the reference", compare(got_x, want_x, epsilon, epsilon));
      });
    }
  }
}

void first_step(Session& s) {
  const Tensor first = three(1.0, 0.03, kAdamFirstStep), later = three(1.0, 0.03, kAdamLaterStep);
  for (DType dtype : {DType::f32, DType::f64}) {
    for (std::int64_t count : {1, 1003}) {
      const Tensor grad = s.normal({count}, dtype, 1), x = s.normal({count}, dtype, 2);
      s.for_kernels(adam_table(), {count, {}, dtype}, [&](auto& kernel) {
        Tensor want_m = Tensor::zeros({count}, dtype), want_v = want_m.clone(), want_x = x.clone();
        kernel.run({later, grad, want_m, want_v, want_x});
        Tensor m = poisoned({count}, dtype), v = poisoned({count}, dtype), got_x = x.clone();
        kernel.run({first, grad, m, v, got_x});
        const char* what = "the first step is one from zeros";
        kernel.check(what, compare_exact(m, want_m));
        kernel.check(what, compare_exact(v, want_v));
        kernel.check(what, compare_exact(got_x, want_x));
      });
    }
  }
}

void no_step(Session& s) {
  const Tensor before = s.normal({1003}, DType::f32, 1), grad = poisoned({1003});
  const Tensor none = three(NAN, NAN, kAdamNoStep), unknown = three(0.1, 0.1, 3);
  s.for_kernels(adam_table(), {1003, {}, DType::f32}, [&](auto& kernel) {
    Tensor m = before.clone(), v = before.clone(), x = before.clone();
    kernel.run({none, grad, m, v, x});
    const bool refused = kernel.refuses({unknown, before, m, v, x});
    kernel.check("refuses an unknown mode", refused == (kernel.info.backend == Backend::cpu));
    for (const Tensor& tensor : {m, v, x}) {
      kernel.check("writes nothing without a step", compare_exact(tensor, before));
    }
  });
}

void threads(Session& s) {
  const std::int64_t count = 2 * 97 * 103 * 13;
  const Tensor a = s.normal({count}, DType::f32, 1), b = s.normal({count}, DType::f32, 2);
  const Tensor scalars = three(0.01, 0.05, kAdamLaterStep);
  s.for_kernels(adam_table(), {count, {}, DType::f32}, [&](auto& kernel) {
    Tensor m = b.clone(), v = Tensor::full({count}, 0.1), x = b.clone();
    kernel.check_same_bits({scalars, a, m, v, x});
  });
}

constexpr Case kCases[] = {
    {"elementwise.adam", "follows PyTorch", pytorch},
    {"elementwise.adam", "near the reference", reference},
    {"elementwise.adam", "the first step is one from zeros", first_step},
    {"elementwise.adam", "writes nothing without a step", no_step},
    {"elementwise.adam", "same bits", threads, Kind::threads},
};

}  // namespace

Cases adam_cases() {
  return kCases;
}

}  // namespace impasto::verify
