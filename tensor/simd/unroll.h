// Loops that are no loops when the compiler first looks: GCC 12 keeps an array of vectors in
// registers only when every index into it is a constant from the start. For sources that are
// compiled once per instruction set; see vec.h.
#pragma once

#define IMPASTO_INLINE [[gnu::always_inline]] inline

namespace impasto::simd::IMPASTO_ISA {

// Calls visit(i) for i < N, each i a constant and no loop. Prefetches are for plain loops: GCC 12
// takes a body that does nothing else for one without effect.
template <unsigned I>
struct Index {
  static constexpr unsigned kValue = I;
  constexpr operator unsigned() const { return I; }
};
template <unsigned N, class Visit>
IMPASTO_INLINE void each(const Visit& visit) {
  if constexpr (N > 0) {
    each<N - 1>(visit);
    visit(Index<N - 1>{});
  }
}

}  // namespace impasto::simd::IMPASTO_ISA

// The body of each(): IMPASTO_EACH(i) { sums[i] = ...; }. Marked, lest it is called.
#define IMPASTO_EACH(i) [&](auto i) __attribute__((always_inline))
