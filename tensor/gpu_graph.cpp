#include "tensor/gpu_graph.h"

#include <optional>

#include "tensor/allocator.h"
#include "tensor/context.h"
#include "tensor/error.h"
#include "tensor/simt/executor.h"
#include "tensor/simt/recording.h"
#if IMPASTO_CUDA
#include "tensor/cuda/handles.h"
#include "tensor/cuda/memory.h"
#endif

namespace impasto {
// What was recorded goes before the memory that it uses.
struct GpuGraph::State {
  explicit State(Device on) : device(on), memory(allocator_of(on)) {}

  void record(const GpuQueue& queue, const std::function<void()>& work);

  Device device;
  GraphMemory memory;
  std::optional<simt::Recording> recording;
  std::size_t launches = 0;
#if IMPASTO_CUDA
  std::optional<GraphExec> executable;
#endif
};

void GpuGraph::State::record(const GpuQueue& queue, const std::function<void()>& work) {
#if IMPASTO_CUDA
  if (device.type == DeviceType::cuda) {
    CaptureScope capture(static_cast<CudaStream>(queue.stream));
    work();
    const Graph graph = capture.finish();
    launches = graph.node_count();
    executable.emplace(graph);
    return;
  }
#endif
  recording.emplace(*static_cast<simt::Executor*>(queue.executor));
  work();
  recording->end();
  launches = recording->steps();
}

bool GpuGraph::can_record(Device device) {
  return device.type != DeviceType::cpu;
}

GpuGraph::GpuGraph(Context& context, const std::function<void()>& work, std::size_t needs) {
  const Device device = context.device();
  IMPASTO_CHECK(can_record(device), "there are no recordings on {}", to_string(device));
  const GpuQueue queue = context.queue();
  state_ = std::make_unique<State>(device);
  if (needs > 0) state_->memory.reserve(needs + needs / 8);
  state_->record(queue, work);
  state_->memory.end();
}

GpuGraph::GpuGraph(GpuGraph&&) noexcept = default;
GpuGraph& GpuGraph::operator=(GpuGraph&&) noexcept = default;
GpuGraph::~GpuGraph() = default;

void GpuGraph::replay(Context& context) const {
  IMPASTO_CHECK(context.device() == state_->device, "recorded on {}, replayed on {}",
                to_string(state_->device), to_string(context.device()));
  const GpuQueue queue = context.queue();
  if (allocator_of(state_->device).graphs().recording()) {
    throw Error("a recording cannot be replayed while its device is recording");
  }
#if IMPASTO_CUDA
  if (state_->executable) return state_->executable->launch(static_cast<CudaStream>(queue.stream));
#endif
  state_->recording->replay(*static_cast<simt::Executor*>(queue.executor));
}

std::size_t GpuGraph::launches() const {
  return state_->launches;
}

void keep_with_recording(const Tensor& tensor) {
  if (!tensor.defined()) return;
  GraphMemories& memories = allocator_of(tensor.device()).graphs();
  if (memories.recording()) memories.keep(tensor.raw(), std::make_shared<const Tensor>(tensor));
}

}  // namespace impasto
