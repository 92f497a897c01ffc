// Tensor cores on the host. The last lane to come gathers the fragments of all 32 into matrices,
// multiplies, and scatters the result.
#include <bit>
#include <cstdint>
#include <cstring>

#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/simt/block.h"
#include "tensor/simt/calls.h"

namespace impasto::simt {
namespace {

constexpr unsigned kWholeWarp = 0xffffffffu;
constexpr int kRows = 16, kColumns = 8, kMostDepth = 16;

// Element `half` of a register that holds two.
std::uint16_t half_of(std::uint32_t bits, int half) {
  return static_cast<std::uint16_t>(bits >> (16 * half));
}

// How a kind of element lies in registers: how many to a register, and what the bits mean.
struct Tf32 {
  static constexpr int kDepth = 8, kPacked = 1;
  static constexpr const char* kName = "mma m16n8k8 tf32";
  // The hardware reads 10 bits of mantissa.
  static float value(std::uint32_t bits, int) { return std::bit_cast<float>(bits & 0xffffe000u); }
};
struct Bf16 {
  static constexpr int kDepth = 16, kPacked = 2;
  static constexpr const char* kName = "mma m16n8k16 bf16";
  static float value(std::uint32_t bits, int half) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(half_of(bits, half)) << 16);
  }
};
struct F16 {
  static constexpr int kDepth = 16, kPacked = 2;
  static constexpr const char* kName = "mma m16n8k16 f16";
  static float value(std::uint32_t bits, int half) { return f16_value(half_of(bits, half)); }
};

template <class Element>
void multiply(unsigned, void* const* operands) {
  constexpr int kDepth = Element::kDepth, kPacked = Element::kPacked;
  double a[kRows][kMostDepth], b[kMostDepth][kColumns];
  for (int lane = 0; lane < kWarp; ++lane) {
    const Fragments& own = *static_cast<const Fragments*>(operands[lane]);
    const int g = lane / 4, t = lane % 4;
    for (int half = 0; half < kPacked; ++half) {
      const int k = t * kPacked + half;
      for (int i = 0; i < 4; ++i) {
        a[g + i % 2 * 8][k + i / 2 * kDepth / 2] =
            static_cast<double>(Element::value(own.a[i], half));
      }
      for (int i = 0; i < 2; ++i) {
        b[k + i * kDepth / 2][g] = static_cast<double>(Element::value(own.b[i], half));
      }
    }
  }
  for (int row = 0; row < kRows; ++row) {
    // Four lanes have two neighbouring columns each.
    float* d[kColumns];
    double sums[kColumns];
    for (int column = 0; column < kColumns; ++column) {
      const int lane = row % 8 * 4 + column / 2;
      d[column] = &static_cast<const Fragments*>(operands[lane])->d[row / 8 * 2 + column % 2];
      sums[column] = static_cast<double>(*d[column]);
    }
    for (int k = 0; k < kDepth; ++k) {
      for (int column = 0; column < kColumns; ++column) sums[column] += a[row][k] * b[k][column];
    }
    for (int column = 0; column < kColumns; ++column) *d[column] = static_cast<float>(sums[column]);
  }
}

template <class Element>
void run(Fragments& fragments, Where where) {
  sync_warp({kWholeWarp, Element::kName, multiply<Element>, &fragments, where});
}

struct Rows {
  std::uint32_t* r;
  const void* row;
};

template <bool transposed>
void load(unsigned, void* const* operands) {
  std::uint16_t rows[kWarp][8];
  for (int lane = 0; lane < kWarp; ++lane) {
    const Rows& own = *static_cast<const Rows*>(operands[lane]);
    note_access(own.row, 16, Access::read, By::warp);
    std::memcpy(rows[lane], own.row, 16);
  }
  for (int lane = 0; lane < kWarp; ++lane) {
    const Rows& own = *static_cast<const Rows*>(operands[lane]);
    const int g = lane / 4, t = lane % 4;
    for (int i = 0; i < 4; ++i) {
      const auto at = [&](int row, int column) {
        return static_cast<std::uint32_t>(rows[8 * i + row][column]);
      };
      own.r[i] = transposed ? at(2 * t, g) | at(2 * t + 1, g) << 16
                            : at(g, 2 * t) | at(g, 2 * t + 1) << 16;
    }
  }
}

}  // namespace

void mma_m16n8k8_tf32(Fragments fragments, Where where) {
  run<Tf32>(fragments, where);
}
void mma_m16n8k16_bf16(Fragments fragments, Where where) {
  run<Bf16>(fragments, where);
}
void mma_m16n8k16_f16(Fragments fragments, Where where) {
  run<F16>(fragments, where);
}

void load_matrices(std::uint32_t* r, const void* row, bool transposed, Where where) {
  Block& block = *tl.block;
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) {
    block.fail(fmt::format("{} gives ldmatrix in {}:{} a row that is not 16-byte aligned",
                           block.name_of(block.thread()), where.file, where.line));
  }
  Rows operand{r, row};
  sync_warp({kWholeWarp, transposed ? "ldmatrix trans" : "ldmatrix",
             transposed ? load<true> : load<false>, &operand, where});
}

std::uint16_t bf16_bits(float value) {
  return std::bit_cast<std::uint16_t>(to_bfloat16(value));
}
std::uint16_t f16_bits(float value) {
  return std::bit_cast<std::uint16_t>(to_half(value));
}
float f16_value(std::uint16_t bits) {
  return to_float(std::bit_cast<Half>(bits));
}

}  // namespace impasto::simt
