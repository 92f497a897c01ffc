// The register tile of the direct kernels: P x V accumulators stay in registers while k runs over
// the patch; each step loads V vectors of the filter, broadcasts one float of each of P pixels and
// does P V multiply-adds. AVX-512 holds 6 x 4 accumulators: ten loads for 24 multiply-adds, so the
// two multipliers are the limit, not the two load ports.
#include "ops/conv2d/direct_tile_kernels.h"
#include "tensor/simd/vec.h"

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

// Pixels are addressed in threes from one pointer: x86 scales a register by 4 or 8 bytes for free.
template <unsigned P, unsigned V>
[[gnu::always_inline]] inline void sum_products(const DirectTile& tile, F32 (&sums)[P][V]) {
  for (unsigned p = 0; p < P; ++p) {
    for (unsigned v = 0; v < V; ++v) sums[p][v] = F32{};
  }
  for (std::int64_t i = 0; i < tile.rows; ++i) {
    const float* wei = tile.wei + i * tile.wei_row_step;
    const float* src[(P + 2) / 3];
    for (unsigned p = 0; p < P; p += 3) {
      src[p / 3] = tile.src + i * tile.row_step + p * tile.pixel_step;
    }
    for (std::int64_t k = 0; k < tile.run; ++k) {
      F32 filter[V];
      for (unsigned v = 0; v < V; ++v) filter[v] = load(wei + v * kLanes);
      for (unsigned p = 0; p < P; ++p) {
        const F32 pixel = broadcast(src[p / 3][p % 3 * tile.pixel_step]);
        for (unsigned v = 0; v < V; ++v) sums[p][v] = multiply_add(pixel, filter[v], sums[p][v]);
      }
      wei += tile.wei_step;
      for (const float*& pointer : src) pointer += tile.src_step;
    }
  }
}

void write_bits(std::uint8_t* to, F32 value) {
  if constexpr (kLanes >= 8) {
    const std::uint32_t bits = positive_bits(value);
    __builtin_memcpy(to, &bits, kLanes / 8);
  }
}

// Bias, ReLU, mask and store of the last or only `count` columns of one vector.
inline void finish(const DirectTile& tile, F32 value, unsigned p, unsigned v) {
  float* dst = tile.dst + p * tile.dst_step + v * kLanes;
  const std::int64_t count = tile.channels - v * kLanes;
  const bool whole = count >= kLanes;
  if (tile.bias != nullptr) {
    const float* bias = tile.bias + v * kLanes;
    value += whole ? load(bias) : load_partial(bias, count);
  }
  if (tile.accumulate) value += whole ? load(dst) : load_partial(dst, count);
  if (tile.relu) value = relu(value);
  if (whole) {
    store(dst, value);
  } else {
    store_partial(dst, value, count);
  }
  if (tile.mask != nullptr) write_bits(tile.mask + p * tile.mask_step + v * kLanes / 8, value);
}

template <unsigned P, unsigned V>
void run(const DirectTile& tile) {
  F32 sums[P][V];
  sum_products(tile, sums);
  for (unsigned p = 0; p < P; ++p) {
    for (unsigned v = 0; v < V; ++v) finish(tile, sums[p][v], p, v);
  }
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
                           choose<kMaxVectors>};

}  // namespace impasto::conv2d_kernels::IMPASTO_ISA
