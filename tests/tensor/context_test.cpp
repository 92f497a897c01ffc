#include "tensor/context.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "tensor/allocator.h"
#include "tensor/error.h"

namespace impasto {
namespace {

// Sets an environment variable for the length of a test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    const char* old = std::getenv(name);
    had_ = old != nullptr;
    if (had_) old_ = old;
    ::setenv(name, value, 1);
  }
  ~Environment() {
    if (had_) {
      ::setenv(name_, old_.c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  bool had_ = false;
  std::string old_;
};

TEST_CASE("a context has the threads it is asked for, or one for each core") {
  CHECK(Context({.device = {}, .threads = 3}).threads().size() == 3);
  CHECK(Context().threads().size() == available_cores());
}

TEST_CASE("the workspace is kept and only grows") {
  Context context({.device = {}, .threads = 1});
  Allocator& allocator = allocator_of({});
  void* first = context.workspace(1000);
  std::memset(first, 1, 1000);
  CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
  const MemoryStats before = allocator.stats();
  CHECK(context.workspace(10) == first);
  CHECK(context.workspace(1000) == first);
  CHECK(allocator.stats().allocations == before.allocations);
  allocator.reset_peak();
  std::memset(context.workspace(5000), 2, 5000);
  CHECK(allocator.stats().live_bytes == before.live_bytes + 4000);
  // The old one is given back before the new one is taken.
  CHECK(allocator.stats().peak_bytes == before.live_bytes + 4000);
}

TEST_CASE("a workspace that grows late does not stand between maps") {
  constexpr std::int64_t kMega = std::int64_t{1} << 20;
  const auto address = [](void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); };
  Context context;
  Tensor map = context.empty({8 * kMega});
  const std::uintptr_t workspace = address(context.workspace(4 * kMega));
  Tensor next = context.empty({8 * kMega});
  for (Tensor* tensor : {&map, &next}) {
    CHECK(workspace > address(tensor->raw()) + 256 * kMega);
  }
}

TEST_CASE("a workspace that cannot be had leaves the context usable") {
  Context context({.device = {}, .threads = 1});
  CHECK_THROWS_AS(context.workspace(std::size_t{1} << 60), OutOfMemory);
  std::memset(context.workspace(64), 0, 64);
}

TEST_CASE("kernels are requested by table, the last request counts") {
  Context context({.device = {}, .threads = 1});
  CHECK(context.requested_kernel("relu.fwd").empty());
  context.request_kernel("relu.fwd", "a");
  context.request_kernel("relu.bwd", "b");
  context.request_kernel("relu.fwd", "c");
  CHECK(context.requested_kernel("relu.fwd") == "c");
  CHECK(context.requested_kernel("relu.bwd") == "b");
}

TEST_CASE("kernels are requested through the environment") {
  {
    const Environment set("IMPASTO_KERNEL", "relu.fwd=a,relu.bwd=b");
    Context context({.device = {}, .threads = 1});
    CHECK(context.requested_kernel("relu.fwd") == "a");
    CHECK(context.requested_kernel("relu.bwd") == "b");
  }
  for (const char* wrong : {"relu.fwd", "relu.fwd=a,,b=c", ","}) {
    CAPTURE(wrong);
    const Environment set("IMPASTO_KERNEL", wrong);
    CHECK_THROWS_AS(Context({.device = {}, .threads = 1}), InputError);
  }
  const Environment set("IMPASTO_KERNEL", "");
  CHECK_NOTHROW(Context({.device = {}, .threads = 1}));
}

TEST_CASE("launches are counted by kernel") {
  Context context({.device = {}, .threads = 1});
  context.count_launch("a");
  context.count_launch("b");
  context.count_launch("a");
  CHECK(context.launches().size() == 2);
  CHECK(context.launches().at("a") == 2);
  CHECK(context.launches().at("b") == 1);
  context.reset_launches();
  CHECK(context.launches().empty());
}

TEST_CASE("a context makes tensors on its device") {
  const Context context({.device = {}, .threads = 1});
  const Tensor tensor = context.empty({2, 3}, DType::i32);
  CHECK(tensor.device() == context.device());
  CHECK(tensor.shape() == Shape{2, 3});
  CHECK(tensor.dtype() == DType::i32);
}

TEST_CASE("features are sets with names") {
  const Features both = Features(Feature::avx2) | Feature::avx512;
  CHECK(both.has(Feature::avx2));
  CHECK(both.has(Feature::avx512));
  CHECK(both.has({}));
  CHECK_FALSE(Features(Feature::avx2).has(both));
  CHECK_FALSE(Features().has(Feature::avx2));
  CHECK(to_string(Features()) == "none");
  CHECK(to_string(Features(Feature::avx2)) == "avx2");
  CHECK(to_string(both) == "avx2 avx512");
}

TEST_CASE("the environment lowers what the processor offers, and never raises it") {
  const Environment all("IMPASTO_CPU", "avx512");
  const Features host = host_features();
  {
    const Environment set("IMPASTO_CPU", "generic");
    CHECK(host_features() == Features());
  }
  {
    const Environment set("IMPASTO_CPU", "avx2");
    CHECK(host.has(host_features()));
    CHECK_FALSE(host_features().has(Feature::avx512));
    CHECK(host_features().has(Feature::avx2) == host.has(Feature::avx2));
  }
  const Environment set("IMPASTO_CPU", "sse9");
  CHECK_THROWS_AS(host_features(), InputError);
}

}  // namespace
}  // namespace impasto
