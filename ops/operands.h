// The members of a kernel's arguments, whatever struct they are: for whoever sends them elsewhere,
// or counts their bytes, without knowing the op.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "tensor/tensor.h"

namespace impasto {
namespace detail {

// Converts to anything: how many of them a struct can be made of is its number of members.
struct Anything {
  template <class T>
  operator T&() const;  // NOLINT
  template <class T>
  operator T&&() const;  // NOLINT
};

}  // namespace detail

// Calls visit(member) for each of the up to 8 members.
template <class Args, class Visit>
void for_each_operand(const Args& args, Visit visit) {
  using A = detail::Anything;
  const auto all = [&](const auto&... members) { (visit(members), ...); };
  if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}, A{}, A{}, A{}}; }) {
    const auto& [a, b, c, d, e, f, g, h] = args;
    all(a, b, c, d, e, f, g, h);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}, A{}, A{}}; }) {
    const auto& [a, b, c, d, e, f, g] = args;
    all(a, b, c, d, e, f, g);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}, A{}}; }) {
    const auto& [a, b, c, d, e, f] = args;
    all(a, b, c, d, e, f);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}}; }) {
    const auto& [a, b, c, d, e] = args;
    all(a, b, c, d, e);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}}; }) {
    const auto& [a, b, c, d] = args;
    all(a, b, c, d);
  } else if constexpr (requires { Args{A{}, A{}, A{}}; }) {
    const auto& [a, b, c] = args;
    all(a, b, c);
  } else if constexpr (requires { Args{A{}, A{}}; }) {
    const auto& [a, b] = args;
    all(a, b);
  } else {
    const auto& [a] = args;
    all(a);
  }
}

// Of all tensors among the members, each once.
template <class Args>
std::size_t operand_bytes(const Args& args) {
  std::size_t sum = 0;
  const auto add = [&](const Tensor& tensor) { sum += tensor.defined() ? tensor.bytes() : 0; };
  for_each_operand(args, [&]<class T>(const T& member) {
    if constexpr (std::is_base_of_v<Tensor, T>) {
      add(member);
    } else if constexpr (std::is_convertible_v<T, std::span<const Tensor>>) {
      for (const Tensor& tensor : std::span<const Tensor>(member)) add(tensor);
    } else if constexpr (std::is_convertible_v<T, const Tensor*>) {
      if (member != nullptr) add(*member);
    }
  });
  return sum;
}

}  // namespace impasto
