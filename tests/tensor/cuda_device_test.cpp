// Streams, events and graphs. This program needs a GPU: without one it says so and returns 77,
// which ctest lists as skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/cuda/check.h"
#include "tensor/cuda/devices.h"
#include "tensor/cuda/handles.h"
#include "tensor/cuda/memory.h"
#include "tensor/cuda/state.h"
#include "tensor/error.h"

int main(int argc, char** argv) {
  const std::string reason = impasto::cuda_unavailable_reason();
  if (!reason.empty()) {
    std::printf("SKIPPED: %s\n", reason.c_str());
    return 77;
  }
  return doctest::Context(argc, argv).run();
}

namespace impasto {
namespace {

constexpr std::size_t kBytes = 1 << 20;

TEST_CASE("events order streams and measure time") {
  Stream first, second;
  Event begin(Event::Timing::recorded), end(Event::Timing::recorded), done;
  const CudaMemory memory(0, kBytes);
  cuda_synchronize(0);
  begin.record(first.get());
  cuda_fill_async(memory.data(), 1, kBytes, first.get());
  end.record(first.get());
  second.wait(end);
  cuda_fill_async(memory.data(), 2, kBytes, second.get());
  done.record(second.get());
  done.synchronize();
  CHECK(end.milliseconds_since(begin) > 0);
  std::vector<unsigned char> bytes(kBytes);
  cuda_copy(CudaCopy::device_to_host, bytes.data(), memory.data(), kBytes, 0);
  CHECK(bytes == std::vector<unsigned char>(kBytes, 2));
}

TEST_CASE("what is captured runs when the graph is launched, as often as it is") {
  const CudaStream stream = cuda_stream(0);
  const CudaMemory from(0, kBytes), to(0, kBytes);
  cuda_fill_async(to.data(), 0, kBytes, stream);
  CaptureScope capture(stream);
  cuda_copy_async(CudaCopy::on_device, to.data(), from.data(), kBytes, stream);
  const Graph graph = capture.finish();
  CHECK(graph.node_count() == 1);
  const GraphExec executable(graph);
  for (unsigned char value = 1; value < 4; ++value) {
    cuda_fill_async(from.data(), value, kBytes, stream);
    executable.launch(stream);
    std::vector<unsigned char> bytes(kBytes);
    cuda_copy(CudaCopy::device_to_host, bytes.data(), to.data(), kBytes, 0);
    CHECK(bytes == std::vector<unsigned char>(kBytes, value));
  }
}

TEST_CASE("memory may be taken and given back while a graph is captured") {
  const CudaStream stream = cuda_stream(0);
  CaptureScope capture(stream);
  { const CudaMemory scratch(0, kBytes); }
  const Graph graph = capture.finish();
  const GraphExec executable(graph);
  executable.launch(stream);
  executable.launch(stream);
  CHECK_NOTHROW(cuda_synchronize(0));
}

TEST_CASE("a capture that is abandoned leaves the stream as it was") {
  const CudaStream stream = cuda_stream(0);
  const CudaMemory memory(0, kBytes);
  {
    const CaptureScope capture(stream);
    cuda_fill_async(memory.data(), 1, kBytes, stream);
  }
  CHECK_NOTHROW(cuda_synchronize(0));
}

TEST_CASE("a scope makes a device current and the former one again") {
  int before = -1, after = -1;
  IMPASTO_CUDA_CALL(cudaGetDevice(&before));
  { const DeviceScope scope(0); }
  CHECK_THROWS_AS(DeviceScope(1000), Error);
  IMPASTO_CUDA_CALL(cudaGetDevice(&after));
  CHECK(before == after);
}

TEST_CASE("a failure is off the thread's record once it is thrown") {
  CHECK_THROWS_AS(IMPASTO_CUDA_CALL(cudaSetDevice(1000)), Error);
  CHECK(cudaPeekAtLastError() == cudaSuccess);
}

TEST_CASE("the state of a device has its stream, and libraries when they are asked for") {
  const auto state = make_cuda_state(0);
  CHECK(state->stream == cuda_stream(0));
  CHECK(state->properties.name != "");
  const std::size_t before = cuda_allocator(0).stats().live_bytes;
  CHECK(state->libraries.cublas().get() != nullptr);
  CHECK(cuda_allocator(0).stats().live_bytes > before);  // its workspace is accounted
  CHECK(state->libraries.cublas().get() == state->libraries.cublas().get());
}

}  // namespace
}  // namespace impasto
