#include "bench/libtorch/twin/gpu.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace impasto::twin {
namespace {

c10::DeviceIndex index_of(int device) {
  return static_cast<c10::DeviceIndex>(device);
}

class CudaRecording final : public Recording {
 public:
  // Recording wants a stream of its own, and everything allocated and tuned beforehand.
  CudaRecording(int device, const std::function<void()>& body) : device_(index_of(device)) {
    constexpr int kWarmUps = 3;
    c10::cuda::device_synchronize();
    const c10::cuda::CUDAStreamGuard guard(c10::cuda::getStreamFromPool(false, device_));
    for (int i = 0; i < kWarmUps; ++i) body();
    c10::cuda::device_synchronize();
    graph_.capture_begin();
    body();
    graph_.capture_end();
    c10::cuda::device_synchronize();
  }

  void replay() override { graph_.replay(); }

 private:
  c10::DeviceIndex device_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace

std::string gpu_unavailable() {
  return c10::cuda::device_count() > 0 ? "" : "no GPU";
}

std::size_t gpu_peak_bytes(int device) {
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(index_of(device));
  return static_cast<std::size_t>(stats.allocated_bytes[0].peak);  // of every kind of block
}

std::unique_ptr<Recording> Recording::of(int device, const std::function<void()>& body) {
  return std::make_unique<CudaRecording>(device, body);
}

}  // namespace impasto::twin
