#include "tensor/cuda/devices.h"

#include "tensor/cuda/check.h"
#include "tensor/cuda/cublas.h"
#include "tensor/cuda/handles.h"
#include "tensor/cuda/state.h"
#include "tensor/error.h"

namespace impasto {
namespace {

// 13010 is 13.1.
std::string version_text(int version) {
  return version == 0 ? "" : fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

// The newest CUDA that the driver serves, 0 without a driver.
int driver_version() {
  int version = 0;
  IMPASTO_CUDA_CALL(cudaDriverGetVersion(&version));
  return version;
}

int runtime_version() {
  int version = 0;
  IMPASTO_CUDA_CALL(cudaRuntimeGetVersion(&version));
  return version;
}

int attribute(cudaDeviceAttr name, int device) {
  int value = 0;
  IMPASTO_CUDA_CALL(cudaDeviceGetAttribute(&value, name, device));
  return value;
}

std::string why_no_device(cudaError_t status) {
  if (driver_version() == 0) return "no NVIDIA driver is installed";
  if (status == cudaErrorInsufficientDriver) {
    return fmt::format("the driver serves CUDA up to {}, this build needs {}",
                       version_text(driver_version()), version_text(runtime_version()));
  }
  return fmt::format("the driver reports \"{}\"", cudaGetErrorString(status));
}

std::string cudnn_version() {
#if IMPASTO_CUDNN
  const std::size_t version = cudnnGetVersion();  // 91900 is 9.19.0
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
#else
  return "";
#endif
}

}  // namespace

CudaDevice cuda_device(int index) {
  const DeviceScope scope(index);
  cudaDeviceProp properties = {};
  IMPASTO_CUDA_CALL(cudaGetDeviceProperties(&properties, index));
  CudaDevice device{.index = index, .name = properties.name};
  device.major = properties.major;
  device.minor = properties.minor;
  IMPASTO_CUDA_CALL(cudaMemGetInfo(&device.free_bytes, &device.total_bytes));
  device.multiprocessors = properties.multiProcessorCount;
  device.clock_mhz = attribute(cudaDevAttrClockRate, index) / 1000;
  return device;
}

std::vector<CudaDevice> cuda_devices() {
  std::vector<CudaDevice> devices;
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  static_cast<void>(cudaGetLastError());
  for (int index = 0; index < count; ++index) devices.push_back(cuda_device(index));
  return devices;
}

CudaVersions cuda_versions() {
  return {.driver = version_text(driver_version()),
          .runtime = version_text(runtime_version()),
          .cudnn = cudnn_version(),
          .cublas = cublas_version()};
}

std::string cuda_unavailable_reason(int device) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  static_cast<void>(cudaGetLastError());
  if (status != cudaSuccess) return "no CUDA device: " + why_no_device(status);
  if (device < 0 || device >= count) {
    return fmt::format("no CUDA device {}: there {} {}, counted from 0", device,
                       count == 1 ? "is" : "are", count);
  }
  const int major = attribute(cudaDevAttrComputeCapabilityMajor, device);
  const int minor = attribute(cudaDevAttrComputeCapabilityMinor, device);
  if (major > kCudaMinimumMajor || (major == kCudaMinimumMajor && minor >= kCudaMinimumMinor)) {
    return "";
  }
  return fmt::format("CUDA device {} has compute capability {}.{}, kernels need {}.{}", device,
                     major, minor, kCudaMinimumMajor, kCudaMinimumMinor);
}

std::shared_ptr<CudaState> make_cuda_state(int device) {
  const std::string reason = cuda_unavailable_reason(device);
  if (!reason.empty()) throw InputError(reason);
  cuda_make_current(device);
  return std::make_shared<CudaState>(device);
}

void cuda_make_current(int device) {
  int current = -1;
  IMPASTO_CUDA_CALL(cudaGetDevice(&current));
  if (current != device) IMPASTO_CUDA_CALL(cudaSetDevice(device));
}

}  // namespace impasto
