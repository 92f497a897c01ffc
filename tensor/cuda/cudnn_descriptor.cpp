#include "tensor/cuda/cudnn_descriptor.h"

#include <algorithm>

#include "tensor/cuda/check.h"

namespace impasto {
namespace {

cudnnBackendDescriptor_t create(cudnnBackendDescriptorType_t type) {
  cudnnBackendDescriptor_t descriptor = nullptr;
  IMPASTO_CUDNN_CALL(cudnnBackendCreateDescriptor(type, &descriptor));
  return descriptor;
}

std::vector<cudnnBackendDescriptor_t> handles_of(const std::vector<CudnnDescriptor>& values) {
  std::vector<cudnnBackendDescriptor_t> handles;
  for (const CudnnDescriptor& value : values) handles.push_back(value.get());
  return handles;
}

}  // namespace

namespace cuda_detail {
void destroy_cudnn(cudnnHandle_t handle) noexcept {
  IMPASTO_CUDNN_CALL_NOTHROW(cudnnDestroy(handle));
}
void destroy_descriptor(cudnnBackendDescriptor_t descriptor) noexcept {
  IMPASTO_CUDNN_CALL_NOTHROW(cudnnBackendDestroyDescriptor(descriptor));
}
}  // namespace cuda_detail

CudnnDescriptor::CudnnDescriptor(cudnnBackendDescriptorType_t type) : descriptor_(create(type)) {}

CudnnDescriptor& CudnnDescriptor::set_raw(cudnnBackendAttributeName_t name,
                                          cudnnBackendAttributeType_t type, std::int64_t count,
                                          const void* values) {
  IMPASTO_CUDNN_CALL(cudnnBackendSetAttribute(get(), name, type, count, values));
  return *this;
}

CudnnDescriptor& CudnnDescriptor::set(cudnnBackendAttributeName_t name,
                                      const CudnnDescriptor& value) {
  const cudnnBackendDescriptor_t handle = value.get();
  return set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &handle);
}

CudnnDescriptor& CudnnDescriptor::set(cudnnBackendAttributeName_t name,
                                      const std::vector<CudnnDescriptor>& values) {
  const std::vector<cudnnBackendDescriptor_t> handles = handles_of(values);
  return set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(handles.size()),
                 handles.data());
}

CudnnDescriptor& CudnnDescriptor::set(cudnnBackendAttributeName_t name,
                                      const std::vector<void*>& pointers) {
  return set_raw(name, CUDNN_TYPE_VOID_PTR, static_cast<std::int64_t>(pointers.size()),
                 pointers.data());
}

CudnnDescriptor& CudnnDescriptor::finalize() {
  IMPASTO_CUDNN_CALL(cudnnBackendFinalize(get()));
  return *this;
}

std::int64_t CudnnDescriptor::get_int(cudnnBackendAttributeName_t name) const {
  std::int64_t value = 0, count = 0;
  IMPASTO_CUDNN_CALL(cudnnBackendGetAttribute(get(), name, CUDNN_TYPE_INT64, 1, &count, &value));
  return value;
}

std::vector<cudnnBackendNumericalNote_t> CudnnDescriptor::get_notes() const {
  std::vector<cudnnBackendNumericalNote_t> notes(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
  std::int64_t count = 0;
  IMPASTO_CUDNN_CALL(
      cudnnBackendGetAttribute(get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                               CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count, notes.data()));
  notes.resize(static_cast<std::size_t>(count));
  return notes;
}

std::int64_t CudnnDescriptor::count(cudnnBackendAttributeName_t name) const {
  std::int64_t count = 0;
  IMPASTO_CUDNN_CALL(
      cudnnBackendGetAttribute(get(), name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr));
  return count;
}

std::size_t CudnnDescriptor::get_into(cudnnBackendAttributeName_t name,
                                      std::vector<CudnnDescriptor>& values) const {
  std::vector<cudnnBackendDescriptor_t> handles = handles_of(values);
  std::int64_t count = 0;
  IMPASTO_CUDNN_CALL(cudnnBackendGetAttribute(get(), name, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                              static_cast<std::int64_t>(handles.size()), &count,
                                              handles.data()));
  return std::min(static_cast<std::size_t>(count), values.size());
}

}  // namespace impasto
