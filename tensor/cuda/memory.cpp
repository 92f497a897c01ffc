#include "tensor/cuda/memory.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "tensor/cuda/check.h"
#include "tensor/cuda/devices.h"
#include "tensor/cuda/handles.h"
#include "tensor/error.h"

namespace impasto {
namespace {

cudaMemPool_t make_pool(int device) {
  cudaMemPoolProps properties = {};
  properties.allocType = cudaMemAllocationTypePinned;  // what device memory is called here
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = device;
  cudaMemPool_t pool = nullptr;
  IMPASTO_CUDA_CALL(cudaMemPoolCreate(&pool, &properties));
  std::uint64_t keep_everything = UINT64_MAX;
  IMPASTO_CUDA_CALL(
      cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep_everything));
  return pool;
}

// A pool and a stream of our own, so that nobody else's allocations and waits mix with ours.
class CudaAllocator final : public Allocator {
 public:
  // The device must be the current one.
  explicit CudaAllocator(int device) : device_(device), pool_(make_pool(device)) {}

  CudaStream stream() const { return stream_.get(); }

 protected:
  // Lifetime changes nothing: the driver maps pages of the pool to wherever there are addresses.
  void* do_allocate(std::size_t bytes, Lifetime) override {
    void* pointer = take(bytes);
    if (pointer == nullptr && !is_capturing()) {
      stream_.synchronize();  // what is freed but still in use
      IMPASTO_CUDA_CALL(cudaMemPoolTrimTo(pool_, 0));
      pointer = take(bytes);
    }
    return pointer;
  }

  void do_deallocate(void* pointer, std::size_t) noexcept override {
    IMPASTO_CUDA_CALL_NOTHROW(cudaFreeAsync(pointer, stream_.get()));
  }

  // Memory of recordings is not ordered by the stream: taken from the pool while the stream is
  // captured, it would become a node of the graph, there only while the graph runs, and memory from
  // before that is freed then would be freed again by every launch. The device has for it what the
  // pool does not use, so the pool keeps nothing back.
  void do_begin_recording() override {
    stream_.synchronize();
    IMPASTO_CUDA_CALL(cudaMemPoolTrimTo(pool_, 0));
  }

  void* do_allocate_chunk(std::size_t bytes) override {
    const DeviceScope device(device_);
    const UncapturedScope now;
    void* pointer = nullptr;
    try {
      IMPASTO_CUDA_CALL(cudaMalloc(&pointer, bytes));
    } catch (const OutOfMemory&) {
      return nullptr;
    }
    return pointer;
  }

  // Never while the device records; replays may still be running.
  void do_deallocate_chunk(void* pointer, std::size_t) noexcept override {
    const UncapturedScope now;  // another device may be recorded by this thread
    IMPASTO_CUDA_CALL_NOTHROW(cudaStreamSynchronize(stream_.get()));
    IMPASTO_CUDA_CALL_NOTHROW(cudaFree(pointer));
  }

 private:
  // nullptr when the device has no more.
  void* take(std::size_t bytes) {
    void* pointer = nullptr;
    const std::size_t wanted = std::max<std::size_t>(bytes, 1);  // never nullptr for nothing
    try {
      IMPASTO_CUDA_CALL(cudaMallocFromPoolAsync(&pointer, wanted, pool_, stream_.get()));
    } catch (const OutOfMemory&) {
      return nullptr;
    }
    return pointer;
  }

  bool is_capturing() const {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    IMPASTO_CUDA_CALL(cudaStreamIsCapturing(stream_.get(), &status));
    return status != cudaStreamCaptureStatusNone;
  }

  int device_;
  cudaMemPool_t pool_;
  Stream stream_;
};

CudaAllocator& allocator_for(int device) {
  static std::mutex mutex;
  // Never destroyed: tensors may outlive main.
  static auto* const allocators = new std::map<int, std::unique_ptr<CudaAllocator>>;
  const std::lock_guard lock(mutex);
  std::unique_ptr<CudaAllocator>& allocator = (*allocators)[device];
  if (allocator == nullptr) {
    const std::string reason = cuda_unavailable_reason(device);
    if (!reason.empty()) throw InputError(reason);
    const DeviceScope scope(device);
    allocator = std::make_unique<CudaAllocator>(device);
  }
  return *allocator;
}

cudaMemcpyKind kind_of(CudaCopy direction) {
  switch (direction) {
    case CudaCopy::host_to_device:
      return cudaMemcpyHostToDevice;
    case CudaCopy::device_to_host:
      return cudaMemcpyDeviceToHost;
    case CudaCopy::on_device:
      return cudaMemcpyDeviceToDevice;
  }
  throw Error("copy: unknown direction");
}

}  // namespace

Allocator& cuda_allocator(int device) {
  return allocator_for(device);
}

CudaStream cuda_stream(int device) {
  return allocator_for(device).stream();
}

CudaMemory::CudaMemory(int device, std::size_t bytes)
    : allocator_(cuda_allocator(device)),
      bytes_(bytes),
      data_(allocator_.allocate(bytes, Lifetime::lasting)) {}

CudaMemory::~CudaMemory() {
  allocator_.deallocate(data_, bytes_);
}

void cuda_synchronize(int device) {
  IMPASTO_CUDA_CALL(cudaStreamSynchronize(cuda_stream(device)));
}

void cuda_copy_async(CudaCopy direction, void* dst, const void* src, std::size_t bytes,
                     CudaStream stream) {
  if (bytes == 0) return;
  IMPASTO_CUDA_CALL(cudaMemcpyAsync(dst, src, bytes, kind_of(direction), stream));
}

void cuda_copy(CudaCopy direction, void* dst, const void* src, std::size_t bytes, int device) {
  cuda_copy_async(direction, dst, src, bytes, cuda_stream(device));
  cuda_synchronize(device);
}

void cuda_copy_between(CudaPlace dst, CudaPlace src, std::size_t bytes) {
  cuda_synchronize(dst.device);  // the place may still be in use by what it was before
  const CudaStream stream = cuda_stream(src.device);
  IMPASTO_CUDA_CALL(cudaMemcpyPeerAsync(dst.data, dst.device, src.data, src.device, bytes, stream));
  cuda_synchronize(src.device);
}

void cuda_fill_async(void* dst, std::uint8_t value, std::size_t bytes, CudaStream stream) {
  if (bytes == 0) return;
  IMPASTO_CUDA_CALL(cudaMemsetAsync(dst, value, bytes, stream));
}

}  // namespace impasto
