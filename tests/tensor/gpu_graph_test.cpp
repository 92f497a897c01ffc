// Recorded work and its replays, on the simt device; and on a GPU in the program for GPUs.
#include "tensor/gpu_graph.h"

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/allocator.h"
#include "tensor/cuda/on_gpu.h"
#include "tensor/gpu.h"
#include "tensor/simt/executor.h"
#include "tests/tensor/simt_run.h"

namespace impasto::simt_test_kernels {
namespace {

constexpr std::int64_t kCount = 5 * 64;

// Each 64 elements: their sums from the first on, or their reverse. Variant 1 is a race.
void sums(Context& context, const Tensor& src, Tensor& dst) {
  IMPASTO_ON_GPU(context, prefix_sums, Shape{{5, 1, 1}, {64, 1, 1}},
                 Integers{.src = gpu_data<std::int32_t>(context, src),
                          .dst = gpu_data<std::int32_t>(context, dst)});
}
void reverse(Context& context, const Tensor& src, Tensor& dst, int variant = 0) {
  IMPASTO_ON_GPU(context, reverse_in_shared, Shape{{5, 1, 1}, {64, 1, 1}},
                 Integers{.src = gpu_data<std::int32_t>(context, src),
                          .dst = gpu_data<std::int32_t>(context, dst),
                          .variant = variant});
}

}  // namespace
}  // namespace impasto::simt_test_kernels

namespace impasto::test {
namespace {

using simt_test_kernels::kCount;
using simt_test_kernels::reverse;
using simt_test_kernels::sums;

#if IMPASTO_TEST_ON_CUDA
constexpr Device kDevice = {DeviceType::cuda};
#else
constexpr Device kDevice = {DeviceType::simt};
#endif

ContextOptions options_of(const std::string& order = "", int threads = 1) {
  ContextOptions options;
  options.device = kDevice;
  options.threads = threads;
  options.simt = simt::simt_options_from(order);
  return options;
}

std::size_t live_bytes() {
  return allocator_of(kDevice).stats().live_bytes;
}

Tensor integers(std::int64_t count = kCount) {
  return Tensor::empty({count}, DType::i32, kDevice);
}

// Data that differs from step to step, written to where `dst` is.
void write(Tensor& dst, int step) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(dst.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::int32_t>(i * 7 + static_cast<std::size_t>(step) * 13) % 101 - 50;
  }
  gpu::copy(dst.raw(), kDevice, values.data(), Device{}, dst.bytes());
}

std::vector<std::int32_t> read(const Tensor& tensor) {
  const Tensor host = tensor.to(Device{});
  return {host.values<std::int32_t>().begin(), host.values<std::int32_t>().end()};
}

// Four kernels, a copy and a fill, through memory of its own.
void transform(Context& context, const Tensor& src, Tensor& dst) {
  Tensor passing = integers();
  reverse(context, src, passing);
  Tensor summed = integers();
  sums(context, passing, summed);
  passing = Tensor::zeros({kCount}, DType::i32, kDevice);
  reverse(context, summed, passing);
  summed = passing.clone();
  sums(context, summed, dst);
}

TEST_CASE("graphs: a replay gives the bits of fresh launches, in every order of threads") {
  for (const std::string& order : kOrders) {
    Context context(options_of(order, 2)), other(options_of("order=reverse"));
    Tensor src = integers(), fresh = integers(), replayed = integers();
    write(src, 100);
    transform(context, src, fresh);
    write(replayed, 101);
    const std::vector<std::int32_t> before = read(replayed);
    const GpuGraph graph(context, [&] { transform(context, src, replayed); });
    CHECK(read(replayed) == before);  // nothing ran
    CHECK(graph.launches() == 6);
    for (int step = 0; step < 4; ++step) {
      write(src, step);
      transform(context, src, fresh);
      graph.replay(step < 3 ? context : other);
      CHECK(read(replayed) == read(fresh));
    }
  }
}

TEST_CASE("graphs: memory is used again within a recording, and belongs to it") {
  Context context(options_of());
  constexpr std::int64_t kLarge = 1 << 20;
  const std::size_t before = live_bytes();
  void *first = nullptr, *second = nullptr;
  {
    const GpuGraph graph(context, [&] {
      for (int i = 0; i < 3; ++i) {
        Tensor one = integers(kLarge), two = integers(kLarge);
        if (i == 0) first = one.raw(), second = two.raw();
        CHECK(((one.raw() == first && two.raw() == second) ||
               (one.raw() == second && two.raw() == first)));
      }
    });
    CHECK(first != second);
    CHECK(live_bytes() == before + 8 * kLarge);
    const Tensor one = integers(kLarge), two = integers(kLarge);
    for (const Tensor& outside : {one, two}) {
      CHECK(outside.raw() != first);
      CHECK(outside.raw() != second);
    }
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("graphs: memory that is asked for in advance is one chunk for all sizes") {
  Context context(options_of());
  const std::size_t before = live_bytes();
  const auto work = [] {
    Tensor one = integers(3 << 18), two = integers(1 << 18);
    one = two = Tensor();
    const Tensor large = integers(1 << 20);
  };
  const GpuGraph known(context, work, std::size_t{4} << 20);
  CHECK(live_bytes() == before + (std::size_t{9} << 19));
  const GpuGraph unknown(context, work);
  CHECK(live_bytes() == before + (std::size_t{9} << 19) + (std::size_t{8} << 20));
}

TEST_CASE("graphs: replays leave alone what others allocate and free between them") {
  Context context(options_of());
  Tensor src = integers(), fresh = integers(), replayed = integers();
  const GpuGraph graph(context, [&] { transform(context, src, replayed); });
  std::vector<Tensor> others;
  for (int step = 0; step < 6; ++step) {
    for (int i = 0; i < 4; ++i) {
      others.push_back(integers());
      write(others.back(), 10 * step + i);
    }
    if (step % 2 == 1) others.erase(others.begin(), others.begin() + 4);
    write(src, step);
    transform(context, src, fresh);
    graph.replay(context);
    CHECK(read(replayed) == read(fresh));
    Tensor same = integers();
    for (std::size_t i = 0; i < others.size(); ++i) {
      const int first = step % 2 == 1 ? 10 * (step / 2 + 1) : 10 * (step / 2);
      write(same, first + static_cast<int>(i / 4) * 10 + static_cast<int>(i % 4));
      CHECK(read(others[i]) == read(same));
    }
  }
}

TEST_CASE("graphs: memory from before that is freed while recording lives as long as the graph") {
  Context context(options_of());
  const std::size_t before = live_bytes();
  {
    Tensor src = integers(), dst = integers(), want = integers();
    write(src, 1);
    sums(context, src, want);
    void* const address = src.raw();
    const GpuGraph graph(context, [&] {
      sums(context, src, dst);
      src = Tensor();
    });
    for (int step = 0; step < 3; ++step) {
      Tensor other = integers();
      CHECK(other.raw() != address);
      write(other, 2);
      graph.replay(context);
      CHECK(read(dst) == read(want));
    }
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("graphs: what the work hands out has each replay's values, and may outlive the graph") {
  Context context(options_of());
  const std::size_t before = live_bytes();
  {
    Tensor src = integers(), out, want = integers();
    {
      std::optional<GpuGraph> graph(std::in_place, context, [&] {
        out = integers();
        Tensor passing = integers();
        sums(context, src, passing);
        sums(context, passing, out);
      });
      const GpuGraph moved = std::move(*graph);
      graph.reset();
      for (int step = 0; step < 2; ++step) {
        write(src, step);
        Tensor passing = integers();
        sums(context, src, passing);
        sums(context, passing, want);
        moved.replay(context);
        CHECK(read(out) == read(want));
      }
    }
    Tensor other = integers();
    write(other, 9);
    CHECK(read(out) == read(want));
    // Freed while the next is recorded.
    const GpuGraph next(context, [&] {
      sums(context, out, other);
      out = Tensor();
    });
    next.replay(context);
    sums(context, want, src);
    CHECK(read(other) == read(src));
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("graphs: scratch memory that grows after the recording stays with the graph") {
  Context context(options_of());
  Tensor src = integers(), dst = integers();
  context.workspace(src.bytes());
  const GpuGraph graph(context, [&] {
    void* const scratch = context.workspace(src.bytes());
    gpu::copy(scratch, kDevice, src.raw(), kDevice, src.bytes());
    gpu::copy(dst.raw(), kDevice, scratch, kDevice, src.bytes());
  });
  context.workspace(std::size_t{8} << 20);
  Tensor other = integers();
  write(other, 3);
  const std::vector<std::int32_t> others = read(other);
  write(src, 1);
  graph.replay(context);
  CHECK(read(dst) == read(src));
  CHECK(read(other) == others);
}

TEST_CASE("graphs: the host cannot read or write a device that is recording") {
  Context context(options_of());
  Tensor src = integers(1), dst = integers(1);
  write(src, 1);
  const double value = src.item();
  const std::function<void()> wrong[] = {[&] { src.item(); }, [&] { src.to(Device{}); },
                                         [&] { Tensor::scalar(1).to(kDevice); }};
  for (const auto& access : wrong) {
    CHECK_THROWS_WITH_AS(GpuGraph(context, access),
                         doctest::Contains("is recording: nothing can be copied from"), Error);
    CHECK(src.item() == value);
  }
  // An error that the work catches itself ends nothing.
  const GpuGraph graph(context, [&] {
    CHECK_THROWS_AS(src.item(), Error);
    gpu::copy(dst.raw(), kDevice, src.raw(), kDevice, src.bytes());
  });
  graph.replay(context);
  CHECK(dst.item() == value);
}

TEST_CASE("graphs: work that throws leaves the device as it was") {
  Context context(options_of());
  const std::size_t before = live_bytes();
  {
    Tensor src = integers(), dst = integers(), want = integers(), out;
    write(src, 1);
    transform(context, src, want);
    const std::vector<std::int32_t> wanted = read(want);
    CHECK_THROWS_AS(GpuGraph(context,
                             [&] {
                               out = integers();
                               transform(context, src, want);
                               transform(context, want, out);
                               want = Tensor();
                               throw 42;
                             }),
                    int);
    write(out, 4);
    const std::vector<std::int32_t> before_launch = read(out);
    transform(context, src, dst);
    CHECK(read(dst) == wanted);
    CHECK(read(out) == before_launch);
    const GpuGraph graph(context, [&] { transform(context, src, dst); });
    graph.replay(context);
    CHECK(read(dst) == wanted);
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("graphs: while a device records, one thread and one context use it, for one graph") {
  Context context(options_of());
  Tensor src = integers(), dst = integers(), freed = integers();
  const auto work = [&] { sums(context, src, dst); };
  const GpuGraph graph(context, work);
  const GpuGraph recording(context, [&] {
    CHECK_THROWS_AS(graph.replay(context), Error);
    CHECK_THROWS_AS(GpuGraph(context, work), Error);
    std::thread([&] {
      CHECK_THROWS_WITH_AS(integers(), doctest::Contains("another thread records"), Error);
      CHECK_THROWS_AS(dst.clone(), Error);
      CHECK_NOTHROW(freed = Tensor());
    }).join();
    work();
  });
  CHECK(recording.launches() == 1);
  Context host;
  CHECK_THROWS_AS(graph.replay(host), Error);
  CHECK_THROWS_AS(GpuGraph(host, [] {}), Error);
  CHECK_FALSE(GpuGraph::can_record(Device{}));
  CHECK(GpuGraph::can_record(kDevice));
}

TEST_CASE("graphs: a graph may go while another is recorded") {
  Context context(options_of());
  const std::size_t before = live_bytes();
  {
    Tensor src = integers(), dst = integers(), want = integers();
    write(src, 1);
    transform(context, src, want);
    Tensor out;
    std::optional<GpuGraph> first(std::in_place, context, [&] {
      out = integers();
      transform(context, src, out);
    });
    first->replay(context);
    const GpuGraph second(context, [&] {
      first.reset();
      gpu::copy(dst.raw(), kDevice, out.raw(), kDevice, out.bytes());
      out = Tensor();
    });
    for (int i = 0; i < 2; ++i) {
      write(dst, 2);
      second.replay(context);
      CHECK(read(dst) == read(want));
    }
  }
  CHECK(live_bytes() == before);
}

TEST_CASE("graphs: a recording that finds no memory leaves nothing behind") {
  Context context(options_of());
  Allocator& allocator = allocator_of(kDevice);
  const std::size_t before = live_bytes();
  allocator.set_limit(before + (std::size_t{6} << 20));
  const auto work = [&] { const Tensor one = integers(1 << 20), two = integers(1 << 20); };
  CHECK_THROWS_AS(GpuGraph(context, work), OutOfMemory);
  allocator.set_limit(0);
  CHECK(live_bytes() == before);
  CHECK_NOTHROW(GpuGraph(context, work));
  CHECK(live_bytes() == before);
}

TEST_CASE("graphs: work of nothing is a graph of nothing") {
  Context context(options_of());
  const GpuGraph graph(context, [] {});
  CHECK(graph.launches() == 0);
  CHECK_NOTHROW(graph.replay(context));
}

#if !IMPASTO_TEST_ON_CUDA

// On a GPU all contexts have one stream.
TEST_CASE("graphs: another context cannot run anything on simt meanwhile") {
  Context context(options_of()), other(options_of());
  Tensor src = integers(), dst = integers();
  write(src, 1);
  const GpuGraph graph(context, [&] {
    CHECK_THROWS_WITH_AS(sums(other, src, dst), doctest::Contains("another context"), Error);
  });
  CHECK_NOTHROW(sums(other, src, dst));
}

#if IMPASTO_SIMT_RACE

TEST_CASE("graphs: replays are searched for races like launches") {
  for (const std::string& order : kOrders) {
    Context context(options_of(order + ",race"));
    Tensor src = integers(), dst = integers();
    write(src, 1);
    const GpuGraph right(context, [&] { reverse(context, src, dst); });
    const GpuGraph wrong(context, [&] { reverse(context, src, dst, 1); });
    CHECK_NOTHROW(right.replay(context));
    for (int i = 0; i < 2; ++i) {
      CHECK_THROWS_WITH_AS(wrong.replay(context), doctest::Contains("race"), Error);
    }
    CHECK_NOTHROW(right.replay(context));
  }
}

#endif
#endif

}  // namespace
}  // namespace impasto::test
