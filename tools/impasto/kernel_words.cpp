#include "tools/impasto/kernel_words.h"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "tensor/error.h"

namespace impasto::cli {
namespace {

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(by));
    if (!part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return parts;
}

// -1 when it is none.
std::int64_t whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() ? value : -1;
}

}  // namespace

Words::Words(std::string_view table, std::string_view signature, std::string_view text)
    : table_(table), signature_(signature) {
  for (const std::string_view item : split(signature, ' ')) {
    Entry entry{item.substr(0, item.find('=')), {}, {}, false};
    if (entry.name.size() < item.size()) {
      const std::string_view after = item.substr(entry.name.size() + 1);
      if (after.find('|') != after.npos) entry.choices = split(after, '|');
      entry.value = after.substr(0, after.find('|'));
    }
    entries_.push_back(entry);
  }
  for (const std::string_view word : split(text, ' ')) take(word);
  for (const Entry& entry : entries_) {
    if (entry.value.empty()) refuse(fmt::format("the problem has no {}", entry.name));
  }
  check_sizes();
}

void Words::take(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals != word.npos) {
    Entry* entry = find(word.substr(0, equals));
    if (entry == nullptr) refuse(fmt::format("no word '{}'", word));
    return set(*entry, word.substr(equals + 1));
  }
  Entry* named = find(word);
  if (named != nullptr && !named->choices.empty() && named->choices.back() == "1") {
    return set(*named, "1");
  }
  const auto next = std::ranges::find(entries_, false, &Entry::given);
  if (next == entries_.end()) refuse(fmt::format("nothing is left for '{}'", word));
  set(*next, word);
}

Words::Entry* Words::find(std::string_view name) {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

void Words::set(Entry& entry, std::string_view value) {
  if (entry.given) refuse(fmt::format("{} is given twice", entry.name));
  const bool known = entry.choices.empty() ? whole_number(value) >= 0
                                           : std::ranges::count(entry.choices, value) > 0;
  if (!known) refuse(fmt::format("{} cannot be '{}'", entry.name, value));
  entry.value = value;
  entry.given = true;
}

// Kernels multiply sizes when they are asked whether they serve.
void Words::check_sizes() const {
  double product = 1;
  for (const Entry& entry : entries_) {
    if (entry.choices.empty()) product *= static_cast<double>(number(entry.name, 0)) + 1;
  }
  if (product > 1e18) refuse("the problem is too large");
}

std::int64_t Words::number(std::string_view name, std::int64_t least) const {
  const std::int64_t value = whole_number(word(name));
  if (value < least) refuse(fmt::format("{} is {}, expected at least {}", name, value, least));
  return value;
}

std::string_view Words::word(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  IMPASTO_CHECK(found != entries_.end(), "{} has no word '{}'", table_, name);
  return found->value;
}

void Words::refuse(const std::string& reason) const {
  throw InputError(
      fmt::format("--problem of {}: {}; its words are \"{}\"", table_, reason, signature_));
}

}  // namespace impasto::cli
