// The one kind of object that cuDNN's graph interface has: a descriptor with named attributes, set
// before it is finalized and read after. Moved, never copied; every entry throws what check.h says.
#pragma once

#include <cstdint>
#include <vector>

#include <cudnn_graph.h>

#include "tensor/cuda/handles.h"

namespace impasto {

namespace cuda_detail {

void destroy_cudnn(cudnnHandle_t handle) noexcept;
void destroy_descriptor(cudnnBackendDescriptor_t descriptor) noexcept;

// What cuDNN calls the C++ types of attributes.
template <class T>
inline constexpr int kCudnnType = -1;
template <>
inline constexpr int kCudnnType<cudnnHandle_t> = CUDNN_TYPE_HANDLE;
template <>
inline constexpr int kCudnnType<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr int kCudnnType<std::int64_t> = CUDNN_TYPE_INT64;
template <>
inline constexpr int kCudnnType<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr int kCudnnType<double> = CUDNN_TYPE_DOUBLE;
template <>
inline constexpr int kCudnnType<bool> = CUDNN_TYPE_BOOLEAN;
template <>
inline constexpr int kCudnnType<char> = CUDNN_TYPE_CHAR;
template <>
inline constexpr int kCudnnType<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr int kCudnnType<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;
template <>
inline constexpr int kCudnnType<cudnnBackendNumericalNote_t> = CUDNN_TYPE_NUMERICAL_NOTE;
template <>
inline constexpr int kCudnnType<cudnnPointwiseMode_t> = CUDNN_TYPE_POINTWISE_MODE;
template <>
inline constexpr int kCudnnType<cudnnResampleMode_t> = CUDNN_TYPE_RESAMPLE_MODE;
template <>
inline constexpr int kCudnnType<cudnnPaddingMode_t> = CUDNN_TYPE_PADDING_MODE;
template <>
inline constexpr int kCudnnType<cudnnNanPropagation_t> = CUDNN_TYPE_NAN_PROPOGATION;

}  // namespace cuda_detail

class CudnnDescriptor {
 public:
  explicit CudnnDescriptor(cudnnBackendDescriptorType_t type);

  cudnnBackendDescriptor_t get() const { return descriptor_.get(); }

  template <class T>
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const T& value) {
    return set_raw(name, type_of<T>(), 1, &value);
  }
  template <class T>
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const std::vector<T>& values) {
    return set_raw(name, type_of<T>(), static_cast<std::int64_t>(values.size()), values.data());
  }
  // What it refers to must stay alive as long as this does.
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const CudnnDescriptor& value);
  CudnnDescriptor& set(cudnnBackendAttributeName_t name,
                       const std::vector<CudnnDescriptor>& values);
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const std::vector<void*>& pointers);
  CudnnDescriptor& finalize();

  // Of a finalized one.
  std::int64_t get_int(cudnnBackendAttributeName_t name) const;
  std::vector<cudnnBackendNumericalNote_t> get_notes() const;  // of an engine
  // Fills descriptors that were made for it; returns how many of them.
  std::size_t get_into(cudnnBackendAttributeName_t name,
                       std::vector<CudnnDescriptor>& values) const;
  std::int64_t count(cudnnBackendAttributeName_t name) const;  // how many descriptors there are

 private:
  template <class T>
  static cudnnBackendAttributeType_t type_of() {
    static_assert(cuda_detail::kCudnnType<T> >= 0);
    return static_cast<cudnnBackendAttributeType_t>(cuda_detail::kCudnnType<T>);
  }
  CudnnDescriptor& set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                           std::int64_t count, const void* values);

  UniqueHandle<cudnnBackendDescriptor_t, cuda_detail::destroy_descriptor> descriptor_;
};

}  // namespace impasto
