// The kernels of one op for Google Benchmark: what tools/lab verifies and runs, one benchmark a
// kernel and shape. Each op has a program, which is op_main.cpp with the op's name.
//
//   conv2d_bench [SHAPES] [--benchmark_filter=bwd_data.*avx512 ...]     see bench/support/program.h
//
// On the cpu convolutions say their share of what the multipliers can do, measured in the same
// breath. On a device the kernels of one shape follow each other, NVIDIA's libraries beside ours;
// on the cpu the shapes of one kernel do.
#pragma once

#include <string_view>

namespace impasto::bench {

// The exit status of the program.
int run_op_benches(std::string_view op, int argc, char** argv);

}  // namespace impasto::bench
