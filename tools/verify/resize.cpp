// resize: every mode growing, shrinking and both, against the reference in double.
#include "ops/resize/resize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

using Table = KernelTable<ResizeProblem, ResizeArgs>;

constexpr ResizeMode kModes[] = {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                                 ResizeMode::bicubic, ResizeMode::lanczos};

// Growing, shrinking, both at once, unchanged, from and to one pixel, prime extents, channels on
// either side of a vector.
const ResizeProblem kProblems[] = {
    {1, 1, 1, 1, 1, 1},    {1, 1, 1, 3, 5, 4},     {2, 5, 4, 3, 1, 1},      {1, 1, 9, 16, 1, 4},
    {1, 7, 1, 33, 13, 1},  {2, 6, 5, 3, 12, 10},   {1, 8, 8, 64, 4, 4},     {1, 9, 5, 1, 4, 11},
    {1, 31, 29, 3, 7, 11}, {1, 11, 7, 16, 29, 31}, {2, 16, 12, 33, 16, 12}, {1, 101, 3, 3, 2, 3},
};

ResizeProblem with(ResizeProblem problem, ResizeMode mode, DType dtype = DType::f32) {
  problem.mode = mode;
  problem.dtype = dtype;
  return problem;
}

Shape src_shape(const ResizeProblem& p) {
  return {p.n, p.h, p.w, p.c};
}
Shape dst_shape(const ResizeProblem& p) {
  return {p.n, p.oh, p.ow, p.c};
}

// The largest sum of absolute weights for an output (forward) or an input (backward).
double gain(std::int64_t in, std::int64_t out, ResizeMode mode, bool forward) {
  const AxisWeights axis = resize_weights(in, out, mode);
  std::vector<double> sums(static_cast<std::size_t>(forward ? out : in), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(out); ++i) {
    for (std::int64_t k = axis.offset[i]; k < axis.offset[i + 1]; ++k) {
      const std::int64_t j = axis.first[i] + k - axis.offset[i];
      sums.at(forward ? i : static_cast<std::size_t>(j)) +=
          std::abs(axis.weights.at(static_cast<std::size_t>(k)));
    }
  }
  return *std::max_element(sums.begin(), sums.end());
}

Tensor reference(Session& s, const Table& table, const ResizeProblem& p, const Tensor& src,
                 const Shape& to) {
  Tensor dst = poisoned(to, DType::f64);
  s.reference(table, with(p, p.mode, DType::f64), {src.to(DType::f64), dst});
  return dst;
}

void exact(Session& s) {
  const ResizeProblem problems[] = {
      {2, 5, 7, 3, 10, 14, ResizeMode::nearest},   {1, 13, 9, 16, 4, 20, ResizeMode::nearest},
      {2, 5, 7, 33, 10, 14, ResizeMode::bilinear}, {1, 8, 16, 64, 4, 4, ResizeMode::area},
      {1, 3, 5, 1, 6, 20, ResizeMode::area},       {1, 6, 6, 3, 6, 6, ResizeMode::bicubic},
  };
  for (const ResizeProblem& p : problems) {
    const Tensor src = s.integers(src_shape(p), DType::f32, 1);
    const Tensor want = reference(s, resize_forward_table(), p, src, dst_shape(p));
    s.for_all_kernels(resize_forward_table(), p, [&](auto& kernel) {
      Tensor dst = poisoned(dst_shape(p));
      kernel.run({src, dst});
      kernel.check("exact where the arithmetic is", compare(dst, want, 0));
    });
  }
}

// Rounding of the data and weights, and of every addition: the products are bounded by the absolute
// weights of both axes.
void check_near(Session& s, const Table& table, bool forward) {
  for (const ResizeProblem& plain : kProblems) {
    for (ResizeMode mode : kModes) {
      const ResizeProblem p = with(plain, mode);
      const Shape from = forward ? src_shape(p) : dst_shape(p);
      const Shape to = forward ? dst_shape(p) : src_shape(p);
      const Tensor src = s.normal(from, DType::f32, 2);
      const Tensor want = reference(s, table, p, src, to);
      const double largest = gain(p.h, p.oh, mode, forward) * gain(p.w, p.ow, mode, forward) *
                             max_abs(src) * double{std::numeric_limits<float>::epsilon()};
      s.for_all_kernels(table, p, [&](auto& kernel) {
        Tensor dst = poisoned(to);
        kernel.run({src, dst});
        kernel.check("near the reference", compare(dst, want, kernel.length() * largest));
      });
    }
  }
}

void constant(Session& s) {
  for (const ResizeProblem& plain : kProblems) {
    for (ResizeMode mode : kModes) {
      const ResizeProblem p = with(plain, mode);
      const Tensor src = Tensor::full(src_shape(p), 123.675);
      const Tensor want = Tensor::full(dst_shape(p), 123.675);
      s.for_kernels(resize_forward_table(), p, [&](auto& kernel) {
        Tensor dst = poisoned(dst_shape(p));
        kernel.run({src, dst});
        kernel.check("a constant picture stays constant", compare(dst, want, 0, 5e-6));
      });
    }
  }
}

void backward_adjoint(Session& s) {
  for (const ResizeProblem& plain : kProblems) {
    for (ResizeMode mode : kModes) {
      const ResizeProblem p = with(plain, mode, DType::f64);
      const Tensor x = s.normal(src_shape(p), DType::f64, 3);
      const Tensor y = s.normal(dst_shape(p), DType::f64, 4);
      const double want = inner(resize(s.context(), x, p.oh, p.ow, mode), y);
      s.for_kernels(resize_backward_table(), p, [&](auto& kernel) {
        Tensor grad_src = poisoned(src_shape(p), DType::f64);
        kernel.run({y, grad_src});
        kernel.check(
            "adjoint to the forward pass",
            near(inner(x, grad_src), want, 1e-13 * static_cast<double>(x.numel() + y.numel())));
      });
    }
  }
}

void backward_gradient(Session& s) {
  const Tensor src = s.normal({2, 5, 4, 2}, DType::f64, 5);
  const Tensor upstream = s.normal({2, 3, 7, 2}, DType::f64, 6);
  for (ResizeMode mode : kModes) {
    const ResizeProblem p{2, 5, 4, 2, 3, 7, mode, DType::f64};
    const auto of = [&](const Tensor& x) { return resize(s.context(), x, 3, 7, mode); };
    s.for_kernels(resize_backward_table(), p, [&](auto& kernel) {
      Tensor gradient = poisoned(src_shape(p), DType::f64);
      kernel.run({upstream, gradient});
      kernel.check("agrees with central differences", check_gradient(of, src, upstream, gradient));
    });
  }
}

void check_threads(Session& s, const Table& table, bool forward) {
  for (const ResizeProblem& plain : kProblems) {
    for (ResizeMode mode : kModes) {
      const ResizeProblem p = with(plain, mode);
      const Tensor src = s.normal(forward ? src_shape(p) : dst_shape(p), DType::f32, 7);
      s.for_kernels(table, p, [&](auto& kernel) {
        Tensor dst = poisoned(forward ? dst_shape(p) : src_shape(p));
        kernel.check_same_bits({src, dst});
      });
    }
  }
}

constexpr Case kCases[] = {
    {"resize.fwd", "exact where the arithmetic is", exact},
    {"resize.fwd", "near the reference",
     [](Session& s) { check_near(s, resize_forward_table(), true); }},
    {"resize.fwd", "a constant picture stays constant", constant},
    {"resize.fwd", "same bits", [](Session& s) { check_threads(s, resize_forward_table(), true); },
     Kind::threads},
    {"resize.bwd", "near the reference",
     [](Session& s) { check_near(s, resize_backward_table(), false); }},
    {"resize.bwd", "adjoint to the forward pass", backward_adjoint},
    {"resize.bwd", "agrees with central differences", backward_gradient},
    {"resize.bwd", "same bits",
     [](Session& s) { check_threads(s, resize_backward_table(), false); }, Kind::threads},
};

}  // namespace

Cases resize_cases() {
  return kCases;
}

}  // namespace impasto::verify
