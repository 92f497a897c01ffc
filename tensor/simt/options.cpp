#include <charconv>

#include "tensor/error.h"
#include "tensor/simt/executor.h"

namespace impasto::simt {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view item) {
  throw InputError(
      fmt::format("IMPASTO_SIMT=\"{}\": \"{}\" is unknown; it is a list, with commas, of "
                  "order=forward|reverse|random|priorities, seed=NUMBER and race",
                  text, item));
}

bool parse_order(std::string_view value, Order& order) {
  if (value == "forward") {
    order = Order::forward;
  } else if (value == "reverse") {
    order = Order::reverse;
  } else if (value == "random") {
    order = Order::random;
  } else if (value == "priorities") {
    order = Order::priorities;
  } else {
    return false;
  }
  return true;
}

bool parse_seed(std::string_view value, std::uint64_t& seed) {
  const char* end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, seed);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

Options simt_options_from(std::string_view text) {
  Options options;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(item.size());
    if (!rest.empty()) {
      rest.remove_prefix(1);
      if (rest.empty()) refuse(text, "");
    }
    const std::string_view value = item.substr(item.find('=') + 1);  // all of it without one
    if (item.starts_with("order=") && parse_order(value, options.order)) continue;
    if (item.starts_with("seed=") && parse_seed(value, options.seed)) continue;
    if (item != "race") refuse(text, item);
    options.race = true;
  }
  return options;
}

}  // namespace impasto::simt
