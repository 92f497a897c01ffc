// What the multipliers of this machine can do, measured: the peak that speeds are a share of.
#pragma once

#include "tensor/context.h"

namespace impasto::machine {

// Multiply-adds a second of all threads of the context together, with the widest instructions that
// its features allow: the best of `tries` of about a millisecond.
double fma_peak(Context& context, int tries = 5);

}  // namespace impasto::machine
