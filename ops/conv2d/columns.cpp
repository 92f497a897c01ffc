// Backward-data by columns: each gradient pixel is multiplied by the filters of all taps at once,
//
//   products[y, x][i, j, c] = sum_o grad_dst[y, x, o] wei[o, i, j, c],
//
// a matrix product in which [i, j, c] are the columns, and each tap's product is added to the pixel
// it reaches: grad_src[y s + i - p, x s + j - p, c]. Next to direct correlation this costs an add
// for each product, and pays where direct wastes more: with the 3 input channels of a first layer
// the columns fill 27 lanes of 32 instead of 3 of 16, and with a stride direct would multiply by
// zeros between the pixels.
//
// Products live for 48 pixels only, in the first cache; the rows of grad_src that are still being
// added to live in the second. A task owns a band of rows of the padded grad_src and computes anew
// the few gradient rows that reach it from the band above.
#include "ops/conv2d/columns.h"

#include <algorithm>
#include <cstring>

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kChunkPixels = 48;  // whole tiles of 12 and of 6 pixels
constexpr std::int64_t kAhead = 1536;      // floats of the gradient that are fetched in advance
constexpr std::int64_t kSlack = 64;        // floats behind the products that vectors may read

bool has_few_channels(const Conv2dProblem& p) {
  return p.ic <= kFewChannels && p.params.stride == 1;
}

// Sizes in floats; the scratch of a thread is sums, products and masked pixels one after another.
struct Plan {
  Plan(const DirectIsa& isa, const Conv2dProblem& p)
      : padded_h(p.h + 2 * p.params.pad),
        padded_w(p.w + 2 * p.params.pad),
        sum_step(has_few_channels(p) ? kFewChannels : p.ic),
        row_count(checked_mul(padded_w, sum_step)),
        columns(checked_mul(p.kh * p.kw, p.ic)),
        width(ceil_div(columns, isa.lanes) * isa.lanes),
        margin(has_few_channels(p) ? (p.kw - 1) * width : 0),
        sums_count(ceil_div(checked_mul(p.kh, row_count), 16) * 16),
        products_count(checked_mul(kChunkPixels, width) + 2 * margin + kSlack),
        masked_count(p.params.fused() ? checked_mul(kChunkPixels, p.oc) : 0),
        thread_count(
            ceil_div(checked_add(checked_add(sums_count, products_count), masked_count), 16) * 16),
        filter_count(p.filter_cached ? 0 : checked_mul(width, p.oc)),
        folded_count(folds_border(p.params)
                         ? checked_mul(checked_mul(p.n, padded_h), checked_mul(padded_w, p.ic))
                         : 0) {}

  std::int64_t padded_h, padded_w;
  std::int64_t sum_step;   // from pixel to pixel of a row of sums
  std::int64_t row_count;  // of a row of sums
  std::int64_t columns, width;
  std::int64_t margin;  // zeros before and behind the products
  std::int64_t sums_count, products_count, masked_count, thread_count;
  std::int64_t filter_count, folded_count;
};

// The columns as output channels of a 1 x 1 filter bank, for the packing of direct kernels.
FilterView columns_view(const Conv2dProblem& p, const float* wei) {
  const std::int64_t columns = p.kh * p.kw * p.ic;
  return {wei, columns, 1, 1, p.oc, 1, 0, 0, columns};
}

// Rows of the padded grad_src of one task: enough tasks for many cores, yet long against the
// kh - 1 rows that are computed twice.
std::int64_t band_rows(const Conv2dProblem& p, std::int64_t rows) {
  return std::max<std::int64_t>(std::clamp<std::int64_t>(ceil_div(rows, 12), 8, 64), 2 * p.kh);
}

struct Operands {
  const ColumnsIsa& isa;
  const Conv2dProblem& p;
  const Plan& plan;
  const float* grad_dst;
  const std::uint8_t* mask;  // null when nothing is fused
  const float* packed;
  float* dst;  // grad_src, or the gradient of the padded picture
};

class Band {
 public:
  Band(const Operands& operands, std::int64_t n, float* scratch)
      : o_(operands),
        n_(n),
        sums_(scratch),
        products_(scratch + o_.plan.sums_count + o_.plan.margin),
        masked_(scratch + o_.plan.sums_count + o_.plan.products_count) {
    std::fill_n(scratch, o_.plan.sums_count + o_.plan.products_count, 0.0f);
  }

  // Rows [begin, end) of the padded grad_src.
  void run(std::int64_t begin, std::int64_t end) {
    const std::int64_t stride = o_.p.params.stride;
    begin_ = next_ = begin, end_ = end;
    const std::int64_t first = std::max<std::int64_t>(ceil_div(begin - o_.p.kh + 1, stride), 0);
    const std::int64_t last = std::min((end - 1) / stride, o_.p.oh() - 1);
    for (std::int64_t y = first; y <= last; ++y) {
      emit_until(y * stride);
      for (std::int64_t x = 0; x < o_.p.ow(); x += kChunkPixels) {
        const std::int64_t pixels = std::min(kChunkPixels, o_.p.ow() - x);
        multiply(y, x, pixels);
        add_products(y, x, pixels);
      }
    }
    emit_until(end);
  }

 private:
  float* sums_of(std::int64_t row) const { return sums_ + row % o_.p.kh * o_.plan.row_count; }

  // Lets pixels from x on of a row of the gradient through mask and pool, to `to`.
  void keep_masked(std::int64_t y, std::int64_t x, std::int64_t pixels, float* to) const {
    const Conv2dProblem& p = o_.p;
    MaskedPixels masked;
    masked.first = x, masked.pixels = pixels, masked.channels = p.oc;
    masked.row = o_.grad_dst + grad_row(y) * p.dst_w() * p.oc;
    masked.pooled = p.params.pool.has_value();
    masked.scale = masked.pooled && *p.params.pool == PoolKind::average ? 0.25f : 1.0f;
    masked.mask_step = mask_channels(p.oc) / 8;
    masked.mask = o_.mask + ((n_ * p.oh() + y) * p.ow() + x) * masked.mask_step;
    masked.to = to;
    o_.isa.keep_masked(masked);
  }

  std::int64_t grad_row(std::int64_t y) const {
    return n_ * o_.p.dst_h() + (o_.p.params.pool ? y / 2 : y);
  }

  void multiply(std::int64_t y, std::int64_t x, std::int64_t pixels) {
    const DirectIsa& direct = *o_.isa.direct;
    const bool fused = o_.p.params.fused();
    const float* grad = o_.grad_dst + (grad_row(y) * o_.p.dst_w() + x) * o_.p.oc;
    const float* src = fused ? masked_ : grad;
    const std::int64_t block = block_channels(direct);
    DirectTile tile;
    tile.rows = 1;
    tile.run = o_.p.oc;
    tile.pixel_step = o_.p.oc;
    tile.dst_step = o_.plan.width;
    for (std::int64_t column = 0; column < o_.plan.width; column += block) {
      tile.channels = std::min(block, o_.plan.width - column);
      tile.wei = o_.packed + column * o_.p.oc;
      tile.wei_step = tile.channels;
      const auto vectors = static_cast<unsigned>(tile.channels / direct.lanes);
      const std::int64_t tiles = ceil_div(pixels, direct.max_pixels[vectors]);
      for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t p = t * pixels / tiles, end = (t + 1) * pixels / tiles;
        // Tile by tile: what the tile before has fetched is still in the first cache.
        if (fused && column == 0) keep_masked(y, x + p, end - p, masked_ + p * o_.p.oc);
        tile.src = src + p * o_.p.oc;
        tile.ahead = column == 0 && !o_.p.params.pool ? grad + kAhead + p * o_.p.oc : nullptr;
        tile.ahead_step = end - p;
        tile.dst = products_ + p * o_.plan.width + column;
        direct.tile(tile, static_cast<unsigned>(end - p), vectors);
      }
    }
    std::fill_n(products_ + pixels * o_.plan.width, o_.plan.margin, 0.0f);
  }

  void add_products(std::int64_t y, std::int64_t x, std::int64_t pixels) {
    const std::int64_t stride = o_.p.params.stride;
    TapRow row{pixels, o_.p.kw, o_.p.ic, stride, nullptr, o_.plan.width, nullptr};
    for (std::int64_t i = 0; i < o_.p.kh; ++i) {
      const std::int64_t to = y * stride + i;
      if (to < begin_ || to >= end_) continue;
      row.products = products_ + i * o_.p.kw * o_.p.ic;
      row.sums = sums_of(to) + x * stride * o_.plan.sum_step;
      has_few_channels(o_.p) ? o_.isa.add_taps_few(row) : o_.isa.add_taps(row);
    }
  }

  // Rows that nothing more is added to, up to `end`, go to dst; their sums start again at zero.
  void emit_until(std::int64_t end) {
    const std::int64_t kept = folds_border(o_.p.params) ? o_.p.params.pad : 0;
    const std::int64_t h = o_.p.h + 2 * kept, w = o_.p.w + 2 * kept;
    for (; next_ < end; ++next_) {
      const std::int64_t y = next_ - o_.p.params.pad + kept;
      float* sums = sums_of(next_);
      if (y >= 0 && y < h) {
        copy_pixels(sums + (o_.p.params.pad - kept) * o_.plan.sum_step, w,
                    o_.dst + (n_ * h + y) * w * o_.p.ic);
      }
      std::fill_n(sums, o_.plan.row_count, 0.0f);
    }
  }

  void copy_pixels(const float* from, std::int64_t count, float* to) const {
    const std::int64_t channels = o_.p.ic;
    if (o_.plan.sum_step == channels) {
      std::copy_n(from, count * channels, to);
      return;
    }
    // Whole steps while they fit: what is too much is overwritten by the next pixel.
    std::int64_t left = count * channels;
    for (; left >= kFewChannels; left -= channels, from += kFewChannels, to += channels) {
      std::memcpy(to, from, kFewChannels * sizeof(float));
    }
    for (; left > 0; left -= channels, from += kFewChannels, to += channels) {
      std::copy_n(from, channels, to);
    }
  }

  const Operands& o_;
  std::int64_t n_;
  float* sums_;      // kh rows, row r at r % kh
  float* products_;  // [kChunkPixels][width] with margins
  float* masked_;    // [kChunkPixels][oc]
  std::int64_t begin_ = 0, end_ = 0, next_ = 0;
};

}  // namespace

Support supports_backward_data_columns(const Conv2dProblem& p) {
  if (p.ic <= kFewChannels || p.params.stride > 1) return Support::yes();
  return Support::no(
      fmt::format("pays with a stride or at most {} input channels, not {}", kFewChannels, p.ic));
}

std::size_t backward_data_columns_bytes(const ColumnsIsa& isa, const Conv2dProblem& p,
                                        int threads) {
  const Plan plan(*isa.direct, p);
  const std::int64_t shared = checked_add(plan.filter_count, plan.folded_count);
  return float_bytes(checked_add(shared, checked_mul(threads, plan.thread_count)));
}

void backward_data_columns(const ColumnsIsa& isa, Context& context, const Conv2dProblem& p,
                           const Conv2dBackwardDataArgs& args, void* workspace) {
  const DirectIsa& direct = *isa.direct;
  const Plan plan(direct, p);
  // Scratch of the threads first: it is a whole number of cache lines for each.
  float* const threads_scratch = static_cast<float*>(workspace);
  float* scratch = threads_scratch + context.threads().size() * plan.thread_count;
  const FilterView view = columns_view(p, args.wei.data<float>());
  const float* packed = prepared_filters(
      context, args.cache, fmt::format("conv2d.bwd_data.cpu.columns.{}", direct.name),
      packed_count(direct, view),
      [&](float* to) { pack_filter(context.threads(), direct, view, to); }, scratch);
  const auto* mask =
      args.mask.defined() ? static_cast<const std::uint8_t*>(args.mask.raw()) : nullptr;
  float* const grad_src = args.grad_src.data<float>();
  float* const dst = folds_border(p.params) ? scratch : grad_src;
  const Operands operands{isa, p, plan, args.grad_dst.data<float>(), mask, packed, dst};

  // With zeros outside, the rows of the border are of no interest.
  const std::int64_t first = folds_border(p.params) ? 0 : p.params.pad,
                     rows = plan.padded_h - 2 * first;
  const std::int64_t band = band_rows(p, rows), bands = ceil_div(rows, band);
  context.threads().run(p.n * bands, [&](std::int64_t task, int thread) {
    const std::int64_t begin = first + task % bands * band;
    Band(operands, task / bands, threads_scratch + thread * plan.thread_count)
        .run(begin, std::min(begin + band, first + rows));
  });
  if (folds_border(p.params)) fold_border(context.threads(), p, dst, grad_src);
}

}  // namespace impasto::conv2d_kernels
