// What is known of a kernel without knowing its op: for selection, listings and tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "tensor/dtype.h"
#include "tensor/features.h"

namespace impasto {

// What a kernel is written for, and so which devices can run it.
enum class Backend : std::uint8_t {
  cpu,
  gpu,           // CUDA code of ours: cuda, and simt, which runs it on the host
  cuda_library,  // cuDNN, cuBLAS: cuda only
};

class DTypeSet {
 public:
  constexpr DTypeSet(std::initializer_list<DType> dtypes) {
    for (DType dtype : dtypes) bits_ |= 1u << static_cast<unsigned>(dtype);
  }
  constexpr bool has(DType dtype) const {
    return ((bits_ >> static_cast<unsigned>(dtype)) & 1u) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

// Whether a kernel can serve a problem, and if not, why.
struct Support {
  bool ok = true;
  std::string reason;

  static Support yes() { return {}; }
  static Support no(std::string why) { return {false, std::move(why)}; }
};

// What listings and tests know of a kernel without knowing its op.
struct KernelInfo {
  std::string_view id;
  std::string_view idea;  // one line
  Backend backend = Backend::cpu;
  Features needs = {};
  DTypeSet dtypes = {DType::f32};
  bool deterministic = true;
  // Only adds products of its operands, so small integers give the exact result in any order.
  // Kernels that transform their operands first are held to a bound instead.
  bool exact = true;
  // Relative rounding of operands, 2^-11 for tf32; or what transforms enlarge that of f32 to.
  double operand_eps = 0;
  // Chosen only when asked for by name: rounds more than its dtypes promise.
  bool by_name = false;
};

}  // namespace impasto
