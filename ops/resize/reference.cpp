// The definition: output pixel (y, x) is the sum of rows[y][i] * columns[x][j] * src(i, j);
// backward it spreads its gradient over the same pixels with the same weights.
#include "ops/reference.h"

#include <vector>

#include "ops/resize/resize_kernels.h"

namespace impasto::resize_kernels {
namespace {

// Calls body(input element, output element, weight) for every pair that meets.
template <class F>
void for_taps(const ResizeProblem& p, F body) {
  const AxisWeights rows = resize_weights(p.h, p.oh, p.mode);
  const AxisWeights columns = resize_weights(p.w, p.ow, p.mode);
  const auto for_axis = [](const AxisWeights& axis, std::int64_t i, auto tap) {
    const auto index = static_cast<std::size_t>(i);
    for (std::int64_t k = axis.offset[index]; k < axis.offset[index + 1]; ++k) {
      tap(axis.first[index] + k - axis.offset[index], axis.weights[static_cast<std::size_t>(k)]);
    }
  };
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t oy = 0; oy < p.oh; ++oy) {
      for (std::int64_t ox = 0; ox < p.ow; ++ox) {
        const std::int64_t out = ((n * p.oh + oy) * p.ow + ox) * p.c;
        for_axis(rows, oy, [&](std::int64_t y, double row_weight) {
          for_axis(columns, ox, [&](std::int64_t x, double column_weight) {
            const std::int64_t in = ((n * p.h + y) * p.w + x) * p.c;
            for (std::int64_t c = 0; c < p.c; ++c) {
              body(in + c, out + c, row_weight * column_weight);
            }
          });
        });
      }
    }
  }
}

template <class T>
void store(const std::vector<double>& sums, T* target) {
  for (std::size_t i = 0; i < sums.size(); ++i) target[i] = static_cast<T>(sums[i]);
}

}  // namespace

void forward_reference(Context&, const ResizeProblem& p, const ResizeArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    std::vector<double> dst(static_cast<std::size_t>(args.dst.numel()));
    for_taps(p, [&](std::int64_t in, std::int64_t out, double weight) {
      dst[static_cast<std::size_t>(out)] += weight * static_cast<double>(src[in]);
    });
    store(dst, args.dst.data<T>());
  });
}

void backward_reference(Context&, const ResizeProblem& p, const ResizeArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const T* grad_dst = args.src.data<T>();
    std::vector<double> grad_src(static_cast<std::size_t>(args.dst.numel()));
    for_taps(p, [&](std::int64_t in, std::int64_t out, double weight) {
      grad_src[static_cast<std::size_t>(in)] += weight * static_cast<double>(grad_dst[out]);
    });
    store(grad_src, args.dst.data<T>());
  });
}

}  // namespace impasto::resize_kernels
