// What the system says of the processor.
#pragma once

#include <cstddef>
#include <string>

namespace impasto::machine {

std::string processor_name();  // of /proc/cpuinfo; "unknown processor" without one

// The largest cache that a core sees, as the kernel lists them; 32 MiB when it does not.
std::size_t last_level_cache_bytes();

}  // namespace impasto::machine
