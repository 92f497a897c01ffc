#include "tensor/gpu.h"

#include <cstring>

#include "tensor/cuda/devices.h"
#include "tensor/error.h"
#include "tensor/simt/recording.h"
#if IMPASTO_CUDA
#include "tensor/cuda/memory.h"
#endif

namespace impasto::gpu {
namespace {

// Throws when another thread does.
bool recording(Device device) {
  return device.type != DeviceType::cpu && allocator_of(device).graphs().recording();
}

// What stays on a device that is recorded.
void record_copy(void* dst, Device to, const void* src, Device from, std::size_t bytes) {
  if (to != from) {
    throw Error(fmt::format(
        "{} is recording: nothing can be copied from {} to {} (Tensor::item, Tensor::to) "
        "before the recording ends",
        to_string(recording(to) ? to : from), to_string(from), to_string(to)));
  }
#if IMPASTO_CUDA
  if (to.type == DeviceType::cuda) {
    return cuda_copy_async(CudaCopy::on_device, dst, src, bytes, cuda_stream(to.index));
  }
#endif
  simt::Recording::current()->add_copy(dst, src, bytes);
}

#if IMPASTO_CUDA
void copy_cuda(void* dst, Device to, const void* src, Device from, std::size_t bytes) {
  if (to.type == from.type) {
    cuda_copy_between({dst, to.index}, {const_cast<void*>(src), from.index}, bytes);
  } else if (to.type == DeviceType::cuda) {
    cuda_copy(CudaCopy::host_to_device, dst, src, bytes, to.index);
  } else {
    cuda_copy(CudaCopy::device_to_host, dst, src, bytes, from.index);
  }
}

void fill_zero_cuda(void* dst, Device device, std::size_t bytes) {
  cuda_fill_async(dst, 0, bytes, cuda_stream(device.index));
}
#else
[[noreturn]] void throw_none() {
  throw Error(cuda_unavailable_reason());
}

void copy_cuda(void*, Device, const void*, Device, std::size_t) {
  throw_none();
}
void fill_zero_cuda(void*, Device, std::size_t) {
  throw_none();
}
#endif

}  // namespace

int compute_capability(Device device) {
  const CudaDevice found = cuda_device(device.index);
  return found.major * 10 + found.minor;
}

Allocator& allocator(Device device) {
#if IMPASTO_CUDA
  return cuda_allocator(device.index);
#else
  static_cast<void>(device);
  throw_none();
#endif
}

GpuQueue queue(Device device) {
#if IMPASTO_CUDA
  static_cast<void>(recording(device));
  cuda_make_current(device.index);
  return {cuda_stream(device.index), nullptr};
#else
  static_cast<void>(device);
  throw_none();
#endif
}

void copy(void* dst, Device to, const void* src, Device from, std::size_t bytes) {
  if (bytes == 0) return;
  if (recording(to) || recording(from)) {
    record_copy(dst, to, src, from, bytes);
  } else if (to.type != DeviceType::cuda && from.type != DeviceType::cuda) {
    std::memcpy(dst, src, bytes);
  } else {
    copy_cuda(dst, to, src, from, bytes);
  }
}

void fill_zero(void* dst, Device device, std::size_t bytes) {
  if (bytes == 0) return;
  if (recording(device) && device.type == DeviceType::simt) {
    simt::Recording::current()->add_zeros(dst, bytes);
  } else if (device.type != DeviceType::cuda) {
    std::memset(dst, 0, bytes);
  } else {
    fill_zero_cuda(dst, device, bytes);
  }
}

}  // namespace impasto::gpu
