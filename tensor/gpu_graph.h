// Work on a GPU that is recorded once and replayed: an iteration is hundreds of launches, and the
// host needs as long for them as a GPU does for small pictures. On cuda it is a CUDA graph; on simt
// the host executor writes down what it is given, so that tests see without a GPU what a replay
// does.
//
//   work();                                   // once for real: caches fill, libraries start
//   const GpuGraph graph(context, work);      // nothing runs
//   for (...) graph.replay(context);          // as if work() ran, on the same addresses
//
// What a recording fixes is all that the host decides: which kernels run, their arguments, the
// addresses. What is to change from replay to replay must be in tensors. Of memory:
//
// - Tensors that `work` makes belong to the graph, and return to it. Those that it hands out have,
//   after each replay, what that replay computed.
// - Tensors that it reads or writes and did not make must live as long as the graph is replayed. So
//   must the context, whose libraries have memory of their own. What `work` itself frees, and the
//   context's scratch memory, the graph keeps.
// - Tensors that `work` handed out may outlive the graph.
// - What others allocate and free between replays has nothing to do with it.
//
// Something that is made once and kept, a transformed filter for instance, must have been made
// before: made while recording, it would have no values before the first replay.
//
// While it records, a device is used by this thread and this context only; see graph_memory.h.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "tensor/device.h"
#include "tensor/tensor.h"

namespace impasto {

class Context;

class GpuGraph {
 public:
  // simt and cuda do.
  static bool can_record(Device device);

  // Records what `work` does with the context. Throws what `work` throws, and leaves nothing behind
  // then. Reading the device from the host meanwhile (Tensor::item, Tensor::to another device)
  // throws Error, and so does writing to it.
  //
  // `needs` is how much memory the work takes at a time, if that is known: the peak of doing it
  // once less what was live before. An eighth more is then taken as one chunk that blocks of all
  // sizes are cut from. Without it, chunks are as large as what did not fit, which adds up to half
  // as much again for a VGG network's evaluation.
  GpuGraph(Context& context, const std::function<void()>& work, std::size_t needs = 0);
  GpuGraph(GpuGraph&&) noexcept;
  GpuGraph& operator=(GpuGraph&&) noexcept;
  ~GpuGraph();

  // Does the work once more, on a context of the same device; does not wait on cuda. The launches
  // are not counted in the context's log.
  void replay(Context& context) const;

  std::size_t launches() const;  // of kernels, copies, fills

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The recording in progress on the tensor's device, if there is one, keeps its memory: for what is
// reused without being handed on, and may be freed after the recording.
void keep_with_recording(const Tensor& tensor);

}  // namespace impasto
