// Every conv2d kernel on the convolutions of a network, in multiply-adds a second and as a share of
// what the multipliers of the machine can do, measured in the same breath.
//
//   conv2d_bench [shapes.txt] [--benchmark_filter=bwd_data.*avx512 ...]
#include "bench/ops/conv2d_case.h"
#include "bench/support/op_bench.h"

int main(int argc, char** argv) {
  using namespace impasto::bench;
  return run_ops(argc, argv, "vgg19_256.txt", conv2d_forward_bench(), conv2d_backward_data_bench(),
                 conv2d_backward_filter_bench());
}
