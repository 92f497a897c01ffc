// The race detector: silent on right kernels, and every injected fault is found in one run of any
// order.
#include <vector>

#include <doctest/doctest.h>

#include "tests/tensor/simt_run.h"

namespace impasto::test {
namespace {

using simt_test_kernels::Floats;
using simt_test_kernels::Integers;
using simt_test_kernels::Product;
using simt_test_kernels::Shape;

TEST_CASE("a build that cannot look for races says so") {
  if (simt::race_available()) return;
  CHECK_THROWS_AS(SimtRun("race"), InputError);
}

#if !defined(__SANITIZE_ADDRESS__)

namespace kernels = simt_test_kernels::simt_race;

// What the detector says of a launch, the same in all orders; the first that differs otherwise.
template <class... Given>
std::string finding(void (*launcher)(const GpuQueue&, const Given&...), const Given&... given) {
  std::string first;
  for (const std::string& order : kOrders) {
    for (int threads : {1, 2}) {
      SimtRun run(order + ",race", threads);
      const std::string text = run.error(launcher, given...);
      if (text.empty() != first.empty() && !(order == kOrders[0] && threads == 1)) {
        return "not the same in all orders: " + first + " / " + text;
      }
      first = text;
    }
  }
  return first;
}

TEST_CASE("right kernels have no races") {
  const std::vector<int> src = counted(1024);
  std::vector<int> dst(8192);
  std::vector<float> floats(4096, 1.0f), out(4096);
  const Shape shape{{4, 1, 1}, {256, 1, 1}};
  const Integers data{.src = src.data(), .dst = dst.data()};
  CHECK(finding(kernels::number_threads, shape, data) == "");
  CHECK(finding(kernels::reverse_in_shared, shape, data) == "");
  CHECK(finding(kernels::prefix_sums, shape, data) == "");
  CHECK(finding(kernels::slots, data) == "");
  CHECK(finding(kernels::shuffles, data) == "");
  CHECK(finding(kernels::warp_exchange, data) == "");
  CHECK(finding(kernels::transposed_matrices, data) == "");
  CHECK(finding(kernels::neighbours, shape, data) == "");
  CHECK(finding(kernels::block_sums,
                Floats{.src = floats.data(), .dst = out.data(), .count = 1000}) == "");
  CHECK(finding(kernels::product_tf32, Product{floats.data(), floats.data(), out.data(), 0}) == "");
  CHECK(finding(kernels::product_bf16, Product{floats.data(), floats.data(), out.data(), 0}) == "");
  CHECK(finding(kernels::atomics, shape, data) == "");
  struct alignas(16) Four {
    float v[4];
  };
  std::vector<Four> pieces(250);
  CHECK(finding(kernels::product_pipeline,
                Floats{.src = pieces[0].v, .dst = out.data(), .count = 1000}) == "");
}

TEST_CASE("removed barriers are found") {
  const std::vector<int> src = counted(1024);
  std::vector<int> dst(2048);
  const Shape shape{{4, 1, 1}, {256, 1, 1}};
  const auto data = [&](int variant) {
    return Integers{.src = src.data(), .dst = dst.data(), .variant = variant};
  };
  const std::string report = finding(kernels::reverse_in_shared, shape, data(1));
  CAPTURE(report);
  CHECK(contains(report, "kernel test.reverse, block ("));
  CHECK(contains(report, "data race on shared memory, byte "));
  CHECK(contains(report, " of tile: thread ("));
  CHECK(contains(report, "+0x"));
  CHECK(contains(finding(kernels::prefix_sums, shape, data(1)), "of dynamic shared memory"));
  CHECK(contains(finding(kernels::prefix_sums, shape, data(2)), "of dynamic shared memory"));
  CHECK(contains(finding(kernels::warp_exchange, data(1)), "of tile"));
}

TEST_CASE("a buffer refilled too early is found") {
  struct alignas(16) Four {
    float v[4];
  };
  std::vector<Four> src(250);
  std::vector<float> dst(32);
  const auto report = [&](int variant) {
    return finding(kernels::product_pipeline,
                   Floats{.src = src[0].v, .dst = dst.data(), .count = 1000, .variant = variant});
  };
  CHECK(contains(report(2), "of stage"));
  CHECK(contains(report(3), "of stage"));
}

TEST_CASE("races on global memory are found, in a block and between blocks") {
  std::vector<int> dst(512);
  const auto report = [&](int variant) {
    return finding(kernels::neighbours, Shape{{4, 1, 1}, {64, 1, 1}},
                   Integers{.dst = dst.data(), .variant = variant});
  };
  CHECK(contains(report(1), "data race on global memory"));
  CHECK(contains(report(2), "data race between blocks on global memory"));
  CHECK(contains(report(3), "data race between blocks on global memory"));
  CHECK(contains(report(4), "data race on global memory"));
}

TEST_CASE("the last block may read what others wrote before their fences") {
  std::vector<int> dst(64);
  const Shape shape{{20, 1, 1}, {64, 1, 1}};
  SimtRun run("race");
  CHECK(run.error(kernels::last_block, shape, Integers{.dst = dst.data()}) == "");
  CHECK(dst[1] == 210);
  dst.assign(64, 0);
  CHECK(contains(run.error(kernels::last_block, shape, Integers{.dst = dst.data(), .variant = 1}),
                 "data race between blocks"));
}

TEST_CASE("without being asked the detector finds nothing") {
  const std::vector<int> src = counted(64);
  std::vector<int> dst(64);
  SimtRun run("order=priorities");
  CHECK_NOTHROW(run(kernels::reverse_in_shared, Shape{{1, 1, 1}, {64, 1, 1}},
                    Integers{.src = src.data(), .dst = dst.data(), .variant = 1}));
}

#endif

}  // namespace
}  // namespace impasto::test
