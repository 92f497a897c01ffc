#include "tools/machine/fma_loop.h"

#include "tensor/simd/vec.h"

namespace impasto::machine::IMPASTO_ISA {
namespace {

using namespace simd::IMPASTO_ISA;

// Independent chains: more than latency times multipliers (4 x 2), fewer than registers.
constexpr unsigned kChains = kRegisters == 32 ? 24 : 12;

void run(std::int64_t steps, float* out) {
  const F32 scale = broadcast(0.999f), offset = broadcast(0.001f);
  F32 chains[kChains];
  for (unsigned i = 0; i < kChains; ++i) chains[i] = broadcast(static_cast<float>(i));
  for (std::int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 24
    for (unsigned i = 0; i < kChains; ++i) chains[i] = multiply_add(chains[i], scale, offset);
  }
  F32 sum = {};
  for (F32 chain : chains) sum += chain;
  store(out, sum);
}

}  // namespace

const FmaLoop kFmaLoop = {std::int64_t{kChains} * kLanes, run};

}  // namespace impasto::machine::IMPASTO_ISA
