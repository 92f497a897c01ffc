// One side's free run, in a process of its own that waits for its turns.
//
// It says {"setup_ms", "resident_before_bytes"} when network and targets are ready, and answers
// each line `N` with what N iterations took and gave:
//
//   {"ms": [...], "loss": [...], "peak_resident_bytes", "peak_gpu_bytes"}
//
// An end of input ends it. What goes wrong is answered as {"error"}.
#pragma once

#include <string>

#include "tools/impasto/painting_options.h"

namespace impasto::twin {

// The role of our own side; any other is a setting of LibTorch.
inline constexpr const char* kOurs = "impasto";

// Speaks over standard input and output.
void work(const cli::PaintingOptions& options, const std::string& role);

}  // namespace impasto::twin
