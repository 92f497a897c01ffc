// The members of a kernel's arguments, whatever struct they are: for whoever sends them elsewhere,
// or counts their bytes, without knowing the op.
#pragma once

#include <cstddef>
#include <span>
#include <string>
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

// f(members...) of a struct with one to eight members.
template <class Args, class F>
auto with_operands(const Args& args, F f) {
  using A = detail::Anything;
  if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}, A{}, A{}, A{}}; }) {
    auto& [a, b, c, d, e, g, h, i] = args;
    return f(a, b, c, d, e, g, h, i);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}, A{}, A{}}; }) {
    auto& [a, b, c, d, e, g, h] = args;
    return f(a, b, c, d, e, g, h);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}, A{}}; }) {
    auto& [a, b, c, d, e, g] = args;
    return f(a, b, c, d, e, g);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}, A{}}; }) {
    auto& [a, b, c, d, e] = args;
    return f(a, b, c, d, e);
  } else if constexpr (requires { Args{A{}, A{}, A{}, A{}}; }) {
    auto& [a, b, c, d] = args;
    return f(a, b, c, d);
  } else if constexpr (requires { Args{A{}, A{}, A{}}; }) {
    auto& [a, b, c] = args;
    return f(a, b, c);
  } else if constexpr (requires { Args{A{}, A{}}; }) {
    auto& [a, b] = args;
    return f(a, b);
  } else {
    auto& [a] = args;
    return f(a);
  }
}

// Of all tensors among the members, each once.
template <class Args>
std::size_t operand_bytes(const Args& args) {
  std::size_t sum = 0;
  const auto add = [&](const Tensor& tensor) { sum += tensor.defined() ? tensor.bytes() : 0; };
  const auto count = [&]<class T>(const T& member) {
    if constexpr (std::is_base_of_v<Tensor, T>) {
      add(member);
    } else if constexpr (std::is_convertible_v<T, std::span<const Tensor>>) {
      for (const Tensor& tensor : std::span<const Tensor>(member)) add(tensor);
    } else if constexpr (std::is_convertible_v<T, const Tensor*>) {
      if (member != nullptr) add(*member);
    }
  };
  with_operands(args, [&](const auto&... members) { (count(members), ...); });
  return sum;
}

// Which operands there are, a letter for each that need not be: calls that differ in this do
// different work on the same problem.
template <class Args>
std::string operand_pattern(const Args& args) {
  std::string pattern;
  const auto add = [&]<class T>(const T& member) {
    if constexpr (std::is_base_of_v<Tensor, T>) {
      pattern += member.defined() ? 't' : '-';
    } else if constexpr (std::is_pointer_v<T>) {
      pattern += member != nullptr ? 'p' : '-';
    } else if constexpr (std::is_same_v<T, bool>) {
      pattern += member ? '1' : '0';
    }
  };
  with_operands(args, [&](const auto&... members) { (add(members), ...); });
  return pattern;
}

}  // namespace impasto
