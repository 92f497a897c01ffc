// Every kernel that this machine can run, on the cases of tools/verify. Names with "kernel" are
// repeated for GPU kernels in other orders of threads, but for those with "threads" and "accuracy".
#include <doctest/doctest.h>

#include "tensor/features.h"
#include "tests/ops/cases.h"

namespace impasto {
namespace {

using test::run_cases;

TEST_CASE("every basis kernel passes its cases") {
  run_cases("basis");
}

TEST_CASE("every descent kernel passes its cases") {
  run_cases("descent");
}

TEST_CASE("every adam kernel passes its cases") {
  run_cases("elementwise.adam");
}

TEST_CASE("every conv2d forward kernel passes its cases") {
  run_cases("conv2d.fwd");
}

TEST_CASE("every conv2d backward-data kernel passes its cases") {
  run_cases("conv2d.bwd_data");
}

TEST_CASE("every conv2d backward-filter kernel passes its cases") {
  run_cases("conv2d.bwd_filter");
}

TEST_CASE("every elementwise kernel passes its cases") {
  run_cases("elementwise.map");
}

TEST_CASE("every gemm kernel passes its cases") {
  run_cases("gemm");
}

TEST_CASE("every gram kernel passes its cases") {
  run_cases("gram");
}

TEST_CASE("every instance norm kernel passes its cases") {
  run_cases("instance_norm");
}

TEST_CASE("every mse kernel passes its cases") {
  run_cases("mse");
}

TEST_CASE("every pad kernel passes its cases") {
  run_cases("pad");
}

TEST_CASE("every pool2d kernel passes its cases") {
  run_cases("pool2d");
}

TEST_CASE("every reduction kernel passes its cases") {
  run_cases("reduce");
}

TEST_CASE("every relu kernel passes its cases") {
  run_cases("relu");
}

TEST_CASE("every resize kernel passes its cases") {
  run_cases("resize");
}

TEST_CASE("every total variation kernel passes its cases") {
  run_cases("total_variation");
}

TEST_CASE("kernels give the same bits for every number of threads and order") {
  run_cases("", verify::Kind::threads);
}

TEST_CASE("conv2d kernels keep the accuracy that is promised") {
  const test::Ran ran = run_cases("conv2d", verify::Kind::accuracy);
  // Else this tests nothing.
  if (host_features().has(Feature::avx2)) CHECK(ran.transforming >= 6);
}

}  // namespace
}  // namespace impasto
