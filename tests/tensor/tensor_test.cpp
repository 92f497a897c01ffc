#include "tensor/tensor.h"

#include <doctest/doctest.h>

#include "tensor/allocator.h"
#include "tensor/error.h"

namespace impasto {
namespace {

TEST_CASE("memory is counted, live and peak") {
  Allocator& allocator = allocator_of({});
  const std::size_t before = allocator.stats().live_bytes;
  allocator.reset_peak();
  {
    const Tensor a = Tensor::zeros({1000});
    CHECK(allocator.stats().live_bytes == before + 4000);
  }
  CHECK(allocator.stats().live_bytes == before);
  CHECK(allocator.stats().peak_bytes == before + 4000);
}

}  // namespace
}  // namespace impasto
