#include "tools/train/layout.h"

#include <algorithm>

#include "tensor/error.h"

namespace impasto::train {
namespace {

constexpr std::int64_t kAlignment = 16;  // elements: a cache line of f32

}  // namespace

void Layout::add(const std::string& name, const Shape& shape) {
  entries_.push_back({name, shape, size_});
  size_ += (shape.numel() + kAlignment - 1) / kAlignment * kAlignment;
}

Tensor Layout::view(const Tensor& vector, const Entry& entry) const {
  IMPASTO_CHECK(vector.shape() == Shape{size_}, "layout of {} elements, vector {}", size_,
                vector.shape().to_string());
  return vector.slice(entry.begin, entry.begin + entry.shape.numel()).reshape(entry.shape);
}

Tensor Layout::view(const Tensor& vector, const std::string& name) const {
  const auto at = std::ranges::find(entries_, name, &Entry::name);
  IMPASTO_CHECK(at != entries_.end(), "layout: no tensor {}", name);
  return view(vector, *at);
}

void Layout::pack(const std::string& prefix, const Tensor& vector, NamedTensors& file) const {
  for (const Entry& entry : entries_) {
    file.tensors[prefix + "." + entry.name] = view(vector, entry).to(Device{});
  }
}

void Layout::unpack(const std::string& prefix, const NamedTensors& file, const std::string& origin,
                    Tensor& vector) const {
  Tensor host = Tensor::zeros({size_}, vector.dtype());
  for (const Entry& entry : entries_) {
    const std::string name = prefix + "." + entry.name;
    const auto at = file.tensors.find(name);
    if (at == file.tensors.end() || at->second.shape() != entry.shape ||
        at->second.dtype() != vector.dtype()) {
      throw InputError(
          fmt::format("{}: {} is missing or not {} {}; this is no checkpoint of such "
                      "a run",
                      origin, name, to_string(vector.dtype()), entry.shape.to_string()));
    }
    const auto* bytes = static_cast<const std::byte*>(at->second.raw());
    std::copy_n(bytes, at->second.bytes(), static_cast<std::byte*>(view(host, entry).raw()));
  }
  vector = host.to(vector.device());
}

}  // namespace impasto::train
