#include "bench/ops/op_bench.h"

int main(int argc, char** argv) {
  return impasto::bench::run_op_benches(IMPASTO_BENCH_OP, argc, argv);
}
