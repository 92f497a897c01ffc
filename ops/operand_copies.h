// A call's operands for runs that must leave no trace: what the call may write is copied, what it
// only reads is not. State that the caller keeps for it behind a pointer, such as a FilterCache, is
// empty at first and gone with the copies.
#pragma once

#include <deque>
#include <memory>
#include <type_traits>
#include <vector>

#include "ops/operands.h"
#include "tensor/tensor.h"

namespace impasto {

class OperandCopies {
 public:
  Tensor& of(Tensor& written) {
    return tensors_.emplace_back(written.defined() ? written.clone() : Tensor());
  }
  Tensor* of(Tensor* written) { return written == nullptr ? nullptr : &of(*written); }
  template <class T>
  T* of(T* state) {
    if (state == nullptr) return nullptr;
    auto own = std::make_shared<T>();
    states_.push_back(own);
    return own.get();
  }
  template <class T>
  requires(!std::is_pointer_v<T>) T& of(T& other) { return other; }

 private:
  std::deque<Tensor> tensors_;
  std::vector<std::shared_ptr<void>> states_;
};

// The same arguments with copies for what the call writes.
template <class Args>
Args copied(OperandCopies& copies, const Args& args) {
  return with_operands(args, [&](auto&... members) -> Args { return {copies.of(members)...}; });
}

namespace detail {
template <class T>
constexpr bool kWritten =
    std::is_same_v<T, Tensor> || std::is_same_v<std::remove_const_t<T>, Tensor*>;
}

// Do the arguments tell which tensors are written? Lists do not: what is in them may be read or
// written.
template <class Args>
constexpr bool tell_what_is_written() {
  using Answer = decltype(with_operands(std::declval<const Args&>(), [](auto&... members) {
    return std::bool_constant<(detail::kWritten<std::remove_reference_t<decltype(members)>> ||
                               ...)>();
  }));
  return Answer::value;
}

}  // namespace impasto
