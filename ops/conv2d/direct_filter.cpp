// Backward-filter over the register tile: grad_wei[o, i, j, c] is a product of the gradient and of
// the picture shifted by tap (i, j), summed over pixels. Output channels take the place of the
// tile's pixels, k runs over a block of some 200 pixels, and the columns are what a pixel reads of
// one row of the picture: taps and channels (j, c) lie side by side there, so that 16 channels
// fill three vectors and not three halves. Of a picture of few channels the columns are the whole
// patch, rows and all.
//
// A task owns some o and some c of a slab of the pictures. For each block of pixels it lays picture
// and gradient out as the tile reads them, in the second cache, which takes a few percent of the
// time that the products take: each float that is copied is multiplied hundreds of times. A filter
// too small to make enough tasks is summed slab by slab of the pictures; slabs are cut by the
// problem and added in order.
#include <algorithm>

#include "ops/conv2d/filter_panels.h"
#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kBlockPixels = 192, kBlockColumns = 64;
constexpr std::int64_t kGroupChannels = 96;  // output channels of a task
constexpr std::int64_t kPanelChannels = 64;  // input channels of a task
constexpr std::int64_t kTasks = 16;          // enough for many cores
constexpr std::int64_t kSlabPixels = 1024;   // of a slab, at least
constexpr std::int64_t kPartialFloats = 1 << 22;
constexpr std::int64_t kLine = 16;  // floats of a cache line
constexpr unsigned kTileVectors = 2;

std::int64_t round_up(std::int64_t count, std::int64_t unit) {
  return ceil_div(count, unit) * unit;
}

// A range [begin, end) of channels.
struct Range {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
};
Range piece(std::int64_t count, std::int64_t size, std::int64_t index) {
  return {index * size, std::min((index + 1) * size, count)};
}

// How the work is cut; a pure function of the problem. Counts are in floats.
struct Plan {
  Plan(const DirectIsa& isa, const Conv2dProblem& p) : lanes(isa.lanes) {
    tile_rows = isa.max_pixels[kTileVectors];
    group_size = round_up(ceil_div(p.oc, ceil_div(p.oc, kGroupChannels)), 4);
    groups = ceil_div(p.oc, group_size);
    const std::int64_t even = ceil_div(p.ic, ceil_div(p.ic, kPanelChannels));
    panel_size = p.ic <= kPanelChannels ? p.ic : round_up(even, lanes);
    panels = ceil_div(p.ic, panel_size);
    rows_together = p.kh > 1 && p.kh * p.ic <= 16;
    tap_rows = rows_together ? 1 : p.kh;
    width = round_up(p.kw * panel({0, panel_size}).pixel_floats(p), lanes);

    // Where a float of the gradient is multiplied only a few times it is read in place, in blocks
    // that follow each other in memory, and a block fetches the next one.
    in_place = tap_rows * width <= 4 * lanes;
    const std::int64_t widest = in_place ? kBlockPixels : kBlockColumns;
    block_columns = ceil_div(p.ow(), ceil_div(p.ow(), widest));
    block_rows = std::clamp<std::int64_t>(kBlockPixels / block_columns, 1, p.oh());
    bands = p.n * ceil_div(p.oh(), block_rows);

    const std::int64_t group_sums = checked_mul(group_size, checked_mul(tap_rows, width));
    sums_count = round_up(group_sums, kLine);
    const std::int64_t owners = groups * panels, pixels = p.n * p.oh() * p.ow();
    const std::int64_t slabs_wanted =
        std::min({ceil_div(kTasks, owners), ceil_div(pixels, kSlabPixels), bands,
                  kPartialFloats / checked_mul(owners, sums_count)});
    slab_bands = ceil_div(bands, std::max<std::int64_t>(slabs_wanted, 1));
    slabs = ceil_div(bands, slab_bands);

    const PicturePanel widest_panel = panel({0, panel_size});
    const std::int64_t picture_pixels =
        checked_mul(widest_panel.rows(p, block_rows), widest_panel.columns(p, block_columns));
    picture_count =
        round_up(checked_mul(picture_pixels, widest_panel.pixel_floats(p)) + 4 * lanes, kLine);
    gradient_count = in_place ? 0 : round_up(group_size, tile_rows) * block_rows * block_columns;
    gradient_count = round_up(gradient_count, kLine);
    thread_count = checked_add(picture_count + gradient_count, slabs == 1 ? sums_count : 0);
    partial_count = slabs == 1 ? 0 : checked_mul(slabs * owners, sums_count);
  }

  PicturePanel panel(Range channels) const {
    return {channels.begin, channels.size(), rows_together};
  }

  std::int64_t lanes, tile_rows;
  std::int64_t group_size, groups;  // output channels
  std::int64_t panel_size, panels;  // input channels
  bool rows_together, in_place;
  std::int64_t tap_rows, width;  // sums of a task: [o][tap_rows][width]
  std::int64_t block_columns, block_rows, bands;
  std::int64_t slab_bands, slabs;
  std::int64_t sums_count, picture_count, gradient_count, thread_count, partial_count;
};

struct Operands {
  const DirectIsa& isa;
  const Conv2dProblem& p;
  const Plan& plan;
  const float* src;
  const float* grad_dst;
  float* grad_wei;
};

// Sums of some output channels and one panel of the picture.
class Task {
 public:
  Task(const Operands& operands, std::int64_t group, std::int64_t panel, float* sums)
      : o_(operands),
        channels_(piece(o_.p.oc, o_.plan.group_size, group)),
        panel_(o_.plan.panel(piece(o_.p.ic, o_.plan.panel_size, panel))),
        sums_(sums) {}

  // Over bands of block_rows rows of output pixels.
  void sum(Range bands, float* scratch) {
    const Plan& plan = o_.plan;
    const std::int64_t picture_bands = ceil_div(o_.p.oh(), plan.block_rows);
    tile_.accumulate = false;
    for (std::int64_t band = bands.begin; band < bands.end; ++band) {
      PixelBlock block;
      block.n = band / picture_bands;
      block.y = band % picture_bands * plan.block_rows;
      block.rows = std::min(plan.block_rows, o_.p.oh() - block.y);
      for (; block.x < o_.p.ow(); block.x += plan.block_columns) {
        block.columns = std::min(plan.block_columns, o_.p.ow() - block.x);
        add_block(block, scratch, scratch + plan.picture_count);
        tile_.accumulate = true;
      }
    }
  }

  // Writes sums of output channel o, counted from the first of the task, to where they belong.
  void unpack(std::int64_t o) const {
    const Conv2dProblem& p = o_.p;
    const float* from = sums_ + o * o_.plan.tap_rows * o_.plan.width;
    float* to = o_.grad_wei + (channels_.begin + o) * p.kh * p.kw * p.ic + panel_.c;
    for (std::int64_t i = 0; i < p.kh; ++i) {
      for (std::int64_t j = 0; j < p.kw; ++j, to += p.ic) {
        const std::int64_t at = panel_.rows_together ? (j * p.kh + i) * panel_.channels
                                                     : i * o_.plan.width + j * panel_.channels;
        std::copy_n(from + at, panel_.channels, to);
      }
    }
  }

  std::int64_t channels() const { return channels_.size(); }

 private:
  void add_block(const PixelBlock& block, float* picture, float* gradient) {
    const Conv2dProblem& p = o_.p;
    const Plan& plan = o_.plan;
    pack_picture(p, panel_, block, o_.src, picture);
    const float* grad =
        o_.grad_dst + ((block.n * p.oh() + block.y) * p.ow() + block.x) * p.oc + channels_.begin;
    const std::int64_t pixels = block.rows * block.columns;
    if (!plan.in_place) {
      pack_gradient(p, {channels_.begin, channels(), plan.tile_rows}, block, o_.grad_dst, gradient);
    }
    const std::int64_t row = panel_.columns(p, block.columns) * panel_.pixel_floats(p);
    tile_.rows = block.rows;
    tile_.run = block.columns;
    tile_.pixel_step = 1;
    tile_.src_step = plan.in_place ? p.oc : plan.tile_rows;
    tile_.row_step = plan.in_place ? p.ow() * p.oc : block.columns * plan.tile_rows;
    tile_.wei_step = p.params.stride * panel_.pixel_floats(p);
    tile_.wei_row_step = (plan.rows_together ? 1 : p.params.stride) * row;
    tile_.dst_step = plan.tap_rows * plan.width;
    set_ahead(grad, pixels);
    for (std::int64_t i = 0; i < plan.tap_rows; ++i) {
      add_tap_row(i, picture + i * row, plan.in_place ? grad : gradient, pixels);
    }
  }

  // All columns of one row of taps.
  void add_tap_row(std::int64_t i, const float* picture, const float* gradient,
                   std::int64_t pixels) {
    const Plan& plan = o_.plan;
    const std::int64_t columns = o_.p.kw * panel_.pixel_floats(o_.p);
    const std::int64_t width = kTileVectors * plan.lanes;
    for (std::int64_t q = 0; q < columns; q += width) {
      const std::int64_t left = ceil_div(columns - q, plan.lanes);
      const unsigned vectors = static_cast<unsigned>(std::min<std::int64_t>(left, kTileVectors));
      tile_.channels = vectors * plan.lanes;
      tile_.wei = picture + q;
      for (std::int64_t o = 0; o < channels(); o += plan.tile_rows) {
        const std::int64_t rows = std::min(plan.tile_rows, channels() - o);
        tile_.src = plan.in_place ? gradient + o : gradient + o * pixels;
        tile_.dst = sums_ + (o * plan.tap_rows + i) * plan.width + q;
        o_.isa.tile(tile_, static_cast<unsigned>(rows), vectors);
        if (tile_.ahead != nullptr) tile_.ahead += pixels * tile_.ahead_step;
      }
    }
  }

  // The tiles of a block that is read in place fetch what follows it, each its share.
  void set_ahead(const float* grad, std::int64_t pixels) {
    const Plan& plan = o_.plan;
    if (!plan.in_place || plan.groups > 1) return;
    const std::int64_t tiles = plan.tap_rows * ceil_div(plan.width, kTileVectors * plan.lanes) *
                               ceil_div(channels(), plan.tile_rows);
    tile_.ahead = grad + pixels * o_.p.oc;
    tile_.ahead_step = ceil_div(o_.p.oc, tiles);
  }

  const Operands& o_;
  Range channels_;
  PicturePanel panel_;
  float* sums_;  // [o][tap_rows][width]
  DirectTile tile_;
};

// Enough tasks without slabs: each sums in its thread's scratch and writes its part of grad_wei.
void sum_tasks(ThreadPool& threads, const Operands& o, float* scratch) {
  const Plan& plan = o.plan;
  threads.run(plan.groups * plan.panels, [&](std::int64_t index, int thread) {
    float* own = scratch + thread * plan.thread_count;
    Task task(o, index % plan.groups, index / plan.groups,
              own + plan.picture_count + plan.gradient_count);
    task.sum({0, plan.bands}, own);
    for (std::int64_t c = 0; c < task.channels(); ++c) task.unpack(c);
  });
}

void sum_slabs(ThreadPool& threads, const Operands& o, float* scratch, float* partial) {
  const Plan& plan = o.plan;
  const std::int64_t owners = plan.groups * plan.panels;
  threads.run(plan.slabs * owners, [&](std::int64_t index, int thread) {
    Task task(o, index % plan.groups, index % owners / plan.groups,
              partial + index * plan.sums_count);
    task.sum(piece(plan.bands, plan.slab_bands, index / owners),
             scratch + thread * plan.thread_count);
  });
  const std::int64_t row = plan.tap_rows * plan.width;
  threads.run(owners * plan.group_size, [&](std::int64_t index, int) {
    const std::int64_t owner = index / plan.group_size, c = index % plan.group_size;
    float* sums = partial + owner * plan.sums_count;
    const Task task(o, owner % plan.groups, owner / plan.groups, sums);
    if (c >= task.channels()) return;
    for (std::int64_t slab = 1; slab < plan.slabs; ++slab) {
      const float* more = sums + slab * owners * plan.sums_count;
      for (std::int64_t q = c * row; q < (c + 1) * row; ++q) sums[q] += more[q];
    }
    task.unpack(c);
  });
}

}  // namespace

std::size_t backward_filter_direct_bytes(const DirectIsa& isa, const Conv2dProblem& p,
                                         int threads) {
  const Plan plan(isa, p);
  const std::int64_t count =
      checked_add(checked_mul(threads, plan.thread_count), plan.partial_count);
  return static_cast<std::size_t>(checked_mul(count, sizeof(float)));
}

void backward_filter_direct(const DirectIsa& isa, Context& context, const Conv2dProblem& p,
                            const Conv2dBackwardFilterArgs& args, void* workspace) {
  const Plan plan(isa, p);
  const Operands operands{isa,
                          p,
                          plan,
                          args.src.data<float>(),
                          args.grad_dst.data<float>(),
                          args.grad_wei.data<float>()};
  float* scratch = static_cast<float*>(workspace);
  if (plan.slabs == 1) return sum_tasks(context.threads(), operands, scratch);
  sum_slabs(context.threads(), operands, scratch,
            scratch + context.threads().size() * plan.thread_count);
}

}  // namespace impasto::conv2d_kernels
