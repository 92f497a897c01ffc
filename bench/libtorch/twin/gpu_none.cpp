#include "bench/libtorch/twin/gpu.h"
#include "tensor/error.h"

namespace impasto::twin {

std::string gpu_unavailable() {
  return "LibTorch or Impasto is built without CUDA";
}

std::size_t gpu_peak_bytes(int) {
  return 0;
}

std::unique_ptr<Recording> Recording::of(int, const std::function<void()>&) {
  throw Error(gpu_unavailable());
}

}  // namespace impasto::twin
