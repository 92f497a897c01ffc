#include "tensor/tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "tensor/allocator.h"
#include "tensor/gpu.h"
#include "tensor/half.h"

namespace impasto {
namespace {

// Calls f with a null pointer of the element type: the one place that maps DType to a C++ type.
template <class F>
void dispatch(DType dtype, F f) {
  switch (dtype) {
    case DType::f32:
      return f(static_cast<float*>(nullptr));
    case DType::f64:
      return f(static_cast<double*>(nullptr));
    case DType::f16:
      return f(static_cast<Half*>(nullptr));
    case DType::bf16:
      return f(static_cast<BFloat16*>(nullptr));
    case DType::u8:
      return f(static_cast<std::uint8_t*>(nullptr));
    case DType::i32:
      return f(static_cast<std::int32_t*>(nullptr));
    case DType::bits:
      break;
  }
  throw Error("tensor: packed masks have no element access");
}

template <class T>
double load(T value) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return to_float(value);
  } else {
    return static_cast<double>(value);
  }
}

// To f32 for a second rounding to 16 bits: an inexact result gets an odd last bit, so that it never
// looks like a tie that it is not (Boldo and Melquiond, "Emulation of FMA", 2008).
float round_to_odd(double value) {
  const auto nearest = static_cast<float>(value);
  const double error = value - static_cast<double>(nearest);
  const bool odd = (std::bit_cast<std::uint32_t>(nearest) & 1u) != 0;
  if (error == 0 || odd || !std::isfinite(nearest)) return nearest;
  return std::nextafter(nearest, error > 0 ? INFINITY : -INFINITY);
}

template <class T>
T store(double value) {
  if constexpr (std::is_same_v<T, Half>) {
    return to_half(round_to_odd(value));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return to_bfloat16(round_to_odd(value));
  } else if constexpr (std::is_integral_v<T>) {
    if (std::isnan(value)) return 0;
    return static_cast<T>(
        std::clamp<double>(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  } else {
    return static_cast<T>(value);
  }
}

}  // namespace

Storage::Storage(std::size_t bytes, Device device, Lifetime lifetime)
    : bytes_(bytes), device_(device), data_(allocator_of(device).allocate(bytes, lifetime)) {}

Storage::~Storage() {
  allocator_of(device_).deallocate(data_, bytes_);
}

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device, Lifetime lifetime) {
  Tensor result;
  result.storage_ =
      std::make_shared<Storage>(storage_bytes(dtype, shape.numel()), device, lifetime);
  result.shape_ = shape;
  result.dtype_ = dtype;
  return result;
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, Device device) {
  Tensor result = empty(shape, dtype, device);
  gpu::fill_zero(result.raw(), device, result.bytes());
  return result;
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype, Device device) {
  Tensor result = empty(shape, dtype);
  dispatch(dtype, [&]<class T>(T*) {
    for (T& element : result.values<T>()) element = store<T>(value);
  });
  return result.to(device);
}

void Tensor::check_access(DType dtype) const {
  IMPASTO_CHECK(defined(), "tensor: access to an undefined tensor");
  IMPASTO_CHECK(dtype_ == dtype, "tensor {}: read as {} but holds {}", shape_.to_string(),
                impasto::to_string(dtype), impasto::to_string(dtype_));
  IMPASTO_CHECK(device().type == DeviceType::cpu, "tensor {} is on {}: copy it to the cpu first",
                shape_.to_string(), impasto::to_string(device()));
}

void* Tensor::raw() {
  IMPASTO_CHECK(defined(), "tensor: access to an undefined tensor");
  return static_cast<char*>(storage_->data()) + offset_;
}

const void* Tensor::raw() const {
  return const_cast<Tensor*>(this)->raw();
}

double Tensor::item() const {
  IMPASTO_CHECK(numel() == 1, "tensor {}: item() needs exactly one element", shape_.to_string());
  if (device().type != DeviceType::cpu) return to(Device{}).item();
  double result = 0;
  dispatch(dtype_, [&]<class T>(T*) { result = load(values<T>()[0]); });
  return result;
}

Tensor Tensor::reshape(const Shape& shape) const {
  IMPASTO_CHECK(shape.numel() == numel(), "tensor: cannot reshape {} to {}", shape_.to_string(),
                shape.to_string());
  Tensor result = *this;
  result.shape_ = shape;
  return result;
}

Tensor Tensor::slice(std::int64_t begin, std::int64_t end) const {
  IMPASTO_CHECK(shape_.rank() > 0 && 0 <= begin && begin <= end && end <= shape_[0],
                "tensor: no slice [{}, {}) of {} {}", begin, end, impasto::to_string(dtype_),
                shape_.to_string());
  std::vector<std::int64_t> dims(shape_.dims().begin(), shape_.dims().end());
  dims[0] = end - begin;
  Tensor result = *this;
  result.shape_ = Shape(std::span<const std::int64_t>(dims));
  if (begin == 0) return result;
  const std::int64_t skipped = numel() / shape_[0] * begin;
  IMPASTO_CHECK(dtype_ != DType::bits || skipped % 64 == 0,
                "tensor: a slice of bits must begin at a word, not at bit {}", skipped);
  result.offset_ += storage_bytes(dtype_, skipped);
  return result;
}

Tensor Tensor::clone() const {
  Tensor result = empty(shape_, dtype_, device());
  gpu::copy(result.raw(), device(), raw(), device(), bytes());
  return result;
}

Tensor Tensor::to(Device device) const {
  if (!defined() || device == this->device()) return *this;
  Tensor result = empty(shape_, dtype_, device);
  gpu::copy(result.raw(), device, raw(), this->device(), bytes());
  return result;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  Tensor result = empty(shape_, dtype, device());
  dispatch(dtype_, [&]<class From>(From*) {
    dispatch(dtype, [&]<class To>(To*) {
      const std::span<const From> source = values<From>();
      const std::span<To> target = result.values<To>();
      for (std::size_t i = 0; i < target.size(); ++i) target[i] = store<To>(load(source[i]));
    });
  });
  return result;
}

}  // namespace impasto
