// A loop that does nothing but multiply-adds, for each instruction set: what a kernel's speed is a
// share of. Plain declarations only: the per-instruction-set source includes this.
#pragma once

#include <cstdint>

namespace impasto::machine {

struct FmaLoop {
  std::int64_t macs_per_step;
  void (*run)(std::int64_t steps, float* out);  // out: 16 floats
};

namespace generic {
extern const FmaLoop kFmaLoop;
}
namespace avx2 {
extern const FmaLoop kFmaLoop;
}
namespace avx512 {
extern const FmaLoop kFmaLoop;
}

}  // namespace impasto::machine
