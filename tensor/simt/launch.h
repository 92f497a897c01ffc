// A launch, as kernels hand it to the executor.
#pragma once

#include <cstddef>

#include "tensor/simt/state.h"

namespace impasto::simt {

struct Launch {
  const char* id;
  Dim3 grid;
  Dim3 block;
  std::size_t shared_bytes = 0;           // dynamic
  void (*kernel)(const void*) = nullptr;  // runs one thread, given the arguments
  const void* arguments = nullptr;
  std::size_t arguments_bytes = 0;
  bool instrumented = false;  // compiled for the race detector
};

// `executor` is the Executor of a GpuQueue. Returns when the kernel is done; throws what it throws
// and what the executor found.
void run_launch(void* executor, const Launch& launch);

}  // namespace impasto::simt
