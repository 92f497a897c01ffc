#include "tensor/gpu.h"

#include <cstring>

#include "tensor/error.h"

namespace impasto::gpu {

#if !IMPASTO_CUDA
namespace {

constexpr const char* kNone =
    "this build has no CUDA: configure it where the CUDA Toolkit is found";

[[noreturn]] void throw_none() {
  throw Error(kNone);
}

void copy_cuda(void*, Device, const void*, Device, std::size_t) {
  throw_none();
}
void fill_zero_cuda(void*, Device, std::size_t) {
  throw_none();
}

}  // namespace

std::string unavailable(int) {
  return kNone;
}
int compute_capability(Device) {
  throw_none();
}
Allocator& allocator(Device) {
  throw_none();
}
GpuQueue queue(Device) {
  throw_none();
}
#endif

void copy(void* dst, Device to, const void* src, Device from, std::size_t bytes) {
  if (bytes == 0) return;
  if (to.type != DeviceType::cuda && from.type != DeviceType::cuda) {
    std::memcpy(dst, src, bytes);
  } else {
    copy_cuda(dst, to, src, from, bytes);
  }
}

void fill_zero(void* dst, Device device, std::size_t bytes) {
  if (bytes == 0) return;
  if (device.type != DeviceType::cuda) {
    std::memset(dst, 0, bytes);
  } else {
    fill_zero_cuda(dst, device, bytes);
  }
}

}  // namespace impasto::gpu
