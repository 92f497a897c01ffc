// Walks the tiles. With many of them, a task takes some tiles through all three steps, so that what
// lies between the steps stays in its core's cache and threads never wait for each other. With few
// tiles that would read all filters once a thread, and filters are then the larger part: so all
// tiles are transformed first, and a task takes one block of output channels from there on.
//
// A tile's result does not depend on the tiles beside it: the cut changes no bits.
#include "ops/conv2d/winograd.h"

#include <algorithm>

#include "tensor/checked.h"

namespace impasto::conv2d_kernels {
namespace {

constexpr std::int64_t kOut = kWinogradOutputs, kIn = kWinogradInputs, kPoints = kWinogradPoints;

// Tiles of a task: whole register tiles of 6. Their transformed inputs and products fill most of
// the second-level cache; more would read the filters less often, and the optimum is flat. Up to
// kFewTiles, sharing pays.
constexpr std::int64_t kTaskTiles = 30, kFewTiles = 96, kFewTasks = 8;

// Outputs for which a filter is worth transforming in every call.
constexpr std::int64_t kFilterPays = 2048;

// Results larger than this are written past the caches.
constexpr std::int64_t kStreamFloats = 1 << 20;

struct Plan {
  std::int64_t rows = 0, columns = 0, count = 0;  // tiles
  std::int64_t step = 0;                          // floats from tile to tile of V
  std::int64_t tasks = 0, task_tiles = 0;         // the most tiles of a task
  bool share_input = false;
};

Plan make_plan(const WinogradIsa& isa, const Correlation& c) {
  Plan plan;
  plan.rows = ceil_div(c.oh, kOut);
  plan.columns = ceil_div(c.ow, kOut);
  plan.count = checked_mul(c.n, checked_mul(plan.rows, plan.columns));
  plan.step = ceil_div(c.ic, isa.lanes) * isa.lanes + 16;  // not a power of two: other cache sets
  plan.share_input = plan.count <= kFewTiles;
  plan.task_tiles = plan.share_input ? plan.count : kTaskTiles;
  plan.tasks = ceil_div(plan.count, plan.task_tiles);
  return plan;
}

// One thread's share of the workspace, in floats. A point's matrix is followed by some floats, so
// that points do not fall on the same cache sets.
std::int64_t point_step(const Plan& plan) {
  return plan.task_tiles * plan.step + 16;
}
std::int64_t input_count(const Plan& plan) {
  return kPoints * point_step(plan);
}
std::int64_t product_step(const WinogradIsa& isa, const Plan& plan) {
  return plan.task_tiles * block_channels(isa) + 16;
}
std::int64_t patch_count(const Correlation& c) {
  return c.pad_mode == PadMode::zero ? 0 : ceil_div(kIn * kIn * c.ic, 16) * 16;
}
std::int64_t own_count(const WinogradIsa& isa, const Correlation& c, const Plan& plan) {
  return (plan.share_input ? 0 : input_count(plan)) + kPoints * product_step(isa, plan) +
         patch_count(c);
}
std::int64_t scratch_count(const WinogradIsa& isa, const Correlation& c, int threads) {
  const Plan plan = make_plan(isa, c);
  return checked_add(plan.share_input ? input_count(plan) : 0,
                     checked_mul(threads, own_count(isa, c, plan)));
}

struct TilePlace {
  std::int64_t n, y, x;  // the tile's first output
};

TilePlace place_of(const Plan& plan, std::int64_t tile) {
  const std::int64_t row = tile / plan.columns;
  return {row / plan.rows, row % plan.rows * kOut, tile % plan.columns * kOut};
}

class Walker {
 public:
  Walker(const WinogradIsa& isa, const Correlation& correlation, const Plan& plan)
      : isa_(isa), c_(correlation), plan_(plan) {}

  // Tiles [begin, end) into V.
  void transform_input(std::int64_t begin, std::int64_t end, float* v, float* patch) const {
    for (std::int64_t tile = begin; tile < end; ++tile, v += plan_.step) {
      input_tile(place_of(plan_, tile), v, patch);
    }
  }

  // One block of output channels of tiles [begin, end), from V.
  void compute_block(std::int64_t block, std::int64_t begin, std::int64_t end, const float* v,
                     float* product) const {
    const std::int64_t first = block * block_channels(isa_);
    const std::int64_t channels = std::min(block_channels(isa_), c_.oc - first);
    WinogradProduct p;
    p.vectors = static_cast<unsigned>(ceil_div(channels, isa_.lanes));
    p.src_step = plan_.step;
    p.rows = end - begin;
    p.depth = c_.ic;
    const std::int64_t width = std::int64_t{p.vectors} * isa_.lanes;
    const float* filters = c_.packed + first * kPoints * c_.ic;
    for (std::int64_t f = 0; f < kPoints; ++f) {
      p.src = v + f * point_step(plan_);
      p.wei = filters + f * c_.ic * width;
      p.next_src = p.src + point_step(plan_);
      p.next_wei = p.wei + c_.ic * width;
      p.dst = product + f * product_step(isa_, plan_);
      isa_.multiply(p);
    }
    for (std::int64_t tile = begin; tile < end; ++tile) {
      output_tile(place_of(plan_, tile), first, channels, product + (tile - begin) * width);
    }
  }

 private:
  void input_tile(const TilePlace& place, float* v, float* patch) const {
    const std::int64_t y = place.y - c_.top, x = place.x - c_.left;
    WinogradInput t;
    t.channels = c_.ic;
    t.dst = v;
    t.point_step = point_step(plan_);
    const bool inside = y >= 0 && x >= 0 && y + kIn <= c_.h && x + kIn <= c_.w;
    if (!inside && c_.pad_mode != PadMode::zero) {
      copy_patch(place.n, y, x, patch);
      t.src = patch;
      t.row_step = kIn * c_.ic;
      t.pixel_step = c_.ic;
      return isa_.input(t);
    }
    const bool pooled = c_.src_pool.has_value();
    const std::int64_t h = pooled ? c_.h / 2 * 2 : c_.h, w = pooled ? c_.w / 2 * 2 : c_.w;
    t.first_row = clip(-y), t.end_row = clip(h - y);
    t.first_column = clip(-x), t.end_column = clip(w - x);
    t.pixel_step = c_.ic;
    if (pooled) {
      t.pooled = true;
      t.scale = *c_.src_pool == PoolKind::average ? 0.25f : 1.0f;
      t.odd_row = y & 1, t.odd_column = x & 1;
      t.row_step = w / 2 * c_.ic;
      t.src = c_.src + ((place.n * (h / 2) + (y >> 1)) * (w / 2) + (x >> 1)) * c_.ic;
    } else {
      t.row_step = c_.w * c_.ic;
      t.src = c_.src + ((place.n * c_.h + y) * c_.w + x) * c_.ic;
    }
    if (c_.src_mask != nullptr) {
      t.mask_pixel_step = mask_channels(c_.ic) / 8;
      t.mask_row_step = c_.w * t.mask_pixel_step;
      t.mask = c_.src_mask + ((place.n * c_.h + y) * c_.w + x) * t.mask_pixel_step;
    }
    isa_.input(t);
  }

  static unsigned clip(std::int64_t i) {
    return static_cast<unsigned>(std::clamp<std::int64_t>(i, 0, kIn));
  }

  // Reflected and repeated borders: the tile as it would be inside the padded picture.
  void copy_patch(std::int64_t n, std::int64_t y, std::int64_t x, float* patch) const {
    for (std::int64_t i = 0; i < kIn; ++i) {
      const std::int64_t sy = padded_row(y + i, c_.h);
      for (std::int64_t j = 0; j < kIn; ++j, patch += c_.ic) {
        const std::int64_t sx = padded_row(x + j, c_.w);
        std::copy_n(c_.src + ((n * c_.h + sy) * c_.w + sx) * c_.ic, c_.ic, patch);
      }
    }
  }

  // Tiles reach past the padded picture; what they read there does not count, but must exist.
  std::int64_t padded_row(std::int64_t i, std::int64_t size) const {
    return padded_source(std::min(i, size + c_.top - 1), size, c_.pad_mode);
  }

  void output_tile(const TilePlace& place, std::int64_t first, std::int64_t channels,
                   const float* product) const {
    WinogradOutput t;
    t.src = product;
    t.point_step = product_step(isa_, plan_);
    t.bias = c_.bias == nullptr ? nullptr : c_.bias + first;
    t.relu = c_.relu;
    t.rows = static_cast<unsigned>(std::min(kOut, c_.oh - place.y));
    t.columns = static_cast<unsigned>(std::min(kOut, c_.ow - place.x));
    t.channels = channels;
    t.pixel_step = c_.oc;
    const std::int64_t shrink = c_.dst_pool ? 2 : 1;
    const std::int64_t h = c_.oh / shrink, w = c_.ow / shrink;
    if (c_.dst_pool) t.pool = *c_.dst_pool == PoolKind::max ? TilePool::max : TilePool::average;
    t.row_step = w * c_.oc;
    t.dst = c_.dst + ((place.n * h + place.y / shrink) * w + place.x / shrink) * c_.oc + first;
    t.stream = c_.n * h * w * c_.oc > kStreamFloats && c_.oc % isa_.lanes == 0;
    if (c_.mask != nullptr) {
      t.mask_pixel_step = mask_channels(c_.oc) / 8;
      t.mask_row_step = c_.ow * t.mask_pixel_step;
      t.mask =
          c_.mask + ((place.n * c_.oh + place.y) * c_.ow + place.x) * t.mask_pixel_step + first / 8;
    }
    isa_.output(t);
  }

  const WinogradIsa& isa_;
  const Correlation& c_;
  const Plan& plan_;
};

void correlate(ThreadPool& threads, const WinogradIsa& isa, const Correlation& c, float* scratch) {
  const Plan plan = make_plan(isa, c);
  const Walker walker(isa, c, plan);
  const std::int64_t blocks = ceil_div(c.oc, block_channels(isa)), own = own_count(isa, c, plan);
  float* shared = scratch;
  if (plan.share_input) scratch += input_count(plan);
  if (!plan.share_input) {
    return threads.run(plan.tasks, [&](std::int64_t task, int thread) {
      float* v = scratch + thread * own;
      float* product = v + input_count(plan);
      const std::int64_t begin = task * plan.task_tiles;
      const std::int64_t end = std::min(plan.count, begin + plan.task_tiles);
      walker.transform_input(begin, end, v, product + kPoints * product_step(isa, plan));
      for (std::int64_t block = 0; block < blocks; ++block) {
        walker.compute_block(block, begin, end, v, product);
      }
      isa.finish();
    });
  }
  threads.run(plan.count, [&](std::int64_t tile, int thread) {
    float* patch = scratch + thread * own + kPoints * product_step(isa, plan);
    walker.transform_input(tile, tile + 1, shared + tile * plan.step, patch);
  });
  // Each block of channels by one task, so that its filters are read once; a network with few
  // channels has its tiles cut as well.
  const std::int64_t groups = std::clamp<std::int64_t>(ceil_div(kFewTasks, blocks), 1, plan.count);
  threads.run(blocks * groups, [&](std::int64_t task, int thread) {
    const std::int64_t group = task % groups, begin = group * plan.count / groups;
    walker.compute_block(task / groups, begin, (group + 1) * plan.count / groups,
                         shared + begin * plan.step, scratch + thread * own);
    isa.finish();
  });
}

Support supports_winograd(const Conv2dProblem& p) {
  if (p.kh != 3 || p.kw != 3 || p.params.stride != 1) {
    return Support::no("needs 3x3 filters and stride 1");
  }
  if (p.ic < 16 || p.oc < 16) return Support::no("needs at least 16 channels on both sides");
  const std::int64_t outputs = p.oh() * p.ow();
  const std::int64_t tiles = ceil_div(p.oh(), kOut) * ceil_div(p.ow(), kOut);
  if (outputs * 9 < tiles * kPoints * 4 / 3) {
    return Support::no(fmt::format("{} x {} outputs fill too little of its tiles", p.oh(), p.ow()));
  }
  if (!p.filter_cached && outputs < kFilterPays) {
    return Support::no("the filter may change, and transforming it would cost more than is saved");
  }
  return Support::yes();
}

const float* filters_of(Context& context, const WinogradIsa& isa, const FilterView& view,
                        FilterCache* cache, const char* direction, float*& scratch) {
  return prepared_filters(
      context, cache, fmt::format("conv2d.{}.cpu.winograd4.{}", direction, isa.name),
      transformed_count(isa, view),
      [&](float* to) { transform_filter(context.threads(), isa, view, to); }, scratch);
}

}  // namespace

Support supports_forward_winograd(const Conv2dProblem& p) {
  return supports_winograd(p);
}

Support supports_backward_data_winograd(const Conv2dProblem& p) {
  return supports_winograd(p);
}

std::size_t forward_winograd_bytes(const WinogradIsa& isa, const Conv2dProblem& p, int threads) {
  const std::int64_t filters =
      p.filter_cached ? 0 : transformed_count(isa, forward_view(p, nullptr));
  return float_bytes(checked_add(filters, scratch_count(isa, forward_correlation(p), threads)));
}

void forward_winograd(const WinogradIsa& isa, Context& context, const Conv2dProblem& p,
                      const Conv2dForwardArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = forward_correlation(p);
  set_operands(c, args);
  c.packed =
      filters_of(context, isa, forward_view(p, args.wei.data<float>()), args.cache, "fwd", scratch);
  correlate(context.threads(), isa, c, scratch);
}

std::size_t backward_data_winograd_bytes(const WinogradIsa& isa, const Conv2dProblem& p,
                                         int threads) {
  const Correlation c = backward_correlation(p);
  const std::int64_t filters =
      p.filter_cached ? 0 : transformed_count(isa, backward_data_view(p, nullptr));
  const std::int64_t padded = folds_border(p.params) ? checked_add(padded_count(c), 16) : 0;
  return float_bytes(checked_add(checked_add(filters, padded), scratch_count(isa, c, threads)));
}

void backward_data_winograd(const WinogradIsa& isa, Context& context, const Conv2dProblem& p,
                            const Conv2dBackwardDataArgs& args, void* workspace) {
  float* scratch = static_cast<float*>(workspace);
  Correlation c = backward_correlation(p);
  set_operands(c, args);
  c.packed = filters_of(context, isa, backward_data_view(p, args.wei.data<float>()), args.cache,
                        "bwd_data", scratch);
  if (!folds_border(p.params)) return correlate(context.threads(), isa, c, scratch);
  float* grad_src = c.dst;
  c.dst = scratch;
  correlate(context.threads(), isa, c, scratch + ceil_div(padded_count(c), 16) * 16);
  fold_border(context.threads(), p, c.dst, grad_src);
}

}  // namespace impasto::conv2d_kernels
