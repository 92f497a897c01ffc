// How the host executor runs a kernel.
#pragma once

#include <cstdint>
#include <string_view>

namespace impasto::simt {

// Who runs next when a thread waits. A right kernel computes the same in every order.
// priorities: warps get random priorities, drawn anew at each barrier, and the highest runs on
// until it must wait, so warps run far ahead of each other.
enum class Order : std::uint8_t { forward, reverse, random, priorities };

struct Options {
  Order order = Order::forward;
  std::uint64_t seed = 0;
  bool race = false;  // look for data races, in kernels compiled for that

  friend bool operator==(const Options&, const Options&) = default;
};

// "order=priorities,seed=3,race", as in $IMPASTO_SIMT; what is not named is as above. Throws
// InputError.
Options simt_options_from(std::string_view text);

}  // namespace impasto::simt
