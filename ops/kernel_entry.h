// A kernel that is one file and one line. The file, ops/relu/streaming.cpp, defines in the
// namespace of the op's kernels a function that returns the entry:
//
//   Kernel<ReluProblem, ReluForwardArgs> forward_streaming() {
//     return {.info = {.id = "relu.fwd.cpu.streaming", ...}, .run = run};
//   }
//
// The line puts it into a table of ops/relu/kernels.cpp, without a declaration between them:
//
//   const Kernel<ReluProblem, ReluForwardArgs> kForward[] = {
//       IMPASTO_KERNEL(forward_streaming, Kernel<ReluProblem, ReluForwardArgs>),
#pragma once

#include "ops/registry.h"

// Declares the function, in the namespace that the table is in, and calls it.
#define IMPASTO_KERNEL(function, ...) \
  [] {                                \
    extern __VA_ARGS__ function();    \
    return function();                \
  }()
