// Packed masks: element i is bit i % 64 of word i / 64.
#pragma once

#include <cstdint>

namespace impasto {

inline bool get_bit(const std::uint64_t* words, std::int64_t i) {
  return ((words[i / 64] >> (i % 64)) & 1u) != 0;
}

inline void set_bit(std::uint64_t* words, std::int64_t i, bool value) {
  const std::uint64_t bit = std::uint64_t{1} << (i % 64);
  words[i / 64] = value ? words[i / 64] | bit : words[i / 64] & ~bit;
}

}  // namespace impasto
