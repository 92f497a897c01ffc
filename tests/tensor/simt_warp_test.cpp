#include <bit>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "tests/tensor/simt_run.h"

namespace impasto::test {
namespace {

namespace kernels = simt_test_kernels::simt;
using simt_test_kernels::Floats;
using simt_test_kernels::Integers;

TEST_CASE("shuffles in every order") {
  const std::vector<int> src = counted(32);
  const auto at = [&](int lane) { return src[static_cast<std::size_t>(lane)]; };
  std::vector<int> want;
  const auto row = [&](auto source) {
    for (int lane = 0; lane < 32; ++lane) want.push_back(at(source(lane)));
  };
  row([](int) { return 5; });
  row([](int lane) { return (lane + 3) % 32; });
  row([](int lane) { return lane / 8 * 8 + 2; });
  row([](int lane) { return lane < 3 ? lane : lane - 3; });
  row([](int lane) { return lane + 4 > 31 ? lane : lane + 4; });
  row([](int lane) { return lane % 16 + 4 > 15 ? lane : lane + 4; });
  row([](int lane) { return lane ^ 9; });
  row([](int lane) { return lane ^ 1; });
  row([](int lane) { return lane < 16 ? 1 : 17; });
  int sum = 0;
  for (int value : src) sum += value;
  want.insert(want.end(), 32, sum);

  for (const std::string& order : kOrders) {
    CAPTURE(order);
    SimtRun run(order);
    std::vector<int> got(want.size());
    run(kernels::shuffles, Integers{.src = src.data(), .dst = got.data()});
    CHECK(got == want);
  }
}

TEST_CASE("shuffles of other types") {
  std::vector<float> src, got(160);
  for (int i = 0; i < 32; ++i) src.push_back(0.5f * static_cast<float>(i * 5 % 32));
  SimtRun run;
  run(kernels::wide_shuffles, Floats{.src = src.data(), .dst = got.data()});
  for (std::size_t lane = 0; lane < 32; ++lane) {
    CHECK(got[lane] == src[lane ^ 1]);
    CHECK(got[32 + lane] == src[lane ^ 2]);
    CHECK(got[64 + lane] == static_cast<float>(lane == 0 ? 0 : lane - 1));
    CHECK(got[96 + lane] == 31.0f);
    CHECK(got[128 + lane] == 15.5f);
  }
}

TEST_CASE("votes") {
  for (const std::string& order : kOrders) {
    SimtRun run(order);
    std::vector<int> src(32), got(128);
    src[3] = src[31] = 1;
    run(kernels::votes, Integers{.src = src.data(), .dst = got.data()});
    for (std::size_t lane = 0; lane < 32; ++lane) {
      CHECK(static_cast<unsigned>(got[lane]) == 0x80000008u);
      CHECK(got[32 + lane] == 1);
      CHECK(got[64 + lane] == 0);
      CHECK(got[96 + lane] == (lane < 16 ? 1 : 0));
    }
  }
}

TEST_CASE("sums of a block are the same bits in every order") {
  std::vector<float> src;
  for (int i = 0; i < 1000; ++i) src.push_back(std::sin(static_cast<float>(i)));
  std::vector<float> first;
  double sum = 0;
  for (float value : src) sum += static_cast<double>(value);
  for (const std::string& order : kOrders) {
    SimtRun run(order);
    std::vector<float> got(256);
    run(kernels::block_sums, Floats{.src = src.data(), .dst = got.data(), .count = 1000});
    if (first.empty()) first = got;
    CHECK(got == first);
    CHECK(got[127] == doctest::Approx(sum).epsilon(1e-4));
    CHECK(got[255] == doctest::Approx(sum).epsilon(1e-6));
    CHECK(got[0] == got[127]);
  }
}

TEST_CASE("lanes that exchange through shared memory, with and without the barrier") {
  const std::vector<int> src = counted(64);
  int wrong_without = 0;
  for (const std::string& order : kOrders) {
    SimtRun run(order);
    std::vector<int> got(64), want;
    for (int i = 0; i < 64; ++i)
      want.push_back(src[static_cast<std::size_t>(i / 32 * 32 + (i + 1) % 32)]);
    run(kernels::warp_exchange, Integers{.src = src.data(), .dst = got.data()});
    CHECK(got == want);
    run(kernels::warp_exchange, Integers{.src = src.data(), .dst = got.data(), .variant = 1});
    wrong_without += got != want;
  }
  CHECK(wrong_without > 0);
}

TEST_CASE("wrong collectives are reported") {
  const auto report = [](int variant, const std::string& order) {
    SimtRun run(order);
    std::vector<int> dst(32);
    return run.error(kernels::wrong_warp, Integers{.dst = dst.data(), .variant = variant});
  };
  for (const std::string& order : kOrders) {
    CAPTURE(order);
    const std::string outside = report(0, order);
    CHECK(contains(outside, "thread (31, 0, 0) is not in the mask 0x7fffffff of its shuffle"));
    CHECK(contains(outside, "kernel test.wrong_warp, block (0, 0, 0)"));
    CHECK(contains(outside, "tests/tensor/simt_warp_kernels.cu:"));
    CHECK(contains(report(1, order), "ended"));
    CHECK(contains(report(2, order), "deadlock"));
    CHECK(contains(report(3, order), "deadlock"));
    CHECK(contains(report(3, order), "16 wait at a barrier"));
    CHECK(contains(report(4, order), "ended"));
    CHECK(contains(report(5, order), "while lanes"));
    CHECK(contains(report(6, order), "reads lane 20, which mask 0x0000ffff leaves out"));
  }
}

}  // namespace
}  // namespace impasto::test
