// A named range of the host's time line in NVIDIA's profilers; nothing without CUDA.
#pragma once

namespace impasto::cli {

void push_range(const char* name);
void pop_range();

}  // namespace impasto::cli
