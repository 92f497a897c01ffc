// Templates of tensor/tensor.h.
#pragma once

#include <cstring>

#include "tensor/error.h"
#include "tensor/tensor.h"

namespace impasto {

template <class T>
Tensor Tensor::from(const Shape& shape, std::span<const T> values) {
  IMPASTO_CHECK(static_cast<std::int64_t>(values.size()) == shape.numel(),
                "tensor: {} values for shape {}", values.size(), shape.to_string());
  Tensor result = empty(shape, kDTypeOf<T>);
  if (!values.empty()) std::memcpy(result.raw(), values.data(), values.size_bytes());
  return result;
}

template <class T>
T* Tensor::data() {
  check_access(kDTypeOf<T>);
  return static_cast<T*>(raw());
}

template <class T>
const T* Tensor::data() const {
  check_access(kDTypeOf<T>);
  return static_cast<const T*>(raw());
}

template <class T>
std::span<T> Tensor::values() {
  static_assert(kDTypeOf<T> != DType::bits, "packed masks have words, not values");
  return {data<T>(), static_cast<std::size_t>(numel())};
}

template <class T>
std::span<const T> Tensor::values() const {
  static_assert(kDTypeOf<T> != DType::bits, "packed masks have words, not values");
  return {data<T>(), static_cast<std::size_t>(numel())};
}

}  // namespace impasto
