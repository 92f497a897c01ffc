// Many named tensors as views of one vector: an optimiser then steps one tensor, an average is one
// tensor, and so is each moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/named_tensors.h"

namespace impasto::train {

class Layout {
 public:
  void add(const std::string& name, const Shape& shape);

  std::int64_t size() const { return size_; }  // elements of a vector; gaps for alignment included
  Tensor view(const Tensor& vector, const std::string& name) const;

  // Tensors "PREFIX.NAME" of a file. unpack throws InputError, naming `origin`, when one is missing
  // or has another shape or type.
  void pack(const std::string& prefix, const Tensor& vector, NamedTensors& file) const;
  void unpack(const std::string& prefix, const NamedTensors& file, const std::string& origin,
              Tensor& vector) const;

 private:
  struct Entry {
    std::string name;
    Shape shape;
    std::int64_t begin;
  };
  Tensor view(const Tensor& vector, const Entry& entry) const;

  std::vector<Entry> entries_;
  std::int64_t size_ = 0;
};

}  // namespace impasto::train
