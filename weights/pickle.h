// A reader of Python pickles that executes nothing.
//
// A pickle is a program for a stack machine, and its GLOBAL and REDUCE instructions call any Python
// function by name. This reader builds plain values, knows collections.OrderedDict, and keeps a
// call of any other allowed name as data: its name and arguments, for the caller to interpret. A
// name that is not allowed ends the reading at once with an InputError that says which.
// Protocols 2 to 5, the instructions that dictionaries of tensors need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace impasto {

struct PickleValue {
  enum class Kind {
    none,
    boolean,      // integer
    integer,      // integer
    big_integer,  // text: little-endian two's complement
    real,         // real
    text,         // text, also for byte strings
    tuple,        // items
    list,         // items
    dict,         // items: key, value, key, value ...
    global,       // text: "module.name"
    call,         // text: "module.name", items: the arguments
    persistent,   // items: the identity, one value
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<const PickleValue*> items;

  bool is(Kind wanted) const { return kind == wanted; }
};

// Owns its values; they may refer to each other in any way, cycles included.
struct Pickle {
  std::deque<PickleValue> values;
  const PickleValue* root = nullptr;
  std::size_t bytes = 0;  // length of the pickle within what was given
};

// `file` is for messages. `allowed` gets "module.name".
Pickle parse_pickle(const std::string& file, std::span<const std::byte> bytes,
                    const std::function<bool(const std::string&)>& allowed);

}  // namespace impasto
