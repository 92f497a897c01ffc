// What LibTorch does on a GPU alone: gpu.cpp where it and Impasto are built for CUDA, else
// gpu_none.cpp.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace impasto::twin {

// Why LibTorch has no GPU here; empty when it has one.
std::string gpu_unavailable();

// The most bytes that its tensors took at once.
std::size_t gpu_peak_bytes(int device);

// What a function launches, recorded as a CUDA graph after warming up.
class Recording {
 public:
  static std::unique_ptr<Recording> of(int device, const std::function<void()>& body);
  virtual ~Recording() = default;
  virtual void replay() = 0;
};

}  // namespace impasto::twin
