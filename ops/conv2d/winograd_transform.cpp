// The input and output transforms. Both are a pass down the columns of a tile and one along its
// rows; the points come in pairs +-p, so each pass shares an even and an odd part between two of
// them. A vector holds channels, so nothing is ever shuffled.
#include "ops/conv2d/winograd_kernels.h"
#include "ops/conv2d/winograd_rows.h"
#include "tensor/simd/mask.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr float kA = kPointA, kB = kPointB;
constexpr float kA2 = kPointA * kPointA, kB2 = kPointB * kPointB;
constexpr float kA3 = kA2 * kA, kB3 = kB2 * kB;
constexpr float kProduct = kA2 * kB2, kSum = kA2 + kB2;  // all exact in binary

inline F32 add_scaled(F32 a, float scale, F32 b) {
  return multiply_add(broadcast(scale), b, a);
}

// Coefficients of prod (x - q) over all points q but the one of the row; infinity has all of them.
[[gnu::always_inline]] inline void input_1d(const F32 (&d)[6], F32 (&v)[6]) {
  const F32 even_a = add_scaled(d[4], -kB2, d[2]), odd_a = add_scaled(d[3], -kB2, d[1]);
  const F32 even_b = add_scaled(d[4], -kA2, d[2]), odd_b = add_scaled(d[3], -kA2, d[1]);
  v[0] = add_scaled(add_scaled(d[4], -kSum, d[2]), kProduct, d[0]);
  v[1] = add_scaled(even_a, kA, odd_a);
  v[2] = add_scaled(even_a, -kA, odd_a);
  v[3] = add_scaled(even_b, kB, odd_b);
  v[4] = add_scaled(even_b, -kB, odd_b);
  v[5] = add_scaled(add_scaled(d[5], -kSum, d[3]), kProduct, d[1]);
}

// Powers of the points.
[[gnu::always_inline]] inline void output_1d(const F32 (&m)[6], F32 (&y)[4]) {
  const F32 sum_a = m[1] + m[2], difference_a = m[1] - m[2];
  const F32 sum_b = m[3] + m[4], difference_b = m[3] - m[4];
  y[0] = m[0] + sum_a + sum_b;
  y[1] = add_scaled(broadcast(kA) * difference_a, kB, difference_b);
  y[2] = add_scaled(broadcast(kA2) * sum_a, kB2, sum_b);
  y[3] = add_scaled(add_scaled(m[5], kA3, difference_a), kB3, difference_b);
}

// read(i, j): the vector of pixel (i, j).
template <class Read>
[[gnu::always_inline]] inline void transform_input(Read read, float* dst, std::int64_t step) {
  F32 columns[6][6];
  for (unsigned j = 0; j < 6; ++j) {
    F32 d[6], v[6];
    for (unsigned i = 0; i < 6; ++i) d[i] = read(i, j);
    input_1d(d, v);
    for (unsigned i = 0; i < 6; ++i) columns[i][j] = v[i];
  }
  for (unsigned i = 0; i < 6; ++i) {
    F32 v[6];
    input_1d(columns[i], v);
    for (unsigned j = 0; j < 6; ++j) store(dst + (i * 6 + j) * step, v[j]);
  }
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

// What the next tile to the right reads beyond this one, and the third one beyond the second:
// memory answers later than a tile takes.
template <Source source>
[[gnu::always_inline]] inline void prefetch_right(const WinogradInput& t, std::int64_t c) {
  constexpr unsigned step = source == Source::pooled ? 2 : 1;
  for (unsigned i = 0; i < 6; i += step) {
    for (unsigned j = 6; j < 10; j += step) {
      prefetch_near(address_of<source>(t, i, j, c));
      prefetch_far(address_of<source>(t, i, j + 8, c));
    }
  }
}

inline bool outside(const WinogradInput& t, unsigned i, unsigned j) {
  return i < t.first_row || i >= t.end_row || j < t.first_column || j >= t.end_column;
}

template <Source source, bool clipped>
void input_vectors(const WinogradInput& t) {
  for (std::int64_t c = 0; c + kLanes <= t.channels; c += kLanes) {
    prefetch_right<source>(t, c);
    transform_input(
        [&](unsigned i, unsigned j) __attribute__((always_inline)) {
          if (clipped && outside(t, i, j)) return F32{};
          return read_pixel<source>(t, i, j, c);
        },
        t.dst + c, t.point_step);
  }
}

// The last channels, fewer than a vector has.
void input_rest(const WinogradInput& t) {
  const std::int64_t rest = t.channels % kLanes, c = t.channels - rest;
  transform_input(
      [&](unsigned i, unsigned j) {
        if (outside(t, i, j)) return F32{};
        const std::int64_t y = t.pooled ? (i + t.odd_row) / 2 : i;
        const std::int64_t x = t.pooled ? (j + t.odd_column) / 2 : j;
        const F32 value = load_partial(t.src + y * t.row_step + x * t.pixel_step + c, rest);
        if (t.mask == nullptr) return value;
        return broadcast(t.scale) * select(mask_at(t, i, j, c), value, F32{});
      },
      t.dst + c, t.point_step);
}

template <bool clipped>
void input_from(const WinogradInput& t) {
  if (t.pooled) return input_vectors<Source::pooled, clipped>(t);
  if (t.mask != nullptr) return input_vectors<Source::masked, clipped>(t);
  input_vectors<Source::plain, clipped>(t);
}

void input(const WinogradInput& t) {
  const bool whole = t.first_row == 0 && t.end_row == kWinogradInputs && t.first_column == 0 &&
                     t.end_column == kWinogradInputs;
  if (whole) {
    input_from<false>(t);
  } else {
    input_from<true>(t);
  }
  if (t.channels % kLanes != 0) input_rest(t);
}

// One vector of channels of a tile's outputs, with bias.
[[gnu::always_inline]] inline void transform_output(const float* src, std::int64_t step, F32 bias,
                                                    F32 (&y)[4][4]) {
  F32 rows[4][6];
  for (unsigned j = 0; j < 6; ++j) {
    F32 m[6], v[4];
    for (unsigned i = 0; i < 6; ++i) m[i] = load(src + (i * 6 + j) * step);
    output_1d(m, v);
    for (unsigned i = 0; i < 4; ++i) rows[i][j] = v[i];
  }
  for (unsigned i = 0; i < 4; ++i) {
    output_1d(rows[i], y[i]);
    for (unsigned j = 0; j < 4; ++j) y[i][j] += bias;
  }
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

[[gnu::always_inline]] inline void write_all(const WinogradOutput& t, const F32 (&y)[4][4],
                                             const Place& place) {
  for (unsigned i = 0; i < 4; ++i) {
    for (unsigned j = 0; j < 4; ++j) {
      if (i >= t.rows || j >= t.columns) continue;
      put(t, t.dst + i * t.row_step + j * t.pixel_step + place.c, y[i][j], place);
      if (t.mask != nullptr) put_bits(t, i, j, positive_bits(y[i][j]), place);
    }
  }
}

// The larger of two, and whether it is b: b is greater, or the first NaN.
[[gnu::always_inline]] inline F32 larger(F32 a, F32 b, std::uint32_t& is_b) {
  const Mask mask = not_at_most(b, a) & ~not_at_most(a, a);
  is_b = bits_of(mask);
  return select(mask, b, a);
}

[[gnu::always_inline]] inline void write_maximum(const WinogradOutput& t, const F32 (&y)[4][4],
                                                 unsigned i, unsigned j, const Place& place) {
  std::uint32_t right_above, right_below, below;
  const F32 top = larger(y[i][j], y[i][j + 1], right_above);
  const F32 bottom = larger(y[i + 1][j], y[i + 1][j + 1], right_below);
  F32 value = larger(top, bottom, below);
  if (t.relu) value = relu(value);
  put(t, t.dst + i / 2 * t.row_step + j / 2 * t.pixel_step + place.c, value, place);
  if (t.mask == nullptr) return;
  const std::uint32_t passes = t.relu ? positive_bits(value) : kAll;
  put_bits(t, i, j, passes & ~below & ~right_above, place);
  put_bits(t, i, j + 1, passes & ~below & right_above, place);
  put_bits(t, i + 1, j, passes & below & ~right_below, place);
  put_bits(t, i + 1, j + 1, passes & below & right_below, place);
}

[[gnu::always_inline]] inline void write_average(const WinogradOutput& t, const F32 (&y)[4][4],
                                                 unsigned i, unsigned j, const Place& place) {
  const F32 sum = (y[i][j] + y[i][j + 1]) + (y[i + 1][j] + y[i + 1][j + 1]);
  put(t, t.dst + i / 2 * t.row_step + j / 2 * t.pixel_step + place.c, sum * broadcast(0.25f),
      place);
  if (t.mask == nullptr) return;
  for (unsigned k = 0; k < 4; ++k) {
    const F32 value = y[i + k / 2][j + k % 2];
    put_bits(t, i + k / 2, j + k % 2, t.relu ? positive_bits(value) : kAll, place);
  }
}

// An odd row or column at the end is in no window: none of its outputs reaches dst.
[[gnu::always_inline]] inline void drop_window(const WinogradOutput& t, unsigned i, unsigned j,
                                               const Place& place) {
  if (t.mask == nullptr) return;
  for (unsigned k = 0; k < 4; ++k) {
    const unsigned y = i + k / 2, x = j + k % 2;
    if (y < t.rows && x < t.columns) put_bits(t, y, x, 0, place);
  }
}

[[gnu::always_inline]] inline void write_pooled(const WinogradOutput& t, const F32 (&y)[4][4],
                                                const Place& place) {
  for (unsigned i = 0; i < 4; i += 2) {
    for (unsigned j = 0; j < 4; j += 2) {
      if (i + 1 >= t.rows || j + 1 >= t.columns) {
        drop_window(t, i, j, place);
      } else if (t.pool == TilePool::max) {
        write_maximum(t, y, i, j, place);
      } else {
        write_average(t, y, i, j, place);
      }
    }
  }
}

void output(const WinogradOutput& t) {
  for (std::int64_t c = 0; c < t.channels; c += kLanes) {
    const Place place{c, t.channels - c < kLanes ? t.channels - c : kLanes};
    F32 bias = {};
    if (t.bias != nullptr) {
      bias = place.count < kLanes ? load_partial(t.bias + c, place.count) : load(t.bias + c);
    }
    F32 y[4][4];
    transform_output(t.src + c, t.point_step, bias, y);
    // The maximum of what ReLU lets through is ReLU of the maximum: a quarter of the work.
    if (t.relu && t.pool != TilePool::max) {
      for (auto& row : y) {
        for (F32& value : row) value = relu(value);
      }
    }
    if (t.pool == TilePool::none) {
      write_all(t, y, place);
    } else {
      write_pooled(t, y, place);
    }
  }
}

#define IMPASTO_TEXT_(x) #x
#define IMPASTO_TEXT(x) IMPASTO_TEXT_(x)

}  // namespace

const WinogradIsa kWinograd = {IMPASTO_TEXT(IMPASTO_ISA), kLanes, kMaxVectors,    input,
                               winograd_multiply,         output, streaming_fence};

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
