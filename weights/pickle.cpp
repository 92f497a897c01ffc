#include "weights/pickle.h"

#include <bit>
#include <unordered_map>

#include "weights/pickle_ops.h"
#include "weights/pickle_stack.h"
#include "weights/quote.h"

namespace impasto {
namespace {

using namespace pickle_ops;
constexpr const char* kOrderedDict = "collections.OrderedDict";

class Machine : public PickleStack {
 public:
  Machine(const std::string& file, std::span<const std::byte> bytes,
          const std::function<bool(const std::string&)>& allowed)
      : PickleStack(file, bytes), allowed_(allowed) {}

  Pickle run() {
    while (true) {
      const auto op = take_integer<unsigned char>();
      if (op == kStop) break;
      if (!structure(op) && !scalar(op) && !container(op) && !memo(op) && !call(op)) {
        fail(fmt::format("unknown pickle instruction {:#04x}", op));
      }
    }
    pickle_.root = pop();
    pickle_.bytes = position_;
    return std::move(pickle_);
  }

 private:
  // Instructions, in groups; each says whether the instruction is one of its own.

  bool structure(unsigned char op) {
    switch (op) {
      case kProto:
        if (const int version = take_integer<unsigned char>(); version < 2 || version > 5)
          fail(fmt::format("pickle protocol {}", version));
        return true;
      case kFrame:
        take(8);
        return true;
      case kMark:
        marks_.push_back(stack_.size());
        return true;
      case kPop:
        pop();
        return true;
      case kPopMark:
        pop_to_mark();
        return true;
      case kDup:
        stack_.push_back(top());
        return true;
      default:
        return false;
    }
  }

  bool scalar(unsigned char op) {
    switch (op) {
      case kNone:
        push(Kind::none);
        return true;
      case kNewTrue:
      case kNewFalse:
        push_integer(Kind::boolean, op == kNewTrue);
        return true;
      case kBinInt:
        push_integer(Kind::integer, take_integer<std::int32_t>());
        return true;
      case kBinInt1:
        push_integer(Kind::integer, take_integer<std::uint8_t>());
        return true;
      case kBinInt2:
        push_integer(Kind::integer, take_integer<std::uint16_t>());
        return true;
      case kLong1:
        push_long(take(take_integer<std::uint8_t>()));
        return true;
      case kBinFloat:
        push(Kind::real).real =
            std::bit_cast<double>(__builtin_bswap64(take_integer<std::uint64_t>()));
        return true;
      default:
        return text(op);
    }
  }

  void push_long(const std::string& digits) {
    if (digits.size() > sizeof(std::int64_t)) return push_text(Kind::big_integer, digits);
    const bool negative = !digits.empty() && (digits.back() & 0x80) != 0;
    std::int64_t value = negative ? -1 : 0;
    std::memcpy(&value, digits.data(), digits.size());
    push_integer(Kind::integer, value);
  }

  bool text(unsigned char op) {
    switch (op) {
      case kShortBinString:
      case kShortBinUnicode:
      case kShortBinBytes:
        push_text(Kind::text, take(take_integer<std::uint8_t>()));
        return true;
      case kBinString:
      case kBinUnicode:
      case kBinBytes:
        push_text(Kind::text, take(take_integer<std::uint32_t>()));
        return true;
      case kBinUnicode8:
        push_text(Kind::text, take(take_integer<std::uint64_t>()));
        return true;
      default:
        return false;
    }
  }

  bool container(unsigned char op) {
    switch (op) {
      case kEmptyTuple:
        push(Kind::tuple);
        return true;
      case kEmptyList:
        push(Kind::list);
        return true;
      case kEmptyDict:
        push(Kind::dict);
        return true;
      case kTuple:
        push_tuple(pop_to_mark());
        return true;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        push_tuple(pop_count(op - kTuple1 + 1));
        return true;
      case kAppend:
        extend(Kind::list, pop_count(1));
        return true;
      case kAppends:
        extend(Kind::list, pop_to_mark());
        return true;
      case kSetItem:
        extend(Kind::dict, pop_count(2));
        return true;
      case kSetItems:
        extend(Kind::dict, pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  void push_tuple(std::vector<const PickleValue*> items) {
    push(Kind::tuple).items = std::move(items);
  }

  void extend(Kind kind, const std::vector<const PickleValue*>& items) {
    PickleValue* target = top();
    if (!target->is(kind) || (kind == Kind::dict && items.size() % 2 != 0)) {
      fail("the pickle adds items to something that takes none");
    }
    target->items.insert(target->items.end(), items.begin(), items.end());
  }

  bool memo(unsigned char op) {
    switch (op) {
      case kBinPut:
        memo_[take_integer<std::uint8_t>()] = top();
        return true;
      case kLongBinPut:
        memo_[take_integer<std::uint32_t>()] = top();
        return true;
      case kMemoize:
        memo_[static_cast<std::uint32_t>(memo_.size())] = top();
        return true;
      case kBinGet:
        recall(take_integer<std::uint8_t>());
        return true;
      case kLongBinGet:
        recall(take_integer<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  void recall(std::uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("the pickle refers to a value that it never stored");
    stack_.push_back(found->second);
  }

  // What a pickle would execute.
  bool call(unsigned char op) {
    switch (op) {
      case kGlobal:
      case kInst: {
        const std::string module = take_line();
        push_global(module, take_line());
        if (op == kInst) fail("the pickle creates an object");
        return true;
      }
      case kStackGlobal: {
        const std::vector<const PickleValue*> names = pop_count(2);
        push_global(names[0]->text, names[1]->text);
        return true;
      }
      case kReduce: {
        const std::vector<const PickleValue*> pair = pop_count(2);
        reduce(*pair[0], *pair[1]);
        return true;
      }
      case kBinPersid:
        push_persistent(pop());
        return true;
      case kBuild:  // attributes of a dict (PyTorch keeps version numbers there) are not needed
        pop();
        if (!top()->is(Kind::dict)) fail("the pickle sets attributes of an object");
        return true;
      default:
        return false;
    }
  }

  void push_global(const std::string& module, const std::string& name) {
    const std::string global = module + "." + name;
    if (global != kOrderedDict && !allowed_(global)) {
      throw InputError(fmt::format(
          "{} tries to run code: {}; nothing was run, only state dicts of tensors are read "
          "(in PyTorch: torch.save(model.state_dict(), path))",
          quote(file_), quote(global)));
    }
    push_text(Kind::global, global);
  }

  void push_persistent(const PickleValue* identity) { push(Kind::persistent).items = {identity}; }

  void reduce(const PickleValue& function, const PickleValue& arguments) {
    if (!function.is(Kind::global) || !arguments.is(Kind::tuple)) {
      fail("the pickle calls something that is no function");
    }
    if (function.text == kOrderedDict) return push_ordered_dict(arguments);
    PickleValue& value = push(Kind::call);
    value.text = function.text;
    value.items = arguments.items;
  }

  // OrderedDict() or, by Python 2, OrderedDict([[key, value], ...]).
  void push_ordered_dict(const PickleValue& arguments) {
    PickleValue& dict = push(Kind::dict);
    if (arguments.items.empty()) return;
    for (const PickleValue* pair : arguments.items[0]->items) {
      if (pair->items.size() != 2) fail("an OrderedDict of something else than pairs");
      dict.items.insert(dict.items.end(), pair->items.begin(), pair->items.end());
    }
  }

  const std::function<bool(const std::string&)>& allowed_;
  std::unordered_map<std::uint32_t, PickleValue*> memo_;
};

}  // namespace

Pickle parse_pickle(const std::string& file, std::span<const std::byte> bytes,
                    const std::function<bool(const std::string&)>& allowed) {
  return Machine(file, bytes, allowed).run();
}

}  // namespace impasto
