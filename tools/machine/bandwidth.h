// What the memory of this machine can do, measured: the other peak that speeds are a share of.
#pragma once

#include "tensor/context.h"

namespace impasto::machine {

// Bytes a second that all threads of the context together read from memory, out of a buffer that no
// cache holds: the best of `tries`.
double read_bandwidth(Context& context, int tries = 5);

}  // namespace impasto::machine
