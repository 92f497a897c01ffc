#include "ops/reference.h"

#include <vector>

#include "ops/pad/pad_kernels.h"

namespace impasto::pad_kernels {
namespace {

// Calls f(index into src or -1, index into dst) for every element of the padded picture.
template <class F>
void for_each_padded(const PadProblem& problem, F f) {
  const auto& [n, h, w, c, params, dtype] = problem;
  std::int64_t out = 0;
  for (std::int64_t b = 0; b < n; ++b) {
    for (std::int64_t y = -params.top; y < h + params.bottom; ++y) {
      const std::int64_t from_y = padded_source(y, h, params.mode);
      for (std::int64_t x = -params.left; x < w + params.right; ++x) {
        const std::int64_t from_x = padded_source(x, w, params.mode);
        const bool inside = from_y >= 0 && from_x >= 0;
        for (std::int64_t k = 0; k < c; ++k) {
          f(inside ? ((b * h + from_y) * w + from_x) * c + k : -1, out++);
        }
      }
    }
  }
}

}  // namespace

void forward_reference(Context&, const PadProblem& problem, const PadArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    T* dst = args.dst.data<T>();
    for_each_padded(problem, [=](std::int64_t from, std::int64_t to) {
      dst[to] = from < 0 ? T{0} : src[from];
    });
  });
}

void backward_reference(Context&, const PadProblem& problem, const PadArgs& args, void*) {
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* grad_dst = args.src.data<T>();
    std::vector<double> sums(static_cast<std::size_t>(args.dst.numel()), 0.0);
    for_each_padded(problem, [&](std::int64_t from, std::int64_t to) {
      if (from >= 0) sums[static_cast<std::size_t>(from)] += double{grad_dst[to]};
    });
    T* grad_src = args.dst.data<T>();
    for (double sum : sums) *grad_src++ = static_cast<T>(sum);
  });
}

}  // namespace impasto::pad_kernels
