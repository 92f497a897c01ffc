#include "tools/verify/copies.h"

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "tensor/gpu.h"
#include "tensor/simt/sanitizer.h"

namespace impasto::verify {
namespace {

constexpr std::size_t kCanaryBytes = 1024;  // on either side; a multiple of the alignment
constexpr unsigned char kCanary = 0xff;     // NaN, in f32 and f64

// Elements that take these bytes.
std::int64_t elements(DType dtype, std::size_t bytes) {
  if (dtype == DType::bits) return static_cast<std::int64_t>(8 * bytes);
  return static_cast<std::int64_t>(bytes / storage_bytes(dtype, 1));
}

std::vector<unsigned char> contents_of(const Tensor& tensor) {
  std::vector<unsigned char> bytes(tensor.bytes());
  gpu::copy(bytes.data(), {}, tensor.raw(), tensor.device(), bytes.size());
  return bytes;
}

std::ptrdiff_t signed_size(std::size_t size) {
  return static_cast<std::ptrdiff_t>(size);
}

}  // namespace

Copies::Item& Copies::add(const Shape& shape, DType dtype, std::int64_t shift) {
  const std::int64_t canary = elements(dtype, kCanaryBytes), front = canary + shift;
  // The canary behind packed bits begins with their last word's end.
  const std::int64_t body = elements(dtype, storage_bytes(dtype, shape.numel()));
  Item item;
  item.whole = Tensor::empty({front + body + canary}, dtype, device_);
  item.copy = item.whole.slice(front, front + shape.numel()).reshape(shape);
  item.front = storage_bytes(dtype, front);
  return items_.emplace_back(item);
}

Tensor& Copies::copy_of(const Tensor& operand, bool written) {
  if (!operand.defined()) return items_.emplace_back().copy;
  for (Item& item : items_) {
    if (!item.home.defined() || operand.bytes() == 0) continue;
    if (item.home.raw() != operand.raw()) continue;
    item.written = item.written || written;
    return item.copy;
  }
  const bool shifted = place_ == Place::anywhere && operand.dtype() != DType::bits;
  Item& item = add(operand.shape(), operand.dtype(), shifted ? 1 : 0);
  item.home = operand;
  item.written = written;
  std::vector<unsigned char> bytes(item.whole.bytes(), kCanary);
  if (operand.bytes() > 0) std::memcpy(bytes.data() + item.front, operand.raw(), operand.bytes());
  gpu::copy(item.whole.raw(), device_, bytes.data(), {}, bytes.size());
  return item.copy;
}

std::span<const Tensor> Copies::of(std::span<const Tensor> operands) {
  std::vector<Tensor>& list = lists_.emplace_back();
  for (const Tensor& operand : operands) {
    list.push_back(copy_of(operand, false));
    for (Item& item : items_) {
      const bool same =
          item.home.defined() && operand.defined() && item.home.raw() == operand.raw();
      item.listed = item.listed || same;
    }
  }
  return list;
}

void Copies::close() {
  const auto may_be = [](const Item& item) { return item.written; };
  if (std::none_of(items_.begin(), items_.end(), may_be)) {
    for (Item& item : items_) item.written = item.listed;
  }
  if (device_.type == DeviceType::cuda) return;
  for (const Item& item : items_) {
    if (!item.whole.defined()) continue;
    const auto* begin = static_cast<const unsigned char*>(item.whole.raw());
    const std::size_t end = item.front + item.copy.bytes();
    simt::poison(begin, item.front);
    simt::poison(begin + end, item.whole.bytes() - end);
  }
}

void Copies::open() {
  if (device_.type == DeviceType::cuda) return;
  for (const Item& item : items_) {
    if (item.whole.defined()) simt::unpoison(item.whole.raw(), item.whole.bytes());
  }
}

void* Copies::scratch(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  Item& item = add({static_cast<std::int64_t>(bytes)}, DType::u8, 0);
  const std::vector<unsigned char> poison(item.whole.bytes(), kCanary);
  gpu::copy(item.whole.raw(), device_, poison.data(), {}, poison.size());
  return item.copy.raw();
}

std::string Copies::wrong() {
  open();
  const auto whole = [](auto begin, auto end) {
    return std::all_of(begin, end, [](unsigned char byte) { return byte == kCanary; });
  };
  int number = 0;
  for (const Item& item : items_) {
    ++number;
    if (!item.whole.defined()) continue;
    const std::vector<unsigned char> bytes = contents_of(item.whole);
    const auto begin = bytes.begin() + signed_size(item.front);
    const auto end = begin + signed_size(item.copy.bytes());
    const std::string name =
        item.home.defined() ? fmt::format("operand {}", number) : "its scratch memory";
    if (!whole(bytes.begin(), begin)) return fmt::format("writes before {}", name);
    if (!whole(end, bytes.end())) return fmt::format("writes behind {}", name);
    if (!item.home.defined() || item.written || item.home.bytes() == 0) continue;
    if (std::memcmp(&*begin, item.home.raw(), item.home.bytes()) != 0) {
      return fmt::format("changes {}, which it may only read", name);
    }
  }
  return {};
}

std::vector<Tensor> Copies::written() const {
  std::vector<Tensor> result;
  for (const Item& item : items_) {
    if (!item.written) continue;
    Tensor home = Tensor::empty(item.copy.shape(), item.copy.dtype());
    gpu::copy(home.raw(), {}, item.copy.raw(), device_, home.bytes());
    result.push_back(home);
  }
  return result;
}

void Copies::bring_home() {
  open();
  for (Item& item : items_) {
    if (!item.written || item.home.bytes() == 0) continue;
    gpu::copy(item.home.raw(), {}, item.copy.raw(), device_, item.home.bytes());
  }
}

}  // namespace impasto::verify
