#include "ops/reference.h"

#include <algorithm>
#include <cmath>

#include "ops/pool2d/pool2d_kernels.h"
#include "tensor/bits.h"

namespace impasto::pool2d_kernels {
namespace {

// Calls body(output element, input element of its window's upper left) for every output element.
template <class F>
void for_windows(const Pool2dProblem& p, F body) {
  std::int64_t dst = 0;
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t y = 0; y < p.h / 2; ++y) {
      for (std::int64_t x = 0; x < p.w / 2; ++x) {
        for (std::int64_t c = 0; c < p.c; ++c) {
          body(dst++, ((n * p.h + 2 * y) * p.w + 2 * x) * p.c + c);
        }
      }
    }
  }
}

// Distance in the source from a window's upper left element to element 2 * row + column.
std::int64_t tap(const Pool2dProblem& p, int code) {
  return (code / 2 * p.w + code % 2) * p.c;
}

template <class T>
int winner(const Pool2dProblem& p, const T* window) {
  int best = 0;
  for (int code = 1; code < 4; ++code) {
    const T value = window[tap(p, code)];
    const T champion = window[tap(p, best)];
    if (value > champion || (std::isnan(value) && !std::isnan(champion))) best = code;
  }
  return best;
}

}  // namespace

void forward_reference(Context&, const Pool2dProblem& p, const Pool2dForwardArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    T* dst = args.dst.data<T>();
    std::uint64_t* codes = args.codes == nullptr ? nullptr : args.codes->data<std::uint64_t>();
    for_windows(p, [&](std::int64_t e, std::int64_t s) {
      if (p.kind == PoolKind::average) {
        double sum = 0;
        for (int code = 0; code < 4; ++code) sum += static_cast<double>(src[s + tap(p, code)]);
        dst[e] = static_cast<T>(sum / 4);
        return;
      }
      const int code = winner(p, src + s);
      dst[e] = src[s + tap(p, code)];
      if (codes == nullptr) return;
      set_bit(codes, 2 * e, code % 2 != 0);
      set_bit(codes, 2 * e + 1, code / 2 != 0);
    });
  });
}

void backward_reference(Context&, const Pool2dProblem& p, const Pool2dBackwardArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const T* grad_dst = args.grad_dst.data<T>();
    T* grad_src = args.grad_src.data<T>();
    std::fill_n(grad_src, args.grad_src.numel(), T{0});
    for_windows(p, [&](std::int64_t e, std::int64_t s) {
      if (p.kind == PoolKind::average) {
        for (int code = 0; code < 4; ++code) grad_src[s + tap(p, code)] = grad_dst[e] / 4;
        return;
      }
      const std::uint64_t* codes = args.codes.data<std::uint64_t>();
      const int code = get_bit(codes, 2 * e) + 2 * get_bit(codes, 2 * e + 1);
      grad_src[s + tap(p, code)] = grad_dst[e];
    });
  });
}

}  // namespace impasto::pool2d_kernels
