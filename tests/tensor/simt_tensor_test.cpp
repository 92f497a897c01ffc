// Tensors on the host executor's device: memory of its own, which the host does not touch.
#include <cmath>

#include <doctest/doctest.h>

#include "tensor/allocator.h"
#include "tensor/context.h"
#include "tensor/error.h"
#include "tensor/tensor.h"

namespace impasto {
namespace {

constexpr Device kSimt = {DeviceType::simt};

TEST_CASE("a tensor travels to the simt device and back") {
  const Tensor host = Tensor::from<float>({2, 2}, std::vector<float>{1, 2, 3, NAN});
  const Tensor there = host.to(kSimt);
  CHECK(there.device() == kSimt);
  CHECK(there.shape() == host.shape());
  CHECK(there.raw() != host.raw());
  CHECK(there.to(kSimt).raw() == there.raw());
  const Tensor back = there.clone().to(Device{});
  CHECK(back.data<float>()[2] == 3);
  CHECK(std::isnan(back.data<float>()[3]));
  CHECK(Tensor().to(kSimt).defined() == false);
}

TEST_CASE("the host cannot read or write a tensor of the simt device by accident") {
  Tensor there = Tensor::zeros({3}, DType::f32, kSimt);
  CHECK_THROWS_WITH_AS(there.data<float>(), doctest::Contains("is on simt: copy it to the cpu"),
                       Error);
  CHECK_THROWS_AS(there.values<float>(), Error);
  CHECK_THROWS_AS(there.to(DType::f64), Error);
}

TEST_CASE("values are made on the simt device, and single ones read from it") {
  CHECK(Tensor::full({}, 2.5, DType::f64, kSimt).item() == 2.5);
  const Tensor zeros = Tensor::zeros({5, 64}, DType::bits, kSimt);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(zeros.to(Device{}).data<std::uint64_t>()[i] == 0);
}

TEST_CASE("the simt device keeps its own account of memory") {
  const MemoryStats host = allocator_of({}).stats(), before = allocator_of(kSimt).stats();
  const Tensor there = Tensor::zeros({1000}, DType::f32, kSimt);
  CHECK(allocator_of(kSimt).stats().live_bytes == before.live_bytes + 4000);
  CHECK(allocator_of({}).stats().live_bytes == host.live_bytes);
}

TEST_CASE("a context of the simt device offers what GPUs offer, and computes there") {
  ContextOptions options;
  options.device = kSimt;
  Context context(options);
  CHECK(context.features().device() == DeviceType::simt);
  CHECK(context.features().has(Feature::sm80));
  CHECK(context.empty({4}).device() == kSimt);
  CHECK(context.gpu_code() == GpuCode::simt);
  CHECK(context.queue().executor != nullptr);
  CHECK_FALSE(Context().features().has(Feature::sm80));
}

}  // namespace
}  // namespace impasto
