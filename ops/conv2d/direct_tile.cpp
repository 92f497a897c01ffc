// The register tile of the direct kernels: P x V accumulators stay in registers while k runs over
// the patch; each step loads V vectors of the filter, broadcasts one float of each of P pixels and
// does P V multiply-adds. AVX-512 holds 6 x 4 accumulators: ten loads for 24 multiply-adds, so the
// two multipliers are the limit, not the two load ports.
#include "ops/conv2d/direct_tile_kernels.h"
#include "tensor/simd/mask.h"
#include "tensor/simd/unroll.h"

namespace impasto::conv2d_kernels::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kMaxVectors = kRegisters == 32 ? 4 : 2;

// As many pixels as leave registers for the filter and one broadcast, but at most 12, since their
// addresses live in registers too.
constexpr unsigned max_pixels(unsigned vectors) {
  const unsigned fit = (kRegisters - vectors - 1) / vectors;
  return fit < kMaxPixels ? fit : kMaxPixels;
}

// P x V sums, and which of their columns exist: the last vector of a row may be cut short.
template <unsigned P, unsigned V>
struct Sums {
  F32 at[P * V];
  std::int64_t last;  // columns of the last vector

  explicit Sums(const DirectTile& tile) : last(tile.channels - (V - 1) * kLanes) {}

  IMPASTO_INLINE F32 read(unsigned v, const float* row) const {
    const float* from = row + v * kLanes;
    return v + 1 < V || last >= kLanes ? load(from) : load_partial(from, last);
  }
  IMPASTO_INLINE void write(unsigned v, float* row, F32 value) const {
    float* to = row + v * kLanes;
    v + 1 < V || last >= kLanes ? store(to, value) : store_partial(to, value, last);
  }
};

template <unsigned P, unsigned V>
IMPASTO_INLINE void start(const DirectTile& tile, Sums<P, V>& sums) {
  each<V>(IMPASTO_EACH(v) {
    const F32 bias = tile.bias == nullptr ? F32{} : sums.read(v, tile.bias);
    each<P>(IMPASTO_EACH(p) { sums.at[p * V + v] = bias; });
  });
}

// Pixels are addressed in threes from one pointer: x86 scales a register by 4 or 8 bytes for free.
template <bool kAhead, unsigned P, unsigned V>
IMPASTO_INLINE void add_products(const DirectTile& tile, Sums<P, V>& sums) {
  constexpr unsigned kPointers = (P + 2) / 3;
  const std::int64_t pixel_step = tile.pixel_step, src_step = tile.src_step;
  const float* ahead = tile.ahead;
  for (std::int64_t i = 0; i < tile.rows; ++i) {
    const float* wei = tile.wei + i * tile.wei_row_step;
    const float* src[kPointers];
    each<kPointers>(
        IMPASTO_EACH(p) { src[p] = tile.src + i * tile.row_step + 3 * p * pixel_step; });
    for (std::int64_t k = 0; k < tile.run; ++k) {
      if constexpr (kAhead) {
        __builtin_prefetch(ahead);
        ahead += tile.ahead_step;
      }
      F32 filter[V];
      each<V>(IMPASTO_EACH(v) { filter[v] = load(wei + v * kLanes); });
      each<P>(IMPASTO_EACH(p) {
        const F32 pixel = broadcast(src[p / 3][p % 3 * pixel_step]);
        each<V>(IMPASTO_EACH(v) {
          sums.at[p * V + v] = multiply_add(pixel, filter[v], sums.at[p * V + v]);
        });
      });
      wei += tile.wei_step;
      each<kPointers>(IMPASTO_EACH(p) { src[p] += src_step; });
    }
  }
}

IMPASTO_INLINE void write_bits(std::uint8_t* to, F32 value) {
  if constexpr (kLanes >= 8) {
    const std::uint32_t bits = positive_bits(value);
    __builtin_memcpy(to, &bits, kLanes / 8);
  }
}

// What follows the sums. Questions are asked once a tile, not once a vector: in a first layer,
// with 27 products to a sum, they would cost as much as the products.
template <unsigned P, unsigned V>
IMPASTO_INLINE void finish(const DirectTile& tile, Sums<P, V>& sums) {
  float* dst = tile.dst;
  const std::int64_t step = tile.dst_step;
  if (tile.accumulate) {
    each<P * V>(IMPASTO_EACH(i) { sums.at[i] += sums.read(i % V, dst + i / V * step); });
  }
  if (tile.mask != nullptr) {
    std::uint8_t* mask = tile.mask;
    const std::int64_t mask_step = tile.mask_step;
    each<P * V>(
        IMPASTO_EACH(i) { write_bits(mask + i / V * mask_step + i % V * kLanes / 8, sums.at[i]); });
  }
  if (tile.relu) each<P * V>(IMPASTO_EACH(i) { sums.at[i] = relu(sums.at[i]); });
  if (tile.stream) {
    each<P * V>(
        IMPASTO_EACH(i) { store_streaming(dst + i / V * step + i % V * kLanes, sums.at[i]); });
  } else {
    each<P * V>(IMPASTO_EACH(i) { sums.write(i % V, dst + i / V * step, sums.at[i]); });
  }
}

template <unsigned P, unsigned V>
void run(const DirectTile& tile) {
  Sums<P, V> sums(tile);
  start(tile, sums);
  if (tile.ahead == nullptr) {
    add_products<false>(tile, sums);
  } else {
    add_products<true>(tile, sums);
  }
  finish(tile, sums);
}

template <unsigned P, unsigned V>
void choose_pixels(const DirectTile& tile, unsigned pixels) {
  if (pixels == P) return run<P, V>(tile);
  if constexpr (P > 1) choose_pixels<P - 1, V>(tile, pixels);
}

template <unsigned V>
void choose(const DirectTile& tile, unsigned pixels, unsigned vectors) {
  if (vectors == V) return choose_pixels<max_pixels(V), V>(tile, pixels);
  if constexpr (V > 1) choose<V - 1>(tile, pixels, vectors);
}

#define IMPASTO_TEXT_(x) #x
#define IMPASTO_TEXT(x) IMPASTO_TEXT_(x)

}  // namespace

const DirectIsa kDirect = {IMPASTO_TEXT(IMPASTO_ISA),
                           kLanes,
                           kMaxVectors,
                           {0, max_pixels(1), max_pixels(2), max_pixels(3), max_pixels(4)},
                           choose<kMaxVectors>,
                           streaming_fence};

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
