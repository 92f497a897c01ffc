// Backward-filter over the register tile: grad_wei[o, i, j, c] is a product of the gradient and of
// the picture shifted by tap (i, j), summed over pixels. Output channels take the place of the
// tile's pixels, input channels are the vectors, and k runs along a row.
//
// The picture is copied with its border and with channels rounded up to whole vectors, so that
// every tap is a shifted view of it. A task owns some (o, c) of one tap and sums band by band, a
// band being rows of the picture that stay in the cache while the task's tiles go over them.
#include <algorithm>

#include "ops/conv2d/direct_kernels.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kBandFloats = 64 * 1024;
constexpr std::int64_t kTaskChannels = 48;  // output channels of a task

struct PaddedPicture {
  std::int64_t h = 0, w = 0, c = 0;
};

PaddedPicture padded_picture(const DirectIsa& isa, const Conv2dProblem& p) {
  return {p.h + 2 * p.params.pad, p.w + 2 * p.params.pad, ceil_div(p.ic, isa.lanes) * isa.lanes};
}

void pad_picture(ThreadPool& threads, const Conv2dProblem& p, const PaddedPicture& padded,
                 const float* src, float* dst) {
  const std::int64_t pad = p.params.pad;
  parallel_for(threads, p.n * padded.h, 1, [&](std::int64_t row, std::int64_t) {
    const std::int64_t sy = padded_source(row % padded.h - pad, p.h, p.params.pad_mode);
    const float* from = src + (row / padded.h * p.h + std::max<std::int64_t>(sy, 0)) * p.w * p.ic;
    float* to = dst + row * padded.w * padded.c;
    for (std::int64_t x = 0; x < padded.w; ++x, to += padded.c) {
      const std::int64_t sx = padded_source(x - pad, p.w, p.params.pad_mode);
      const std::int64_t count = sy < 0 || sx < 0 ? 0 : p.ic;
      if (count > 0) std::copy_n(from + sx * p.ic, count, to);
      std::fill_n(to + count, padded.c - count, 0.0f);
    }
  });
}

struct Operands {
  const DirectIsa& isa;
  const Conv2dProblem& problem;
  PaddedPicture padded;
  const float* picture;   // [n, padded.h, padded.w, padded.c]
  const float* grad_dst;  // [n, oh, ow, oc]
  float* grad_wei;        // [oc, kh, kw, ic]
};

// Output channels [o, o_end) and the block of input channels from c on, at tap (i, j).
struct Task {
  std::int64_t o, o_end, c, i, j;
};

void run_task(const Operands& operands, const Task& task) {
  const auto& [isa, p, padded, picture, grad_dst, grad_wei] = operands;
  const std::int64_t block = block_channels(isa);
  DirectTile tile;
  tile.channels = std::min(block, p.ic - task.c);
  tile.run = p.ow();
  tile.pixel_step = 1;
  tile.src_step = p.oc;
  tile.row_step = p.ow() * p.oc;
  tile.wei_step = p.params.stride * padded.c;
  tile.wei_row_step = p.params.stride * padded.w * padded.c;
  tile.dst_step = p.kh * p.kw * p.ic;

  const auto vectors = static_cast<unsigned>(ceil_div(tile.channels, isa.lanes));
  const std::int64_t count = task.o_end - task.o, tiles = ceil_div(count, isa.max_pixels[vectors]);
  const std::int64_t rows = std::clamp<std::int64_t>(kBandFloats / (p.ow() * block), 1, p.oh());
  const std::int64_t bands = ceil_div(p.oh(), rows);
  for (std::int64_t band = 0; band < p.n * bands; ++band) {
    const std::int64_t n = band / bands, y = band % bands * rows;
    const std::int64_t picture_row = n * padded.h + y * p.params.stride + task.i;
    tile.rows = std::min(rows, p.oh() - y);
    tile.accumulate = band > 0;
    tile.wei = picture + (picture_row * padded.w + task.j) * padded.c + task.c;
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t o = task.o + t * count / tiles, end = task.o + (t + 1) * count / tiles;
      tile.src = grad_dst + (n * p.oh() + y) * tile.row_step + o;
      tile.dst = grad_wei + ((o * p.kh + task.i) * p.kw + task.j) * p.ic + task.c;
      isa.tile(tile, static_cast<unsigned>(end - o), vectors);
    }
  }
}

}  // namespace

std::size_t backward_filter_direct_bytes(const DirectIsa& isa, const Conv2dProblem& p) {
  const PaddedPicture padded = padded_picture(isa, p);
  const std::int64_t count =
      checked_mul(checked_mul(p.n, padded.h), checked_mul(padded.w, padded.c));
  return static_cast<std::size_t>(checked_mul(count, sizeof(float)));
}

void backward_filter_direct(const DirectIsa& isa, Context& context, const Conv2dProblem& p,
                            const Conv2dBackwardFilterArgs& args, void* workspace) {
  float* picture = static_cast<float*>(workspace);
  const Operands operands{isa,
                          p,
                          padded_picture(isa, p),
                          picture,
                          args.grad_dst.data<float>(),
                          args.grad_wei.data<float>()};
  pad_picture(context.threads(), p, operands.padded, args.src.data<float>(), picture);

  const std::int64_t block = block_channels(isa), blocks = ceil_div(p.ic, block);
  const std::int64_t groups = ceil_div(p.oc, kTaskChannels), taps = p.kh * p.kw;
  context.threads().run(blocks * taps * groups, [&](std::int64_t task, int) {
    const std::int64_t group = task % groups, tap = task / groups % taps;
    run_task(operands, {group * p.oc / groups, (group + 1) * p.oc / groups,
                        task / groups / taps * block, tap / p.kw, tap % p.kw});
  });
}

}  // namespace impasto::conv2d_kernels
