// How the host executor runs CUDA kernels.
#pragma once

#include <cstdint>
#include <string_view>

namespace impasto::simt {

// In which order the threads of a block run between two barriers.
enum class Order : std::uint8_t { forward, reverse, random, priorities };

struct Options {
  Order order = Order::forward;
  std::uint64_t seed = 0;
  bool race = false;  // report data races, for which kernels are compiled a second time
};

// "order=priorities,seed=3,race"; throws InputError.
Options simt_options_from(std::string_view text);

}  // namespace impasto::simt
