#include "weights/quote.h"

#include <fmt/format.h>

namespace impasto {

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 4096;  // the longest path; a hostile name could be megabytes
  std::string result = "'";
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + (text.size() > kLongest ? "...'" : "'");
}

}  // namespace impasto
