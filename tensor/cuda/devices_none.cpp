// The entries of devices.h in a build without CUDA.
#include "tensor/cuda/devices.h"
#include "tensor/error.h"

namespace impasto {
namespace {

constexpr const char* kReason =
    "this build has no CUDA: configure it where the CUDA Toolkit is found";

[[noreturn]] void refuse() {
  throw InputError(kReason);
}

}  // namespace

std::vector<CudaDevice> cuda_devices() {
  return {};
}
CudaDevice cuda_device(int) {
  refuse();
}
CudaVersions cuda_versions() {
  return {};
}
std::string cuda_unavailable_reason(int) {
  return kReason;
}
std::shared_ptr<CudaState> make_cuda_state(int) {
  refuse();
}
void cuda_make_current(int) {
  refuse();
}

}  // namespace impasto
