// The definition of conv2d in plain loops: any filter size, stride and padding, f32 and f64, sums
// in double. A row of the result is one task, so threads change nothing.
#include "ops/reference.h"

#include <vector>

#include "ops/conv2d/conv2d_kernels.h"
#include "ops/conv2d/epilogue.h"

namespace impasto::conv2d_kernels {
namespace {

// The pixel along one axis that tap i of output position y reads, or -1 for a zero outside.
std::int64_t read_position(std::int64_t y, std::int64_t i, std::int64_t size,
                           const Conv2dParams& params) {
  return padded_source(y * params.stride + i - params.pad, size, params.pad_mode);
}

// A tap of an output position along one axis.
struct Reader {
  std::int64_t out;
  std::int64_t tap;
};

// For each of the `size` input positions along one axis, who reads it.
std::vector<std::vector<Reader>> find_readers(std::int64_t size, std::int64_t out_size,
                                              std::int64_t taps, const Conv2dParams& params) {
  std::vector<std::vector<Reader>> readers(static_cast<std::size_t>(size));
  for (std::int64_t out = 0; out < out_size; ++out) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t from = read_position(out, tap, size, params);
      if (from >= 0) readers[static_cast<std::size_t>(from)].push_back({out, tap});
    }
  }
  return readers;
}

template <class T>
double dot(const T* a, const T* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

// sum_{i, j, c} src[n, y s + i - p, x s + j - p, c] wei[i, j, c] of one output channel's filter.
template <class T>
double correlate(const Conv2dProblem& p, const T* src, const T* wei, std::int64_t y,
                 std::int64_t x) {
  double sum = 0;
  for (std::int64_t i = 0; i < p.kh; ++i) {
    const std::int64_t sy = read_position(y, i, p.h, p.params);
    for (std::int64_t j = 0; j < p.kw && sy >= 0; ++j) {
      const std::int64_t sx = read_position(x, j, p.w, p.params);
      if (sx >= 0) sum += dot(src + (sy * p.w + sx) * p.ic, wei + (i * p.kw + j) * p.ic, p.ic);
    }
  }
  return sum;
}

}  // namespace

void forward_reference(Context& context, const Conv2dProblem& p, const Conv2dForwardArgs& args,
                       void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    const T* wei = args.wei.data<T>();
    const T* bias = args.bias.defined() ? args.bias.data<T>() : nullptr;
    Tensor unpooled =
        p.params.pool ? context.empty({p.n, p.oh(), p.ow(), p.oc}, p.dtype) : args.dst;
    T* out = unpooled.data<T>();
    parallel_for(context.threads(), p.n * p.oh(), 1, [&](std::int64_t row, std::int64_t) {
      const std::int64_t n = row / p.oh(), y = row % p.oh();
      for (std::int64_t x = 0; x < p.ow(); ++x) {
        for (std::int64_t o = 0; o < p.oc; ++o) {
          const double sum =
              correlate(p, src + n * p.h * p.w * p.ic, wei + o * p.kh * p.kw * p.ic, y, x);
          const T value = static_cast<T>(bias == nullptr ? sum : sum + double{bias[o]});
          out[(row * p.ow() + x) * p.oc + o] = p.params.relu && value <= 0 ? T{0} : value;
        }
      }
    });
    finish_outputs<T>(context.threads(), p,
                      {out, args.dst.data<T>(),
                       args.mask == nullptr ? nullptr : args.mask->data<std::uint64_t>()});
  });
}

void backward_data_reference(Context& context, const Conv2dProblem& p,
                             const Conv2dBackwardDataArgs& args, void*) {
  const auto readers_y = find_readers(p.h, p.oh(), p.kh, p.params);
  const auto readers_x = find_readers(p.w, p.ow(), p.kw, p.params);
  dispatch_float(p.dtype, [&]<class T>(T*) {
    Tensor grad = args.grad_dst;
    if (p.params.fused()) {
      grad = context.empty({p.n, p.oh(), p.ow(), p.oc}, p.dtype);
      unfuse_gradient<T>(
          context.threads(), p,
          {args.grad_dst.data<T>(), args.mask.data<std::uint64_t>(), grad.data<T>()});
    }
    const T* grad_dst = grad.data<T>();
    const T* wei = args.wei.data<T>();
    T* grad_src = args.grad_src.data<T>();
    const auto pull = [&](std::int64_t n, Reader y, Reader x, std::vector<double>& sums) {
      const T* from = grad_dst + ((n * p.oh() + y.out) * p.ow() + x.out) * p.oc;
      for (std::int64_t o = 0; o < p.oc; ++o) {
        const T* filter = wei + ((o * p.kh + y.tap) * p.kw + x.tap) * p.ic;
        for (std::size_t c = 0; c < sums.size(); ++c)
          sums[c] += double{from[o]} * double{filter[c]};
      }
    };
    parallel_for(context.threads(), p.n * p.h, 1, [&](std::int64_t row, std::int64_t) {
      std::vector<double> sums(static_cast<std::size_t>(p.ic));
      for (std::int64_t x = 0; x < p.w; ++x) {
        sums.assign(sums.size(), 0);
        for (Reader reader_y : readers_y[static_cast<std::size_t>(row % p.h)]) {
          for (Reader reader_x : readers_x[static_cast<std::size_t>(x)]) {
            pull(row / p.h, reader_y, reader_x, sums);
          }
        }
        T* result = grad_src + (row * p.w + x) * p.ic;
        for (std::size_t c = 0; c < sums.size(); ++c) result[c] = static_cast<T>(sums[c]);
      }
    });
  });
}

void backward_filter_reference(Context& context, const Conv2dProblem& p,
                               const Conv2dBackwardFilterArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    const T* grad_dst = args.grad_dst.data<T>();
    T* grad_wei = args.grad_wei.data<T>();
    parallel_for(context.threads(), p.oc * p.kh * p.kw, 1, [&](std::int64_t tap, std::int64_t) {
      const std::int64_t o = tap / (p.kh * p.kw), i = tap / p.kw % p.kh, j = tap % p.kw;
      std::vector<double> sums(static_cast<std::size_t>(p.ic));
      for (std::int64_t row = 0; row < p.n * p.oh(); ++row) {
        const std::int64_t sy = read_position(row % p.oh(), i, p.h, p.params);
        for (std::int64_t x = 0; x < p.ow() && sy >= 0; ++x) {
          const std::int64_t sx = read_position(x, j, p.w, p.params);
          if (sx < 0) continue;
          const T* pixel = src + ((row / p.oh() * p.h + sy) * p.w + sx) * p.ic;
          const double grad{grad_dst[(row * p.ow() + x) * p.oc + o]};
          for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += grad * double{pixel[c]};
        }
      }
      for (std::int64_t c = 0; c < p.ic; ++c) {
        grad_wei[tap * p.ic + c] = static_cast<T>(sums[static_cast<std::size_t>(c)]);
      }
    });
  });
}

}  // namespace impasto::conv2d_kernels
