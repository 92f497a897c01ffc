// A register tile for pairs of 16-bit integers: 6 x 4 accumulators of 32 bits; each step of a pair
// of k does twice the work of f32 for the same loads.
#include "ops/gemm/product16.h"

#include "ops/gemm/register_rows.h"
#include "tensor/simd/unroll.h"

namespace impasto::gemm_tile::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

constexpr unsigned kAhead = 8;          // steps of k
constexpr unsigned kStep = 2 * kLanes;  // integers of a vector

constexpr auto kAll = static_cast<__mmask16>(-1);  // forms without a mask make GCC 12 warn

inline const float* address(const std::int16_t* pointer) {
  return reinterpret_cast<const float*>(pointer);
}

// A pair in every lane.
inline __m512i broadcast_pair(const std::int16_t* from) {
  std::int32_t pair = 0;
  __builtin_memcpy(&pair, from, sizeof(pair));
  return _mm512_set1_epi32(pair);
}

// sum += the two products of each lane. Not the intrinsic: GCC 12 copies the sum to another
// register, and to memory, around every one of them.
[[gnu::always_inline]] inline void add_products(__m512i& sum, __m512i a, __m512i b) {
  asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}

// Integers from one pair of k to the next, of a row of src, and of V vectors of wei. Constants:
// steps of the problem would cost every other product 1 %.
struct Rows {
  static constexpr std::int64_t kSrcStep = 2;
  template <unsigned V>
  static constexpr std::int64_t kWeiStep = V* kStep;
};
struct Panels {
  static constexpr std::int64_t kSrcStep = kPanelStep16;
  template <unsigned V>
  static constexpr std::int64_t kWeiStep = kPanelStep16;
};

template <class Layout>
struct Tile {
  using Product = Product16;
  using Element = std::int16_t;
  static constexpr std::int64_t kVectorElements = kStep, kSteps = 2;

  template <unsigned R, unsigned V>
  static void multiply(const Product& p, std::int64_t row, const Fetch<std::int16_t>& next);
};

template <class Layout>
template <unsigned R, unsigned V>
void Tile<Layout>::multiply(const Product& p, std::int64_t row, const Fetch<std::int16_t>& next) {
  constexpr unsigned kPointers = (R + 2) / 3;
  __m512i sums[R * V];
  each<R * V>(IMPASTO_EACH(i) { sums[i] = _mm512_setzero_si512(); });
  const std::int16_t* src[kPointers];
  each<kPointers>(IMPASTO_EACH(r) { src[r] = p.src + (row + 3 * r) * p.src_step; });
  const std::int16_t* wei = p.wei;
  const std::int16_t *fetch_src = next.src, *fetch_wei = next.wei;
  const std::int64_t wei_step = next.wei_step;
  float* dst = p.dst + row * p.dst_step;
  if (p.add) {
    for (unsigned r = 0; r < R; ++r) {
      for (unsigned v = 0; v < V; ++v) prefetch_near(dst + r * p.dst_step + v * kLanes);
    }
  }
  for (std::int64_t k = 0; k < p.depth; k += 2) {
    __m512i filter[V];
    each<V>(IMPASTO_EACH(v) {
      filter[v] = _mm512_loadu_si512(wei + v * kStep);
      prefetch_near(address(wei + kAhead * Layout::template kWeiStep<V> + v * kStep));
    });
    prefetch_near(address(fetch_src));
    prefetch_far(address(fetch_wei));
    each<R>(IMPASTO_EACH(r) {
      const __m512i pair = broadcast_pair(src[r / 3] + r % 3 * p.src_step);
      each<V>(IMPASTO_EACH(v) { add_products(sums[r * V + v], pair, filter[v]); });
    });
    each<kPointers>(IMPASTO_EACH(r) { src[r] += Layout::kSrcStep; });
    wei += Layout::template kWeiStep<V>;
    fetch_wei += wei_step;
    fetch_src += 2 * R;
  }
  each<R>(IMPASTO_EACH(r) {
    const F32 scale = broadcast(p.src_scale[row + r]);
    each<V>(IMPASTO_EACH(v) {
      float* to = dst + r * p.dst_step + v * kLanes;
      const F32 factor = scale * load(p.wei_scale + v * kLanes);
      const F32 sum = _mm512_maskz_cvtepi32_ps(kAll, sums[r * V + v]);
      store(to, p.add ? multiply_add(sum, factor, load(to)) : sum * factor);
    });
  });
}

}  // namespace

void multiply16(const Product16& p) {
  multiply_by_rows<Tile<Rows>>(p);
}

void multiply16_panels(const Product16& p) {
  multiply_by_rows<Tile<Panels>>(p);
}

}  // namespace impasto::gemm_tile::IMPASTO_ISA
