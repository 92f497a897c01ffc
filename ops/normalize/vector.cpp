// Instance normalisation by blocks of pixels: a block's channels are contiguous, so every loop runs
// over arrays that the compiler vectorises, and blocks spread over the threads.
//
// Sums are double. Each block has its own, added in the order of the blocks afterwards: the same
// bits for every thread count. The variance is that of the centred values (two passes), because
// the mean of squares minus the square of the mean cancels where the mean is large.
//
// Bound by memory: forward reads src three times, backward reads src and grad_dst twice.
#include <algorithm>
#include <cmath>

#include "ops/normalize/normalize_kernels.h"
#include "tensor/checked.h"

namespace impasto::normalize_kernels {
namespace {

constexpr std::int64_t kBlock = 16384;  // elements of a block, about

struct Blocks {
  std::int64_t pixels = 0;  // of a block; the last of a picture may have fewer
  std::int64_t count = 0;   // of a picture
};

struct Block {
  std::int64_t index = 0;    // among those of all pictures
  std::int64_t picture = 0;  // n
  std::int64_t first = 0;    // element of src
  std::int64_t pixels = 0;
};

Blocks blocks_of(const InstanceNormProblem& p) {
  const std::int64_t pixels = std::max<std::int64_t>(1, kBlock / std::max<std::int64_t>(1, p.c));
  return {pixels, ceil_div(p.m, pixels)};
}

// `sums` doubles for each block and channel, and one more for each picture and channel.
std::size_t workspace(const InstanceNormProblem& p, std::int64_t sums) {
  return static_cast<std::size_t>((blocks_of(p).count * sums + 1) * p.n * p.c) * sizeof(double);
}

template <class F>
void for_blocks(Context& context, const InstanceNormProblem& p, F body) {
  const Blocks blocks = blocks_of(p);
  parallel_for(context.threads(), p.n * blocks.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t index = begin; index < end; ++index) {
      const std::int64_t picture = index / blocks.count;
      const std::int64_t pixel = index % blocks.count * blocks.pixels;
      body(Block{index, picture, (picture * p.m + pixel) * p.c,
                 std::min(blocks.pixels, p.m - pixel)});
    }
  });
}

// Where the sums over a picture are, `width` of them.
double* total(double* sums, const InstanceNormProblem& p, std::int64_t width, std::int64_t n) {
  return sums + n * blocks_of(p).count * width;
}

// add(block, its `width` sums) for every block; then the sums of each picture's blocks are added
// into those of its first.
template <class F>
void sum_blocks(Context& context, const InstanceNormProblem& p, double* sums, std::int64_t width,
                F add) {
  for_blocks(context, p, [&](const Block& block) {
    double* own = sums + block.index * width;
    std::fill_n(own, width, 0.0);
    add(block, own);
  });
  for (std::int64_t n = 0; n < p.n; ++n) {
    double* first = total(sums, p, width, n);
    for (std::int64_t b = 1; b < blocks_of(p).count; ++b) {
      for (std::int64_t i = 0; i < width; ++i) first[i] += first[b * width + i];
    }
  }
}

// The loops over one block, pixels outside, channels inside.

void add_values(const float* src, std::int64_t pixels, std::int64_t c, double* sum) {
  for (std::int64_t p = 0; p < pixels; ++p, src += c) {
    for (std::int64_t i = 0; i < c; ++i) sum[i] += static_cast<double>(src[i]);
  }
}

void add_squares(const float* src, const double* mean, std::int64_t pixels, std::int64_t c,
                 double* __restrict sum) {
  for (std::int64_t p = 0; p < pixels; ++p, src += c) {
    for (std::int64_t i = 0; i < c; ++i) {
      const double centred = static_cast<double>(src[i]) - mean[i];
      sum[i] += centred * centred;
    }
  }
}

// sum[c] of gradients, then sum[c] of gradients times centred values.
void add_gradients(const float* src, const float* grad, const float* mean, std::int64_t pixels,
                   std::int64_t c, double* __restrict sum) {
  double* __restrict product = sum + c;
  for (std::int64_t p = 0; p < pixels; ++p, src += c, grad += c) {
    for (std::int64_t i = 0; i < c; ++i) {
      const auto g = static_cast<double>(grad[i]);
      sum[i] += g;
      product[i] += g * (static_cast<double>(src[i]) - static_cast<double>(mean[i]));
    }
  }
}

// Fills mean and rstd; leaves the means in double at `means` [n, c].
void statistics(Context& context, const InstanceNormProblem& p, const InstanceNormForwardArgs& args,
                double* sums, double* means) {
  const float* src = args.src.data<float>();
  sum_blocks(context, p, sums, p.c, [&](const Block& block, double* sum) {
    add_values(src + block.first, block.pixels, p.c, sum);
  });
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t c = 0; c < p.c; ++c) {
      means[n * p.c + c] = total(sums, p, p.c, n)[c] / static_cast<double>(p.m);
      args.mean.data<float>()[n * p.c + c] = static_cast<float>(means[n * p.c + c]);
    }
  }
  sum_blocks(context, p, sums, p.c, [&](const Block& block, double* sum) {
    add_squares(src + block.first, means + block.picture * p.c, block.pixels, p.c, sum);
  });
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t c = 0; c < p.c; ++c) {
      const double variance = total(sums, p, p.c, n)[c] / static_cast<double>(p.m);
      args.rstd.data<float>()[n * p.c + c] =
          static_cast<float>(1 / std::sqrt(variance + p.epsilon));
    }
  }
}

}  // namespace

std::size_t forward_vector_workspace(const InstanceNormProblem& p, int) {
  return workspace(p, 1);
}

std::size_t backward_vector_workspace(const InstanceNormProblem& p, int) {
  return workspace(p, 2);
}

void forward_vector(Context& context, const InstanceNormProblem& p,
                    const InstanceNormForwardArgs& args, void* workspace) {
  double* sums = static_cast<double*>(workspace);
  statistics(context, p, args, sums, sums + p.n * blocks_of(p).count * p.c);
  const float* gamma = args.gamma.data<float>();
  const float* beta = args.beta.data<float>();
  for_blocks(context, p, [&](const Block& block) {
    const float* src = args.src.data<float>() + block.first;
    const float* mean = args.mean.data<float>() + block.picture * p.c;
    const float* rstd = args.rstd.data<float>() + block.picture * p.c;
    float* __restrict dst = args.dst.data<float>() + block.first;
    for (std::int64_t pixel = 0; pixel < block.pixels; ++pixel, src += p.c, dst += p.c) {
      for (std::int64_t i = 0; i < p.c; ++i) {
        dst[i] = (src[i] - mean[i]) * (gamma[i] * rstd[i]) + beta[i];
      }
    }
  });
}

void backward_vector(Context& context, const InstanceNormProblem& p,
                     const InstanceNormBackwardArgs& args, void* workspace) {
  const float* gamma = args.gamma.data<float>();
  const std::int64_t width = 2 * p.c;
  double* sums = static_cast<double*>(workspace);
  sum_blocks(context, p, sums, width, [&](const Block& block, double* sum) {
    add_gradients(args.src.data<float>() + block.first, args.grad_dst.data<float>() + block.first,
                  args.mean.data<float>() + block.picture * p.c, block.pixels, p.c, sum);
  });

  // The mean gradient and its slope along the centred values, to be taken out: [n, 2, c].
  float* removed = static_cast<float*>(static_cast<void*>(sums + p.n * blocks_of(p).count * width));
  for (std::int64_t c = 0; c < p.c; ++c) {
    double grad_gamma = 0, grad_beta = 0;
    for (std::int64_t n = 0; n < p.n; ++n) {
      const double* sum = total(sums, p, width, n);
      const auto rstd = static_cast<double>(args.rstd.data<float>()[n * p.c + c]);
      grad_beta += sum[c];
      grad_gamma += sum[p.c + c] * rstd;
      removed[n * width + c] = static_cast<float>(sum[c] / static_cast<double>(p.m));
      removed[n * width + p.c + c] =
          static_cast<float>(sum[p.c + c] * rstd * rstd / static_cast<double>(p.m));
    }
    args.grad_gamma.data<float>()[c] = static_cast<float>(grad_gamma);
    args.grad_beta.data<float>()[c] = static_cast<float>(grad_beta);
  }

  for_blocks(context, p, [&](const Block& block) {
    const float* src = args.src.data<float>() + block.first;
    const float* grad_dst = args.grad_dst.data<float>() + block.first;
    const float* mean = args.mean.data<float>() + block.picture * p.c;
    const float* rstd = args.rstd.data<float>() + block.picture * p.c;
    const float* offset = removed + block.picture * width;
    const float* slope = offset + p.c;
    float* grad_src = args.grad_src.data<float>() + block.first;
    for (std::int64_t pixel = 0; pixel < block.pixels; ++pixel) {
      const std::int64_t row = pixel * p.c;
      for (std::int64_t i = 0; i < p.c; ++i) {
        const float excess = offset[i] + (src[row + i] - mean[i]) * slope[i];
        grad_src[row + i] = (gamma[i] * rstd[i]) * (grad_dst[row + i] - excess);
      }
    }
  });
}

}  // namespace impasto::normalize_kernels
