// Copies of a call's operands on the device that a kernel runs on, each between canaries: what a
// kernel writes outside of its operands, or into operands that it may only read, is found, whatever
// the op. The canaries are NaN, so what is read from there shows, too.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "ops/operands.h"
#include "tensor/tensor.h"

namespace impasto::verify {

// Where operands begin: aligned to 64 bytes, or one element further.
enum class Place { aligned, anywhere };

class Copies {
 public:
  Copies(Device device, Place place) : device_(device), place_(place) {}
  ~Copies() { open(); }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  // The copy of an operand; operands that share memory get one copy.
  const Tensor& of(const Tensor& operand) { return copy_of(operand, false); }
  Tensor& of(Tensor& operand) { return copy_of(operand, true); }
  Tensor* of(Tensor* operand) { return operand == nullptr ? nullptr : &of(*operand); }
  std::span<const Tensor> of(std::span<const Tensor> operands);
  template <class T>
  requires(!std::is_base_of_v<Tensor, T>) const T& of(const T& value) {
    return value;  // what is no tensor goes as it is
  }

  // Scratch memory between canaries, full of NaN; nullptr for no bytes.
  void* scratch(std::size_t bytes);

  // After all operands and scratch memory, before the run. Where no single tensor may be written,
  // those of lists may. AddressSanitizer stops at canaries from now on.
  void close();

  // After the run: empty, or what was written where it must not be.
  std::string wrong();
  // The operands that may be written, on the host, in the order of the call.
  std::vector<Tensor> written() const;
  // Their contents to the operands themselves.
  void bring_home();

 private:
  struct Item {
    Tensor home;   // undefined for scratch memory
    Tensor whole;  // with canaries
    Tensor copy;   // what lies between them
    std::size_t front = 0;
    bool written = false, listed = false;
  };
  void open();  // to be read and freed
  Tensor& copy_of(const Tensor& operand, bool written);
  Item& add(const Shape& shape, DType dtype, std::int64_t shift);

  Device device_;
  Place place_;
  std::deque<Item> items_;
  std::deque<std::vector<Tensor>> lists_;
};

// The same arguments with copies for operands.
template <class Args>
Args copied(Copies& copies, const Args& args) {
  return with_operands(args, [&](auto&... members) -> Args { return {copies.of(members)...}; });
}

}  // namespace impasto::verify
