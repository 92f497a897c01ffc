// The input and output transforms. Both are a pass down the columns of a tile and one along its
// rows; the points come in pairs +-p, so each pass shares an even and an odd part between two of
// them. A vector holds channels, so nothing is ever shuffled.
//
// A pass over a whole tile is unrolled: loops would cost a layer 1 %. Tiles that a border cuts
// short are few, and loop.
#include "ops/conv2d/winograd_kernels.h"
#include "ops/conv2d/winograd_pass.h"
#include "ops/gemm/register_rows.h"
#include "tensor/simd/mask.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

// read(i, j): the vector of pixel (i, j).
template <unsigned M, class Read>
IMPASTO_INLINE void transform_input(const Read& read, float* dst, std::int64_t step) {
  constexpr unsigned n = M + 2;
  F32 columns[n][n];
  each<n>(IMPASTO_EACH(j) {
    F32 d[n], v[n];
    each<n>(IMPASTO_EACH(i) { d[i] = read(i, j); });
    input_1d<M, M>(d, v);
    each<n>(IMPASTO_EACH(i) { columns[i][j] = v[i]; });
  });
  each<n>(IMPASTO_EACH(i) {
    F32 v[n];
    input_1d<M, M>(columns[i], v);
    each<n>(IMPASTO_EACH(j) { store(dst + (i * n + j) * step, v[j]); });
  });
}

// The same of a tile that is cut short.
template <unsigned M, class Read>
IMPASTO_INLINE void transform_short_input(const WinogradInput& t, const Read& read, float* dst) {
  constexpr unsigned n = M + 2;
  F32 columns[n][n];
  with_size<M>(
      t.tile_rows, IMPASTO_EACH(size) {
        constexpr unsigned rows = decltype(size)::kValue + 2;
        for (unsigned j = 0; j < t.tile_columns + 2; ++j) {
          F32 d[rows], v[rows];
          each<rows>(IMPASTO_EACH(i) { d[i] = read(i, j); });
          input_1d<M, rows - 2>(d, v);
          each<rows>(IMPASTO_EACH(i) { columns[i][j] = v[i]; });
        }
      });
  with_size<M>(
      t.tile_columns, IMPASTO_EACH(size) {
        constexpr unsigned across = decltype(size)::kValue + 2;
        for (unsigned i = 0; i < t.tile_rows + 2; ++i) {
          F32 d[across], v[across];
          each<across>(IMPASTO_EACH(j) { d[j] = columns[i][j]; });
          input_1d<M, across - 2>(d, v);
          each<across>(IMPASTO_EACH(j) { store(dst + (i * n + j) * t.point_step, v[j]); });
        }
      });
}

// What the mask has of pixel (i, j) for the vector of channels from c on.
[[gnu::always_inline]] inline Mask mask_at(const WinogradInput& t, unsigned i, unsigned j,
                                           std::int64_t c) {
  return load_mask(t.mask + i * t.mask_row_step + j * t.mask_pixel_step + c / 8);
}

enum class Source : std::uint8_t { plain, masked, pooled };

// Where pixel (i, j) has the vector of channels from c on.
template <Source source>
[[gnu::always_inline]] inline const float* address_of(const WinogradInput& t, unsigned i,
                                                      unsigned j, std::int64_t c) {
  if constexpr (source == Source::pooled) {
    i = (i + t.odd_row) / 2, j = (j + t.odd_column) / 2;
  }
  return t.src + i * t.row_step + j * t.pixel_step + c;
}

template <Source source>
[[gnu::always_inline]] inline F32 read_pixel(const WinogradInput& t, unsigned i, unsigned j,
                                             std::int64_t c) {
  const float* at = address_of<source>(t, i, j, c);
  if constexpr (source == Source::plain) return load(at);
  const F32 value = load_where(mask_at(t, i, j, c), at);
  return source == Source::pooled ? broadcast(t.scale) * value : value;
}

// A share of what the third tile to the right will read beyond the second: memory answers later
// than a tile takes. Along rows, in the order of addresses, so that the processor's own prefetching
// joins in: fetched as the transform reads, one vector of each pixel, a layer whose picture no
// cache holds took 7 % longer, and 5 % with the loop unrolled: it must stay one instruction that
// the processor sees go along.
template <unsigned M, Source source>
[[gnu::always_inline]] inline void prefetch_right(const WinogradInput& t, std::int64_t c) {
  constexpr unsigned step = source == Source::pooled ? 2 : 1;
  constexpr unsigned line_floats = 64 / sizeof(float), columns = M / step;
  constexpr unsigned share = columns * ((M + 2) / step) * kLanes / line_floats;
  const std::int64_t lines = t.pixel_step / line_floats * columns, first = c / kLanes * share;
  std::int64_t i = first / lines * step, line = first % lines;
#pragma GCC unroll 1
  for (unsigned k = 0; k < share; ++k) {
    const float* address =
        address_of<source>(t, static_cast<unsigned>(i), 2 * M + 2, 0) + line * line_floats;
    // GCC 12 may take a loop of nothing but its own prefetches for one without effect.
    asm volatile("prefetcht1 (%0)" : : "r"(address));
    if (++line == lines) line = 0, i += step;
  }
}

inline bool outside(const WinogradInput& t, unsigned i, unsigned j) {
  return i < t.first_row || i >= t.end_row || j < t.first_column || j >= t.end_column;
}

template <unsigned M, Source source, bool clipped>
void input_vectors(const WinogradInput& t) {
  for (std::int64_t c = 0; c + kLanes <= t.channels; c += kLanes) {
    prefetch_right<M, source>(t, c);
    transform_input<M>(
        [&](unsigned i, unsigned j) __attribute__((always_inline)) {
          if (clipped && outside(t, i, j)) return F32{};
          return read_pixel<source>(t, i, j, c);
        },
        t.dst + c, t.point_step);
  }
}

template <unsigned M, Source source>
void short_input_vectors(const WinogradInput& t) {
  for (std::int64_t c = 0; c + kLanes <= t.channels; c += kLanes) {
    transform_short_input<M>(
        t,
        [&](unsigned i, unsigned j) __attribute__((always_inline)) {
          return outside(t, i, j) ? F32{} : read_pixel<source>(t, i, j, c);
        },
        t.dst + c);
  }
}

// The last channels, fewer than a vector has.
template <unsigned M>
void input_rest(const WinogradInput& t) {
  const std::int64_t rest = t.channels % kLanes, c = t.channels - rest;
  transform_short_input<M>(
      t,
      [&](unsigned i, unsigned j) {
        if (outside(t, i, j)) return F32{};
        const std::int64_t y = t.pooled ? (i + t.odd_row) / 2 : i;
        const std::int64_t x = t.pooled ? (j + t.odd_column) / 2 : j;
        const F32 value = load_partial(t.src + y * t.row_step + x * t.pixel_step + c, rest);
        if (t.mask == nullptr) return value;
        return broadcast(t.scale) * select(mask_at(t, i, j, c), value, F32{});
      },
      t.dst + c);
}

enum class Extent : std::uint8_t { whole, clipped, cut };

template <unsigned M, Source source>
void input_from(const WinogradInput& t, Extent extent) {
  if (extent == Extent::whole) return input_vectors<M, source, false>(t);
  if (extent == Extent::clipped) return input_vectors<M, source, true>(t);
  short_input_vectors<M, source>(t);
}

template <unsigned M>
void input(const WinogradInput& t) {
  const bool whole =
      t.first_row == 0 && t.end_row == M + 2 && t.first_column == 0 && t.end_column == M + 2;
  const bool cut = t.tile_rows < M || t.tile_columns < M;
  const Extent extent = cut ? Extent::cut : whole ? Extent::whole : Extent::clipped;
  if (t.pooled) {
    input_from<M, Source::pooled>(t, extent);
  } else if (t.mask != nullptr) {
    input_from<M, Source::masked>(t, extent);
  } else {
    input_from<M, Source::plain>(t, extent);
  }
  if (t.channels % kLanes != 0) input_rest<M>(t);
}

// Points to one vector of channels, a pass down the columns.
template <unsigned M>
IMPASTO_INLINE void transform_columns(const float* src, std::int64_t step, F32 (&rows)[M][M + 2]) {
  constexpr unsigned n = M + 2;
  each<n>(IMPASTO_EACH(j) {
    F32 m[n], v[M];
    each<n>(IMPASTO_EACH(i) { m[i] = load(src + (i * n + j) * step); });
    output_1d<M, M>(m, v);
    each<M>(IMPASTO_EACH(i) { rows[i][j] = v[i]; });
  });
}

// The same of a tile that is cut short.
template <unsigned M>
IMPASTO_INLINE void transform_short_columns(const WinogradOutput& t, const float* src,
                                            F32 (&rows)[M][M + 2]) {
  with_size<M>(
      t.tile_rows, IMPASTO_EACH(size) {
        constexpr unsigned outputs = decltype(size)::kValue, n = outputs + 2;
        for (unsigned j = 0; j < t.tile_columns + 2; ++j) {
          F32 m[n], v[outputs];
          each<n>(IMPASTO_EACH(i) { m[i] = load(src + (i * (M + 2) + j) * t.point_step); });
          output_1d<M, outputs>(m, v);
          each<outputs>(IMPASTO_EACH(i) { rows[i][j] = v[i]; });
        }
      });
}

// One row of points to the outputs that it has.
template <unsigned M>
IMPASTO_INLINE void transform_short_row(unsigned outputs, const F32 (&points)[M + 2], F32 (&y)[M]) {
  with_size<M>(
      outputs, IMPASTO_EACH(size) {
        constexpr unsigned across = decltype(size)::kValue;
        F32 m[across + 2], v[across];
        each<across + 2>(IMPASTO_EACH(j) { m[j] = points[j]; });
        output_1d<M, across>(m, v);
        each<across>(IMPASTO_EACH(j) { y[j] = v[j]; });
      });
}

constexpr std::uint32_t kAll = ~0u;

struct Place {
  std::int64_t c;      // first channel
  std::int64_t count;  // channels that exist, at most kLanes
};

[[gnu::always_inline]] inline void put(const WinogradOutput& t, float* to, F32 value,
                                       const Place& place) {
  if (place.count < kLanes) {
    store_partial(to, value, place.count);
  } else if (t.stream) {
    store_streaming(to, value);
  } else {
    store(to, value);
  }
}

// The bits of one pixel; none behind the last channel.
[[gnu::always_inline]] inline void put_bits(const WinogradOutput& t, unsigned i, unsigned j,
                                            std::uint32_t bits, const Place& place) {
  if (place.count < kLanes) bits &= (1u << place.count) - 1;
  store_bits(t.mask + i * t.mask_row_step + j * t.mask_pixel_step + place.c / 8, bits);
}

// Rows i and i + 1 of a tile's outputs, for one vector of channels.
template <unsigned M>
struct TwoRows {
  F32 y[2][M];
  unsigned i;
};

template <unsigned M>
IMPASTO_INLINE void write_plain(const WinogradOutput& t, const TwoRows<M>& rows,
                                const Place& place) {
  each<2>(IMPASTO_EACH(k) {
    each<M>(IMPASTO_EACH(j) {
      if (rows.i + k >= t.rows || j >= t.columns) return;
      const F32 value = rows.y[k][j];
      put(t, t.dst + (rows.i + k) * t.row_step + j * t.pixel_step + place.c, value, place);
      if (t.mask != nullptr) put_bits(t, rows.i + k, j, positive_bits(value), place);
    });
  });
}

// The larger of two, and whether it is b: b is greater, or the first NaN.
[[gnu::always_inline]] inline F32 larger(F32 a, F32 b, std::uint32_t& is_b) {
  const Mask mask = not_at_most(b, a) & ~not_at_most(a, a);
  is_b = bits_of(mask);
  return select(mask, b, a);
}

// Four outputs that a pool makes one of, the first at (i, j).
struct Window {
  F32 y[2][2];
  unsigned i, j;
};

IMPASTO_INLINE void put_pooled(const WinogradOutput& t, const Window& w, F32 value,
                               const Place& place) {
  put(t, t.dst + w.i / 2 * t.row_step + w.j / 2 * t.pixel_step + place.c, value, place);
}

IMPASTO_INLINE void write_maximum(const WinogradOutput& t, const Window& w, const Place& place) {
  std::uint32_t right_above, right_below, below;
  const F32 top = larger(w.y[0][0], w.y[0][1], right_above);
  const F32 bottom = larger(w.y[1][0], w.y[1][1], right_below);
  F32 value = larger(top, bottom, below);
  if (t.relu) value = relu(value);
  put_pooled(t, w, value, place);
  if (t.mask == nullptr) return;
  const std::uint32_t passes = t.relu ? positive_bits(value) : kAll;
  put_bits(t, w.i, w.j, passes & ~below & ~right_above, place);
  put_bits(t, w.i, w.j + 1, passes & ~below & right_above, place);
  put_bits(t, w.i + 1, w.j, passes & below & ~right_below, place);
  put_bits(t, w.i + 1, w.j + 1, passes & below & right_below, place);
}

IMPASTO_INLINE void write_average(const WinogradOutput& t, const Window& w, const Place& place) {
  const F32 sum = (w.y[0][0] + w.y[0][1]) + (w.y[1][0] + w.y[1][1]);
  put_pooled(t, w, sum * broadcast(0.25f), place);
  if (t.mask == nullptr) return;
  for (unsigned k = 0; k < 4; ++k) {
    put_bits(t, w.i + k / 2, w.j + k % 2, t.relu ? positive_bits(w.y[k / 2][k % 2]) : kAll, place);
  }
}

// An odd row or column at the end is in no window: none of its outputs reaches dst.
IMPASTO_INLINE void drop_window(const WinogradOutput& t, const Window& w, const Place& place) {
  if (t.mask == nullptr) return;
  for (unsigned k = 0; k < 4; ++k) {
    const unsigned y = w.i + k / 2, x = w.j + k % 2;
    if (y < t.rows && x < t.columns) put_bits(t, y, x, 0, place);
  }
}

template <unsigned M>
IMPASTO_INLINE void write_pooled(const WinogradOutput& t, const TwoRows<M>& rows,
                                 const Place& place) {
  each<M / 2>(IMPASTO_EACH(half) {
    constexpr unsigned j = 2 * decltype(half)::kValue;
    const Window window = {
        {{rows.y[0][j], rows.y[0][j + 1]}, {rows.y[1][j], rows.y[1][j + 1]}}, rows.i, j};
    if (rows.i + 1 >= t.rows || j + 1 >= t.columns) {
      drop_window(t, window, place);
    } else if (t.pool == TilePool::max) {
      write_maximum(t, window, place);
    } else {
      write_average(t, window, place);
    }
  });
}

template <unsigned M, bool cut>
void output_tile(const WinogradOutput& given) {
  const WinogradOutput t = given;  // whatever is written, this stays
  // The maximum of what ReLU lets through is ReLU of the maximum: a quarter of the work.
  const bool each_relu = t.relu && t.pool != TilePool::max;
  for (std::int64_t c = 0; c < t.channels; c += kLanes) {
    const Place place{c, t.channels - c < kLanes ? t.channels - c : kLanes};
    F32 bias = {};
    if (t.bias != nullptr) {
      bias = place.count < kLanes ? load_partial(t.bias + c, place.count) : load(t.bias + c);
    }
    F32 points[M][M + 2];
    if constexpr (cut) {
      transform_short_columns<M>(t, t.src + c, points);
    } else {
      transform_columns<M>(t.src + c, t.point_step, points);
    }
    for (unsigned i = 0; i < (cut ? t.tile_rows : M); i += 2) {
      TwoRows<M> rows;
      rows.i = i;
      each<2>(IMPASTO_EACH(k) {
        if constexpr (cut) {
          each<M>(IMPASTO_EACH(j) { rows.y[k][j] = F32{}; });
          transform_short_row<M>(t.tile_columns, points[i + k], rows.y[k]);
        } else {
          output_1d<M, M>(points[i + k], rows.y[k]);
        }
        each<M>(IMPASTO_EACH(j) {
          rows.y[k][j] += bias;
          if (each_relu) rows.y[k][j] = relu(rows.y[k][j]);
        });
      });
      if (t.pool == TilePool::none) {
        write_plain<M>(t, rows, place);
      } else {
        write_pooled<M>(t, rows, place);
      }
    }
  }
}

template <unsigned M>
void output(const WinogradOutput& t) {
  if (t.tile_rows == M && t.tile_columns == M) return output_tile<M, false>(t);
  output_tile<M, true>(t);
}

#define IMPASTO_TEXT_(x) #x
#define IMPASTO_TEXT(x) IMPASTO_TEXT_(x)

template <unsigned M>
constexpr WinogradForm form() {
  return {IMPASTO_TEXT(IMPASTO_ISA),
          M,
          kWinogradPairs<M>,
          kLanes,
          gemm_tile::IMPASTO_ISA::kMaxVectors,
          input<M>,
          winograd_multiply,
          output<M>,
          streaming_fence};
}

}  // namespace

const WinogradForm kWinograd4 = form<4>(), kWinograd6 = form<6>();

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
