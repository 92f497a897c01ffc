// Tensor: a value handle to contiguous data of one dtype on one device. Copies share storage,
// clone() copies data. Always dense and row-major: a feature map [n, h, w, c] is the (n h w) x c
// matrix.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tensor/device.h"
#include "tensor/dtype.h"
#include "tensor/lifetime.h"
#include "tensor/shape.h"

namespace impasto {

// Owns bytes of one allocator; shared by the tensors that view it.
class Storage {
 public:
  Storage(std::size_t bytes, Device device, Lifetime lifetime);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() { return data_; }
  std::size_t bytes() const { return bytes_; }
  Device device() const { return device_; }

 private:
  std::size_t bytes_;
  Device device_;
  void* data_;
};

class Tensor {
 public:
  Tensor() = default;  // undefined: no storage

  // Contents undefined. Throws OutOfMemory; Error on size overflow.
  static Tensor empty(const Shape& shape, DType dtype = DType::f32, Device device = {},
                      Lifetime lifetime = Lifetime::passing);
  static Tensor zeros(const Shape& shape, DType dtype = DType::f32, Device device = {});
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f32,
                     Device device = {});
  static Tensor scalar(double value, DType dtype = DType::f32) { return full({}, value, dtype); }
  template <class T>
  static Tensor from(const Shape& shape, std::span<const T> values);
  template <class T>
  static Tensor from(const Shape& shape, const std::vector<T>& values) {
    return from<T>(shape, std::span<const T>(values));
  }

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  Device device() const { return storage_ ? storage_->device() : Device{}; }
  std::int64_t numel() const { return shape_.numel(); }
  std::size_t bytes() const { return storage_bytes(dtype_, numel()); }

  // Typed access; throws Error when T is not the dtype, or the tensor is undefined or not on the
  // cpu: simt has the memory of a device of its own, though it is the host's, so that what runs
  // there runs on a GPU. Packed masks are std::uint64_t words.
  template <class T>
  T* data();
  template <class T>
  const T* data() const;
  template <class T>
  std::span<T> values();  // not for packed masks
  template <class T>
  std::span<const T> values() const;
  void* raw();  // on any device: an address there
  const void* raw() const;

  // The value of a one-element f32, f64, i32 or u8 tensor; waits for the device.
  double item() const;

  Tensor reshape(const Shape& shape) const;  // same storage, same numel
  // Entries [begin, end) of the first axis, in the same storage; packed bits from a word on.
  Tensor slice(std::int64_t begin, std::int64_t end) const;
  Tensor clone() const;
  // Converted copy, rounded to nearest even; the same handle when nothing changes. To integers:
  // truncated and saturated, NaN is 0. Packed masks convert to nothing else.
  Tensor to(DType dtype) const;
  // Copy on another device, complete on return; the same handle when it is there already.
  Tensor to(Device device) const;
  bool solely_owned() const { return storage_.use_count() == 1; }

 private:
  void check_access(DType dtype) const;

  std::shared_ptr<Storage> storage_;
  std::size_t offset_ = 0;  // bytes of the storage before the first element
  Shape shape_;
  DType dtype_ = DType::f32;
};

}  // namespace impasto

#include "tensor/tensor_inl.h"  // IWYU pragma: export
