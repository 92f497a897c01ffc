#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tensor/simt_run.h"

namespace impasto::test {
namespace {

namespace kernels = simt_test_kernels::simt;
using simt_test_kernels::Floats;
using simt_test_kernels::Integers;
using simt_test_kernels::Shape;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif

std::vector<int> reversed(const std::vector<int>& src, unsigned block) {
  std::vector<int> result;
  for (std::size_t first = 0; first < src.size(); first += block) {
    for (std::size_t i = 0; i < block; ++i) result.push_back(src[first + block - 1 - i]);
  }
  return result;
}

std::vector<int> summed(const std::vector<int>& src, unsigned block) {
  std::vector<int> result(src.size());
  for (std::size_t first = 0; first < src.size(); first += block) {
    const auto begin = src.begin() + static_cast<std::ptrdiff_t>(first);
    std::partial_sum(begin, begin + block, result.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return result;
}

TEST_CASE("barriers, in every order and for every size of block") {
  for (const std::string& order : kOrders) {
    for (int threads : {1, 2}) {
      SimtRun run(order, threads);
      for (unsigned block : {1u, 31u, 32u, 33u, 256u, 1024u}) {
        CAPTURE(order);
        CAPTURE(block);
        const std::vector<int> src = counted(static_cast<int>(block) * 5);
        std::vector<int> got(src.size());
        const Shape shape{{5, 1, 1}, {block, 1, 1}};
        const Integers data{.src = src.data(), .dst = got.data()};
        run(kernels::reverse_in_shared, shape, data);
        CHECK(got == reversed(src, block));
        run(kernels::prefix_sums, shape, data);
        CHECK(got == summed(src, block));
      }
    }
  }
}

// How many of the orders see that variant `variant` is wrong.
template <class Kernel>
int orders_that_see(Kernel kernel, int variant,
                    std::vector<int> (*right)(const std::vector<int>&, unsigned),
                    std::string_view among) {
  int seen = 0;
  for (const std::string& order : kOrders) {
    if (!contains(order, among)) continue;
    SimtRun run(order);
    const std::vector<int> src = counted(512);
    std::vector<int> got(src.size());
    run(kernel, Shape{{2, 1, 1}, {256, 1, 1}},
        Integers{.src = src.data(), .dst = got.data(), .variant = variant});
    seen += got != right(src, 256);
  }
  return seen;
}

TEST_CASE("a removed barrier gives wrong values") {
  CHECK(orders_that_see(kernels::reverse_in_shared, 1, reversed, "priorities") == 3);
  CHECK(orders_that_see(kernels::prefix_sums, 1, summed, "priorities") == 3);
  CHECK(orders_that_see(kernels::prefix_sums, 2, summed, "priorities") == 3);
}

TEST_CASE("every declaration of shared memory has a slot of its own") {
  for (const std::string& order : kOrders) {
    SimtRun run(order);
    std::vector<int> got(192);
    run(kernels::slots, Integers{.dst = got.data()});
    for (int value : got) CHECK(value == 4321);
  }
}

TEST_CASE("shared memory that was not written is NaN, in every block") {
  SimtRun run;
  std::vector<float> got(64);
  for (int i = 0; i < 2; ++i) {
    run(kernels::read_unwritten, Floats{.dst = got.data()});
    CHECK(got[0] == 1.0f);
    CHECK(got[32] == 1.0f);
    for (std::size_t lane = 1; lane < 32; ++lane) {
      CHECK(std::isnan(got[lane]));
      CHECK(std::isnan(got[32 + lane]));
    }
  }
}

TEST_CASE("more shared memory than a GPU has is refused") {
  SimtRun run;
  std::vector<int> dst(32);
  const auto report = [&](int variant) {
    return run.error(kernels::too_much_shared, Integers{.dst = dst.data(), .variant = variant});
  };
  CHECK(report(0).empty());
  CHECK(contains(report(1), "static shared memory"));
  CHECK(contains(report(2), "exceed"));
  CHECK(contains(report(3), "300000 bytes of dynamic shared memory"));
}

TEST_CASE("wrong barriers are reported") {
  for (const std::string& order : kOrders) {
    CAPTURE(order);
    SimtRun run(order);
    for (int variant : {0, 1, 2}) {
      const std::string report = run.error(kernels::wrong_barrier, Integers{.variant = variant});
      CAPTURE(report);
      CHECK(contains(report, "kernel test.wrong_barrier, block ("));
      CHECK(contains(report, "tests/tensor/simt_block_kernels.cu:"));
      CHECK(contains(report, variant == 2 ? "at the one in" : "ended"));
    }
  }
  SimtRun run;
  CHECK(contains(
      run.error(kernels::wrong_barrier, Integers{.variant = 1}),
      "thread (40, 0, 0) has ended, while 40 of 64 threads, thread (0, 0, 0) first, wait"));
}

// What is reported, and whether the element behind the 64 that a kernel may write to has changed.
struct Damage {
  std::string report;
  bool global;
};

Damage past_the_end(int variant) {
  SimtRun run;
  // AddressSanitizer knows the end, other builds need something there.
  std::vector<int> dst(kAddressSanitizer ? 64 : 65, -1);
  const std::string report =
      run.error(kernels::past_the_end, Integers{.dst = dst.data(), .variant = variant});
  return {report, dst.back() != -1};
}

TEST_CASE("writes past the end are seen by what lies there") {
  if (kAddressSanitizer) return;
  CHECK(contains(past_the_end(0).report, "out of bounds: byte 256 of tile, which has 256"));
  CHECK(contains(past_the_end(1).report, "byte 256 of dynamic shared memory, which has 256"));
  CHECK(past_the_end(2).global);
  CHECK(contains(past_the_end(3).report, "out of bounds: byte -4 of tile"));
  CHECK(!past_the_end(3).global);
  CHECK(past_the_end(4).report.empty());
}

// Not a test: what the next one runs in a process of its own.
TEST_CASE("past the end" * doctest::skip()) {
  const char* variant = std::getenv("SIMT_TEST_VARIANT");
  past_the_end(variant == nullptr ? 0 : std::atoi(variant));
}

TEST_CASE("AddressSanitizer sees the fibers' memory errors") {
  if (!kAddressSanitizer) return;
  char self[4096] = {};
  REQUIRE(::readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
  for (const char* variant : {"0", "1", "2", "3"}) {
    CAPTURE(variant);
    const std::string command = fmt::format(
        "SIMT_TEST_VARIANT={} '{}' --no-skip '--test-case=past the end' 2>&1", variant, self);
    std::FILE* child = ::popen(command.c_str(), "r");
    REQUIRE(child != nullptr);
    std::string output;
    char part[4096];
    while (const std::size_t count = std::fread(part, 1, sizeof(part), child))
      output.append(part, count);
    CHECK(::pclose(child) != 0);
    CAPTURE(output);
    CHECK(contains(output, "AddressSanitizer: "));
    CHECK(contains(output, "past_the_end_kernel"));
    CHECK(contains(output, "simt_block_kernels.cu:"));
  }
}

TEST_CASE("barriers are cheap" * doctest::skip()) {
  for (unsigned block : {64u, 256u, 1024u}) {
    for (const char* order : {"order=forward", "order=priorities"}) {
      SimtRun run(order);
      std::vector<int> dst(block);
      const Shape shape{{1, 1, 1}, {block, 1, 1}};
      run(kernels::time_barriers, shape, Integers{.dst = dst.data(), .count = 10});
      const auto start = std::chrono::steady_clock::now();
      const int count = static_cast<int>(4'000'000 / block);
      run(kernels::time_barriers, shape, Integers{.dst = dst.data(), .count = count});
      const std::chrono::duration<double, std::nano> taken =
          std::chrono::steady_clock::now() - start;
      MESSAGE(order, ", ", block, " threads: ", taken.count() / 4e6, " ns a thread and barrier");
    }
  }
}

}  // namespace
}  // namespace impasto::test
