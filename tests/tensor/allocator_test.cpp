#include "tensor/allocator.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tensor/tensor.h"

namespace impasto {
namespace {

// Takes the limit away again however the test ends.
class Limit {
 public:
  explicit Limit(std::size_t more) {
    allocator_of({}).set_limit(allocator_of({}).stats().live_bytes + more);
  }
  ~Limit() { allocator_of({}).set_limit(0); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
};

TEST_CASE("memory is counted: live, peak, number of allocations") {
  Allocator& allocator = allocator_of({});
  const MemoryStats before = allocator.stats();
  allocator.reset_peak();
  {
    const Tensor a = Tensor::zeros({1000});
    const Tensor b = a;  // shares
    CHECK(allocator.stats().live_bytes == before.live_bytes + 4000);
    {
      const Tensor c = Tensor::zeros({100}, DType::bits);
      CHECK(allocator.stats().live_bytes == before.live_bytes + 4016);
    }
    const Tensor d = a.clone();
    CHECK(allocator.stats().live_bytes == before.live_bytes + 8000);
  }
  CHECK(allocator.stats().live_bytes == before.live_bytes);
  CHECK(allocator.stats().peak_bytes == before.live_bytes + 8000);
  CHECK(allocator.stats().allocations == before.allocations + 3);
  allocator.reset_peak();
  CHECK(allocator.stats().peak_bytes == before.live_bytes);
}

TEST_CASE("memory is aligned and distinct for every size, zero included") {
  Allocator& allocator = allocator_of({});
  constexpr std::size_t kLarge = std::size_t{8} << 20;  // takes huge pages
  for (std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{65}, kLarge, kLarge + 1}) {
    CAPTURE(bytes);
    void* a = allocator.allocate(bytes);
    void* b = allocator.allocate(bytes);
    CHECK(a != b);
    CHECK(reinterpret_cast<std::uintptr_t>(a) % 64 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(b) % 64 == 0);
    std::memset(a, 1, bytes);
    std::memset(b, 2, bytes);
    if (bytes > 0) CHECK(static_cast<char*>(a)[bytes - 1] == 1);
    allocator.deallocate(a, bytes);
    allocator.deallocate(b, bytes);
  }
}

TEST_CASE("past the limit is OutOfMemory, and what was live stays live") {
  Allocator& allocator = allocator_of({});
  const std::size_t live = allocator.stats().live_bytes;
  const Limit limit(1000);
  const Tensor fits = Tensor::zeros({250});
  const MemoryStats before = allocator.stats();
  try {
    const Tensor too_much = Tensor::zeros({1});
    FAIL("the limit was ignored");
  } catch (const OutOfMemory& error) {
    CHECK(error.requested_bytes() == 4);
    CHECK(error.live_bytes() == live + 1000);
    CHECK(std::string(error.what()).starts_with("out of memory: "));
  }
  CHECK(allocator.stats().live_bytes == before.live_bytes);
  CHECK(allocator.stats().peak_bytes == before.peak_bytes);
  CHECK(allocator.stats().allocations == before.allocations);
}

TEST_CASE("what no machine has is OutOfMemory, and sizes that overflow are an error") {
  const std::int64_t exabyte = std::int64_t{1} << 60;
  const std::size_t live = allocator_of({}).stats().live_bytes;
  CHECK_THROWS_AS(Tensor::empty({exabyte}, DType::u8), OutOfMemory);
  CHECK_THROWS_AS(allocator_of({}).allocate(std::numeric_limits<std::size_t>::max()), OutOfMemory);
  CHECK_THROWS_AS(Tensor::empty({8 * (exabyte - 1)}, DType::f64), Error);
  CHECK(allocator_of({}).stats().live_bytes == live);
}

TEST_CASE("accounting holds when several threads allocate") {
  Allocator& allocator = allocator_of({});
  const MemoryStats before = allocator.stats();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) Tensor::zeros({i});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(allocator.stats().live_bytes == before.live_bytes);
  CHECK(allocator.stats().allocations == before.allocations + 2000);
}

TEST_CASE("a device that is not there has no allocator") {
  CHECK_THROWS_AS(allocator_of({DeviceType::cuda, 99}), Error);
  CHECK_THROWS_AS(Tensor::empty({1}, DType::f32, {DeviceType::cuda, 99}), Error);
}

}  // namespace
}  // namespace impasto
