#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/half.h"
#include "tensor/simt/executor.h"
#include "tests/tensor/simt_run.h"

namespace impasto::test {
namespace {

namespace kernels = simt_test_kernels::simt;
using simt_test_kernels::Floats;
using simt_test_kernels::Integers;
using simt_test_kernels::Shape;

TEST_CASE("options of the executor") {
  using simt::Order;
  using simt::simt_options_from;
  CHECK(simt_options_from("") == simt::Options{});
  CHECK(simt_options_from("order=priorities,seed=3,race") ==
        simt::Options{.order = Order::priorities, .seed = 3, .race = true});
  CHECK(simt_options_from("seed=18446744073709551615").seed == ~0ull);
  CHECK(simt_options_from("order=reverse").order == Order::reverse);
  for (const char* wrong : {"order=", "order=up", "seed=", "seed=-1", "seed=3x", "rage", "race,",
                            ",race", "race=1", "forward", "order=random;seed=1"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(simt_options_from(wrong), InputError);
  }
}

TEST_CASE("every thread of every block runs once") {
  for (const std::string& order : kOrders) {
    for (int threads : {1, 2, 3}) {
      CAPTURE(order);
      CAPTURE(threads);
      SimtRun run(order, threads);
      for (const Shape shape : {Shape{{1, 1, 1}, {1, 1, 1}}, Shape{{7, 1, 1}, {33, 1, 1}},
                                Shape{{2, 3, 2}, {4, 5, 3}}, Shape{{3, 1, 1}, {1024, 1, 1}}}) {
        const int count = static_cast<int>(shape.grid[0] * shape.grid[1] * shape.grid[2] *
                                           shape.block[0] * shape.block[1] * shape.block[2]);
        std::vector<int> counts(static_cast<std::size_t>(count), 0);
        run(kernels::count_threads, shape, Integers{.dst = counts.data(), .count = count});
        CHECK(std::count(counts.begin(), counts.end(), 1) == count);
      }
    }
  }
}

TEST_CASE("threads know their indices") {
  for (const std::string& order : kOrders) {
    SimtRun run(order);
    const Shape shape{{2, 3, 4}, {3, 2, 5}};
    std::vector<int> got(24 * 30), want;
    run(kernels::number_threads, shape, Integers{.dst = got.data()});
    for (int block = 0; block < 24; ++block) {
      for (int thread = 0; thread < 30; ++thread) {
        want.push_back(thread % 3 + 10 * (thread / 3 % 2) + 100 * (thread / 6) +
                       1000 * (block % 2) + 10000 * (block / 2 % 3) + 100000 * (block / 6));
      }
    }
    CHECK(got == want);
  }
}

TEST_CASE("vectors and scalar functions") {
  SimtRun run;
  std::vector<float> src, got(4 * 130);
  for (int i = 0; i < 4 * 130; ++i) src.push_back(static_cast<float>(i % 11 - 5));
  struct alignas(16) Four {
    float v[4];
  };
  std::vector<Four> aligned(130), result(130);
  std::memcpy(aligned.data(), src.data(), src.size() * sizeof(float));
  run(kernels::copy_vectors, Floats{.src = aligned[0].v, .dst = result[0].v, .count = 130});
  for (std::size_t i = 0; i < 130; ++i) {
    const float* v = aligned[i].v;
    CHECK(result[i].v[0] == v[3]);
    CHECK(result[i].v[1] == v[2] * 2 + 1);
    CHECK(result[i].v[2] == std::max(v[1], 0.0f));
    CHECK(result[i].v[3] == std::min(v[0], 3.0f));
  }

  std::vector<int> scalars(9);
  run(kernels::scalars, Integers{.dst = scalars.data()});
  CHECK(scalars == std::vector<int>{8, 31, 4, 2, 0x3f800000, 2, 10, 5, 32});
}

TEST_CASE("16-bit floats in kernels are those of the library") {
  SimtRun run;
  const std::vector<float> src = {0.0f,  -1.5f,    1.0009766f, 65504.0f,
                                  1e-7f, 3.14159f, -70000.0f,  1e38f};
  std::vector<float> got(4 * src.size());
  const int count = static_cast<int>(src.size());
  run(kernels::halves, Floats{.src = src.data(), .dst = got.data(), .count = count});
  for (std::size_t i = 0; i < src.size(); ++i) {
    const float bf16 = to_float(to_bfloat16(src[i])), f16 = to_float(to_half(src[i]));
    CHECK(got[i] == bf16);
    CHECK(got[src.size() + i] == f16);
    CHECK(got[2 * src.size() + i] == bf16 + 1.0f);
    CHECK(got[3 * src.size() + i] == f16 + 2.0f);
  }
}

TEST_CASE("atomics, from several threads of the host") {
  for (const std::string& order : kOrders) {
    for (int threads : {1, 3}) {
      SimtRun run(order, threads);
      alignas(8) int out[12] = {};
      run(kernels::atomics, Shape{{50, 1, 1}, {70, 1, 1}}, Integers{.dst = out});
      float sum;
      double wide;
      unsigned long long large;
      std::memcpy(&sum, out + 2, 4);
      std::memcpy(&wide, out + 8, 8);
      std::memcpy(&large, out + 10, 8);
      CHECK(out[0] == 3500);
      CHECK(out[1] == 7000);
      CHECK(sum == 1750.0f);
      CHECK(out[3] == 3499);
      CHECK(out[4] == -3499);
      CHECK(out[5] == 1);
      CHECK(out[6] == 0);
      CHECK(out[7] == 5);
      CHECK(wide == 875.0);
      CHECK(large == 3500ull << 33);
    }
  }
}

TEST_CASE("the last block sees what the others wrote") {
  for (const std::string& order : kOrders) {
    SimtRun run(order, 2);
    std::vector<int> out(2 + 40);
    run(kernels::last_block, Shape{{40, 1, 1}, {64, 1, 1}}, Integers{.dst = out.data()});
    CHECK(out[1] == 820);
  }
}

TEST_CASE("an exception in a kernel comes out, and the executor goes on") {
  for (const std::string& order : kOrders) {
    for (int threads : {1, 3}) {
      SimtRun run(order, threads);
      for (int thread : {0, 31, 63}) {
        CHECK_THROWS_AS(
            run(kernels::throwing, Shape{{9, 1, 1}, {64, 1, 1}}, Integers{.variant = thread}), int);
      }
      CHECK_NOTHROW(run(kernels::throwing, Shape{{9, 1, 1}, {64, 1, 1}}, Integers{.variant = -1}));
    }
  }
}

TEST_CASE("launches from inside a parallel loop, and from several threads") {
  ThreadPool pool(3);
  simt::Executor executor(pool);
  std::vector<int> counts(12 * 64);
  pool.run(12, [&](std::int64_t i, int) {
    kernels::count_threads({nullptr, &executor}, Shape{{2, 1, 1}, {32, 1, 1}},
                           Integers{.dst = counts.data() + i * 64, .count = 64});
  });
  CHECK(std::count(counts.begin(), counts.end(), 1) == 12 * 64);
}

TEST_CASE("launches that no GPU takes are refused") {
  SimtRun run;
  int value = 0;
  const Integers data{.dst = &value, .count = 1};
  for (const Shape shape : {Shape{{1, 1, 1}, {1025, 1, 1}}, Shape{{1, 1, 1}, {0, 1, 1}},
                            Shape{{0, 1, 1}, {32, 1, 1}}, Shape{{1, 70000, 1}, {32, 1, 1}},
                            Shape{{1, 1, 1}, {1, 1, 65}}, Shape{{1, 1, 1}, {64, 32, 1}}}) {
    CHECK(contains(run.error(kernels::count_threads, shape, data), "test.count"));
  }
  CHECK_THROWS_AS(kernels::count_threads({}, Shape{}, data), Error);
}

}  // namespace
}  // namespace impasto::test
