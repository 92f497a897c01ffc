// Owners of the CUDA runtime's objects. Each is moved, never copied, and destroys what it holds;
// making one or using it throws (see check.h), destroying does not. Streams, events and executable
// graphs belong to the device that is current when they are made: see DeviceScope.
#pragma once

#include <utility>

#include <cuda_runtime_api.h>

namespace impasto {

// What all owners share: a handle that is null or owned, and its destruction.
template <class Handle, void (*destroy)(Handle) noexcept>
class UniqueHandle {
 public:
  UniqueHandle() = default;
  explicit UniqueHandle(Handle handle) : handle_(handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    UniqueHandle old(std::move(*this));
    handle_ = std::exchange(other.handle_, nullptr);
    return *this;
  }
  ~UniqueHandle() {
    if (handle_ != nullptr) destroy(handle_);
  }

  Handle get() const { return handle_; }
  Handle release() { return std::exchange(handle_, nullptr); }  // the caller's from now on

 private:
  Handle handle_ = nullptr;
};

namespace cuda_detail {
void destroy_stream(cudaStream_t stream) noexcept;
void destroy_event(cudaEvent_t event) noexcept;
void destroy_graph(cudaGraph_t graph) noexcept;
void destroy_graph_exec(cudaGraphExec_t graph) noexcept;
}  // namespace cuda_detail

// Makes a device the thread's current one, and the previous one again.
class DeviceScope {
 public:
  explicit DeviceScope(int device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  int device_;
  int previous_ = 0;
};

class Event : public UniqueHandle<cudaEvent_t, cuda_detail::destroy_event> {
 public:
  // An event that is never timed is cheaper to record and to wait for.
  enum class Timing { none, recorded };
  explicit Event(Timing timing = Timing::none);

  void record(cudaStream_t stream);
  void synchronize() const;  // waits until what was recorded before it is done
  // Milliseconds from `begin`, once both have happened; both must record timing.
  float milliseconds_since(const Event& begin) const;
};

// A stream that does not wait for the default stream, nor is waited for by it.
class Stream : public UniqueHandle<cudaStream_t, cuda_detail::destroy_stream> {
 public:
  Stream();

  void synchronize() const;
  void wait(const Event& event) const;  // what follows on the stream waits; the host does not
};

class Graph : public UniqueHandle<cudaGraph_t, cuda_detail::destroy_graph> {
 public:
  using UniqueHandle::UniqueHandle;
  std::size_t node_count() const;
};

// A graph made ready to run. Memory that the graph takes and does not give back is given back when
// it is launched again.
class GraphExec : public UniqueHandle<cudaGraphExec_t, cuda_detail::destroy_graph_exec> {
 public:
  explicit GraphExec(const Graph& graph);
  void launch(cudaStream_t stream) const;
};

// Work that this thread puts on the stream is recorded, not run, until finish(). A scope that is
// left without it, by an exception say, discards what was recorded. Nothing may wait for the stream
// meanwhile, and no other thread may use it.
class CaptureScope {
 public:
  explicit CaptureScope(cudaStream_t stream);
  ~CaptureScope();
  CaptureScope(const CaptureScope&) = delete;
  CaptureScope& operator=(const CaptureScope&) = delete;

  Graph finish();

 private:
  cudaStream_t stream_;
  bool recording_ = true;
};

// Lets this thread call what a capture of its own forbids because it would not become part of the
// graph: an allocation, say, that is to happen now.
class UncapturedScope {
 public:
  UncapturedScope();
  ~UncapturedScope();
  UncapturedScope(const UncapturedScope&) = delete;
  UncapturedScope& operator=(const UncapturedScope&) = delete;

 private:
  cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;  // ours, then the former one
};

}  // namespace impasto
