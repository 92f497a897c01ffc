#include "tensor/cuda/handles.h"

#include "tensor/cuda/check.h"

namespace impasto {
namespace cuda_detail {

void destroy_stream(cudaStream_t stream) noexcept {
  IMPASTO_CUDA_CALL_NOTHROW(cudaStreamDestroy(stream));
}
void destroy_event(cudaEvent_t event) noexcept {
  IMPASTO_CUDA_CALL_NOTHROW(cudaEventDestroy(event));
}
void destroy_graph(cudaGraph_t graph) noexcept {
  IMPASTO_CUDA_CALL_NOTHROW(cudaGraphDestroy(graph));
}
void destroy_graph_exec(cudaGraphExec_t graph) noexcept {
  IMPASTO_CUDA_CALL_NOTHROW(cudaGraphExecDestroy(graph));
}

}  // namespace cuda_detail

namespace {

cudaStream_t make_stream() {
  cudaStream_t stream = nullptr;
  IMPASTO_CUDA_CALL(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return stream;
}

cudaEvent_t make_event(Event::Timing timing) {
  const unsigned flags =
      timing == Event::Timing::none ? cudaEventDisableTiming : unsigned{cudaEventDefault};
  cudaEvent_t event = nullptr;
  IMPASTO_CUDA_CALL(cudaEventCreateWithFlags(&event, flags));
  return event;
}

cudaGraphExec_t instantiate(cudaGraph_t graph) {
  cudaGraphExec_t executable = nullptr;
  IMPASTO_CUDA_CALL(
      cudaGraphInstantiate(&executable, graph, cudaGraphInstantiateFlagAutoFreeOnLaunch));
  return executable;
}

}  // namespace

DeviceScope::DeviceScope(int device) : device_(device) {
  IMPASTO_CUDA_CALL(cudaGetDevice(&previous_));
  if (previous_ != device_) IMPASTO_CUDA_CALL(cudaSetDevice(device_));
}

DeviceScope::~DeviceScope() {
  if (previous_ != device_) IMPASTO_CUDA_CALL_NOTHROW(cudaSetDevice(previous_));
}

Event::Event(Timing timing) : UniqueHandle(make_event(timing)) {}

void Event::record(cudaStream_t stream) {
  IMPASTO_CUDA_CALL(cudaEventRecord(get(), stream));
}

void Event::synchronize() const {
  IMPASTO_CUDA_CALL(cudaEventSynchronize(get()));
}

float Event::milliseconds_since(const Event& begin) const {
  float milliseconds = 0;
  IMPASTO_CUDA_CALL(cudaEventElapsedTime(&milliseconds, begin.get(), get()));
  return milliseconds;
}

Stream::Stream() : UniqueHandle(make_stream()) {}

void Stream::synchronize() const {
  IMPASTO_CUDA_CALL(cudaStreamSynchronize(get()));
}

void Stream::wait(const Event& event) const {
  IMPASTO_CUDA_CALL(cudaStreamWaitEvent(get(), event.get(), 0));
}

std::size_t Graph::node_count() const {
  std::size_t count = 0;
  IMPASTO_CUDA_CALL(cudaGraphGetNodes(get(), nullptr, &count));
  return count;
}

GraphExec::GraphExec(const Graph& graph) : UniqueHandle(instantiate(graph.get())) {}

void GraphExec::launch(cudaStream_t stream) const {
  IMPASTO_CUDA_CALL(cudaGraphLaunch(get(), stream));
}

CaptureScope::CaptureScope(cudaStream_t stream) : stream_(stream) {
  IMPASTO_CUDA_CALL(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
}

CaptureScope::~CaptureScope() {
  if (!recording_) return;
  cudaGraph_t graph = nullptr;
  IMPASTO_CUDA_CALL_NOTHROW(cudaStreamEndCapture(stream_, &graph));
  const Graph discarded(graph);
}

Graph CaptureScope::finish() {
  recording_ = false;
  cudaGraph_t graph = nullptr;
  IMPASTO_CUDA_CALL(cudaStreamEndCapture(stream_, &graph));
  return Graph(graph);
}

UncapturedScope::UncapturedScope() {
  IMPASTO_CUDA_CALL(cudaThreadExchangeStreamCaptureMode(&mode_));
}

UncapturedScope::~UncapturedScope() {
  IMPASTO_CUDA_CALL_NOTHROW(cudaThreadExchangeStreamCaptureMode(&mode_));
}

}  // namespace impasto
