// The operand stack and the input of the pickle machine (weights/pickle.h), with every limit
// checked: whatever a pickle contains, these end in an InputError or stay inside their buffers.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tensor/error.h"
#include "weights/archive.h"
#include "weights/pickle.h"

namespace impasto {

class PickleStack {
 public:
  PickleStack(const std::string& file, std::span<const std::byte> bytes)
      : file_(file), bytes_(bytes) {}

 protected:
  using Kind = PickleValue::Kind;

  [[noreturn]] void fail(const std::string& reason) const { refuse(file_, "PyTorch", reason); }

  // Input.

  std::string take(std::uint64_t count) {
    if (count > bytes_.size() - position_) fail("the pickle is truncated");
    const auto* start = reinterpret_cast<const char*>(bytes_.data()) + position_;
    position_ += count;
    return {start, count};
  }

  template <class T>
  T take_integer() {
    T value{};
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string take_line() {
    std::string line;
    while (true) {
      const char c = take_integer<char>();
      if (c == '\n') return line;
      line += c;
    }
  }

  // Stack.

  PickleValue& push(Kind kind) {
    if (pickle_.values.size() == kMaxValues) fail("the pickle has too many values");
    PickleValue& value = pickle_.values.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }

  void push_integer(Kind kind, std::int64_t integer) { push(kind).integer = integer; }
  void push_text(Kind kind, std::string text) { push(kind).text = std::move(text); }

  PickleValue* top() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) fail("the pickle's stack is empty");
    return stack_.back();
  }

  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }

  std::vector<const PickleValue*> pop_to_mark() {
    if (marks_.empty()) fail("the pickle lacks a mark");
    const auto start = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const PickleValue*> items(start, stack_.end());
    stack_.erase(start, stack_.end());
    marks_.pop_back();
    return items;
  }

  std::vector<const PickleValue*> pop_count(int count) {
    std::vector<const PickleValue*> items(static_cast<std::size_t>(count));
    for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
    return items;
  }

  static constexpr std::size_t kMaxValues = 1'000'000;  // a state dict has thousands

  const std::string& file_;
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
};

}  // namespace impasto
