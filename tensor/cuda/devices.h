// The CUDA devices of this machine, why there are none, and what a Context needs to use one. Shows
// no header of CUDA; a build without CUDA has these functions too, finds nothing and says why.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace impasto {

struct CudaDevice {
  int index = 0;
  std::string name;
  int major = 0, minor = 0;  // compute capability
  std::size_t total_bytes = 0, free_bytes = 0;
  int multiprocessors = 0;
  int clock_mhz = 0;

  std::string capability() const { return std::to_string(major) + "." + std::to_string(minor); }
};

// "13.0"; the driver's is the newest CUDA that it serves. Empty where there is none, or it cannot
// be asked.
struct CudaVersions {
  std::string driver, runtime, cudnn, cublas;
};

// Kernels are compiled for these and newer.
inline constexpr int kCudaMinimumMajor = 8, kCudaMinimumMinor = 0;

// Every device that the driver shows; none where cuda_unavailable_reason() is not empty. Asking for
// free memory starts the driver on each device, which takes a moment. Throws Error when a device
// does not answer.
std::vector<CudaDevice> cuda_devices();
CudaDevice cuda_device(int index);
CudaVersions cuda_versions();

// One line for the user, why this program cannot use the device; empty when it can.
std::string cuda_unavailable_reason(int device = 0);

// What a Context of the device owns: stream, libraries, plans; tensor/cuda/state.h defines it.
// Throws InputError with the reason when the device cannot be used.
struct CudaState;
std::shared_ptr<CudaState> make_cuda_state(int device);

// Makes it the calling thread's current device: kernels are launched on that one. Cheap when it
// is already.
void cuda_make_current(int device);

}  // namespace impasto
