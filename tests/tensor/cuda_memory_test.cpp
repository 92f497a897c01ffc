// Memory of a GPU: accounting, limits, copies.
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/cuda/memory.h"
#include "tensor/error.h"

namespace impasto {
namespace {

std::vector<int> counted(std::size_t count) {
  std::vector<int> values(count);
  std::iota(values.begin(), values.end(), 1);
  return values;
}

TEST_CASE("memory of a device is aligned, accounted and limited") {
  Allocator& allocator = cuda_allocator(0);
  const MemoryStats before = allocator.stats();
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{100} << 20}) {
    void* pointer = allocator.allocate(bytes);
    CHECK(pointer != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(pointer) % 256 == 0);
    CHECK(allocator.stats().live_bytes == before.live_bytes + bytes);
    allocator.deallocate(pointer, bytes);
  }
  CHECK(allocator.stats().live_bytes == before.live_bytes);
  CHECK(allocator.stats().allocations == before.allocations + 3);
  allocator.set_limit(before.live_bytes + 1000);
  CHECK_THROWS_AS(allocator.allocate(1001), OutOfMemory);
  allocator.set_limit(0);
}

TEST_CASE("more than the device has is OutOfMemory, and it works on afterwards") {
  Allocator& allocator = cuda_allocator(0);
  const std::size_t live = allocator.stats().live_bytes;
  CHECK_THROWS_AS(allocator.allocate(std::size_t{1} << 44), OutOfMemory);
  CHECK(allocator.stats().live_bytes == live);
  const CudaMemory memory(0, 1 << 20);
  CHECK_NOTHROW(cuda_synchronize(0));
}

TEST_CASE("copies go to the device, on it, and back") {
  const std::vector<int> values = counted(100003);
  const std::size_t bytes = values.size() * sizeof(int);
  const CudaMemory first(0, bytes), second(0, bytes), third(0, bytes);
  cuda_copy(CudaCopy::host_to_device, first.data(), values.data(), bytes, 0);
  cuda_copy_async(CudaCopy::on_device, second.data(), first.data(), bytes, cuda_stream(0));
  cuda_copy_between({third.data(), 0}, {second.data(), 0}, bytes);
  std::vector<int> back(values.size());
  cuda_copy(CudaCopy::device_to_host, back.data(), third.data(), bytes, 0);
  CHECK(back == values);
}

TEST_CASE("copies and fills of nothing do nothing") {
  CHECK_NOTHROW(cuda_copy(CudaCopy::host_to_device, nullptr, nullptr, 0, 0));
  CHECK_NOTHROW(cuda_fill_async(nullptr, 0, 0, cuda_stream(0)));
}

TEST_CASE("memory that is freed while it is in use is not overwritten early") {
  const std::vector<int> values = counted(1 << 20);
  const std::size_t bytes = values.size() * sizeof(int);
  const CudaMemory result(0, bytes);
  for (int round = 0; round < 20; ++round) {
    {
      const CudaMemory passing(0, bytes);
      cuda_copy_async(CudaCopy::host_to_device, passing.data(), values.data(), bytes,
                      cuda_stream(0));
      cuda_copy_async(CudaCopy::on_device, result.data(), passing.data(), bytes, cuda_stream(0));
    }
    const CudaMemory next(0, bytes);  // in the same place, as a rule
    cuda_fill_async(next.data(), 0xff, bytes, cuda_stream(0));
  }
  std::vector<int> back(values.size());
  cuda_copy(CudaCopy::device_to_host, back.data(), result.data(), bytes, 0);
  CHECK(back == values);
}

}  // namespace
}  // namespace impasto
