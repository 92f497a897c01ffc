// What the system counts as this process' memory: its libraries and stacks, too.
#pragma once

#include <cstddef>
#include <string>

namespace impasto::machine {

// Bytes of a line of /proc/self/status: VmRSS (now) or VmHWM (its peak). Throws Error without one.
std::size_t resident_bytes(const std::string& which);

}  // namespace impasto::machine
