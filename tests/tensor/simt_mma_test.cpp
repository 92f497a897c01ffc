// The host twins of tensor-core instructions against plain products, exactly on small integers.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "tests/tensor/simt_run.h"

namespace impasto::test {
namespace {

namespace kernels = simt_test_kernels::simt;
using simt_test_kernels::Floats;
using simt_test_kernels::Integers;
using simt_test_kernels::Product;

struct Case {
  int depth;
  std::vector<float> a, b, want;

  // Small integers, all rows and columns different; d begins at 1.
  explicit Case(int k) : depth(k) {
    for (int i = 0; i < 16 * k; ++i) a.push_back(static_cast<float>(i * 37 % 23 - 11));
    for (int i = 0; i < k * 8; ++i) b.push_back(static_cast<float>(i * 29 % 19 - 9));
    for (int row = 0; row < 16; ++row) {
      for (int column = 0; column < 8; ++column) {
        float sum = 1;
        for (int i = 0; i < k; ++i) {
          sum += a[static_cast<std::size_t>(row * k + i)] *
                 b[static_cast<std::size_t>(i * 8 + column)];
        }
        want.push_back(sum);
      }
    }
  }

  std::vector<float> run(void (*launcher)(const GpuQueue&, const Product&),
                         const std::string& order, int variant = 0) const {
    SimtRun run(order);
    std::vector<float> got(128, NAN);
    run(launcher, Product{.a = a.data(), .b = b.data(), .d = got.data(), .variant = variant});
    return got;
  }
};

TEST_CASE("products of tensor cores are exact on small integers") {
  const Case tf32(8), halves(16);
  for (const std::string& order : kOrders) {
    CAPTURE(order);
    CHECK(tf32.run(kernels::product_tf32, order) == tf32.want);
    CHECK(halves.run(kernels::product_bf16, order) == halves.want);
    CHECK(halves.run(kernels::product_f16, order) == halves.want);
  }
}

TEST_CASE("a wrong fragment layout gives a wrong product") {
  const Case tf32(8);
  CHECK(tf32.run(kernels::product_tf32, "", 1) != tf32.want);
}

TEST_CASE("what is not rounded to tf32 is cut") {
  Case tf32(8);
  std::fill(tf32.a.begin(), tf32.a.end(), 0.0f);
  std::fill(tf32.b.begin(), tf32.b.end(), 0.0f);
  tf32.b[0] = 1;
  const auto first = [&](float value, int variant) {
    tf32.a[0] = value;
    return tf32.run(kernels::product_tf32, "", variant)[0] - 1;
  };
  const float step = 0x1p-10f;
  CHECK(first(2 + 2 * step, 0) == 2 + 2 * step);
  CHECK(first(2 + 1.5f * step, 0) == 2 + 2 * step);
  CHECK(first(2 + 1.5f * step, 2) == 2);
  CHECK(first(2 + step, 0) == 2 + 2 * step);  // a tie, away from zero
  CHECK(first(-2 - step, 0) == -2 - 2 * step);
  CHECK(std::isinf(first(INFINITY, 0)));
  CHECK(std::isnan(first(NAN, 0)));
}

TEST_CASE("matrices come from shared memory as the PTX ISA says") {
  for (const std::string& order : kOrders) {
    SimtRun run(order);
    std::vector<int> got(16 * 32);
    run(kernels::transposed_matrices, Integers{.dst = got.data()});
    int wrong = 0;
    for (int i = 0; i < 4; ++i) {
      for (int half = 0; half < 2; ++half) {
        for (int lane = 0; lane < 32; ++lane) {
          const int row = lane / 4, column = lane % 4 * 2 + half;
          const auto at = [&](int r) { return got[static_cast<std::size_t>(r * 32 + lane)]; };
          wrong += at(2 * i + half) != 64 * i + 8 * row + column;
          wrong += at(8 + 2 * i + half) != 64 * i + 8 * column + row;
        }
      }
    }
    CHECK(wrong == 0);
  }
  SimtRun run;
  std::vector<int> got(16 * 32);
  CHECK(contains(run.error(kernels::transposed_matrices, Integers{.dst = got.data(), .variant = 1}),
                 "not 16-byte aligned"));
}

TEST_CASE("copies that finish late, through two buffers") {
  struct alignas(16) Four {
    float v[4];
  };
  std::vector<Four> storage(300);
  float* src = storage[0].v;
  for (int count : {128, 1000, 1001, 4, 1}) {
    for (int i = 0; i < 1200; ++i) src[i] = static_cast<float>(i < count ? i * 13 % 31 - 15 : 1000);
    const float want = std::accumulate(src, src + count, 0.0f);
    int seen[4] = {};
    for (const std::string& order : kOrders) {
      for (int variant : {0, 1, 2, 3}) {
        SimtRun run(order);
        std::vector<float> got(32);
        run(kernels::product_pipeline,
            Floats{.src = src, .dst = got.data(), .count = count, .variant = variant});
        const float sum = std::accumulate(got.begin(), got.end(), 0.0f);
        seen[variant] += !(sum == want);
      }
    }
    CAPTURE(count);
    CHECK(seen[0] == 0);
    CHECK(seen[1] == static_cast<int>(kOrders.size()));
    CHECK(seen[3] > 0);
    if (count > 256) CHECK(seen[2] > 0);
  }
}

}  // namespace
}  // namespace impasto::test
