// The size of what a benchmark must rewrite to make the caches cold.
#pragma once

#include <cstddef>

namespace impasto::machine {

// The largest cache that a core sees, as the kernel lists them; 32 MiB when it does not.
std::size_t last_level_cache_bytes();

}  // namespace impasto::machine
