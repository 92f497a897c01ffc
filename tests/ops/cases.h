// Runs what tools/verify asks of the kernels as checks of a test, GPU kernels on the host executor:
//
//   IMPASTO_TEST_DEVICE=cuda:0 build/release/tests/ops/test_ops      every GPU kernel on the GPU
//
// Tests that repeat others for GPU kernels only, in another order of threads or with the race
// detector, leave something out: with $IMPASTO_TEST_KERNELS=gpu the processor's kernels, with
// $IMPASTO_TEST_SAMPLE=N all but every N-th of the problems that a GPU kernel meets.
#pragma once

#include <cstdint>
#include <string_view>

#include "tools/verify/cases.h"

namespace impasto::test {

struct Ran {
  std::int64_t checks = 0;
  std::int64_t transforming = 0;  // of kernels that transform their operands
};

// All cases of this kind of a table, or of every table of an op; empty: of all.
Ran run_cases(std::string_view op, verify::Kind kind = verify::Kind::values);

}  // namespace impasto::test
