// What each file here gives: the tables of one folder of ops/ as things to measure.
#pragma once

#include "tools/lab/operands.h"
#include "tools/lab/table_bench.h"

namespace impasto::lab {

OpBenches basis_benches();
OpBenches conv2d_benches();
OpBenches descent_benches();
OpBenches elementwise_benches();
OpBenches gemm_benches();
OpBenches gram_benches();
OpBenches mse_benches();
OpBenches normalize_benches();
OpBenches pad_benches();
OpBenches pool2d_benches();
OpBenches reduce_benches();
OpBenches relu_benches();
OpBenches resize_benches();
OpBenches total_variation_benches();

}  // namespace impasto::lab
