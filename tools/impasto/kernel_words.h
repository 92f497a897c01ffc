// A problem in words, "h=64 w=64 ic=256 oc=256" or just "1 64 64 256 256", read by a signature that
// names them in order: the columns of bench/shapes, so that a line of those, after its name and
// times, is a problem.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace impasto::cli {

class Words {
 public:
  // A signature has entries like "h" (must be given), "n=1" (has a default), "kind=max|average"
  // (one of these, the first by default) and "relu=0|1" (also just "relu"). Throws InputError when
  // the text has other words, or not enough of them.
  Words(std::string_view table, std::string_view signature, std::string_view text);

  // Throws InputError unless it is a whole number from `least` up.
  std::int64_t number(std::string_view name, std::int64_t least = 1) const;
  bool flag(std::string_view name) const { return word(name) == "1"; }
  std::string_view word(std::string_view name) const;

  // Throws InputError: "TABLE: " and the reason.
  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  struct Entry {
    std::string_view name;
    std::vector<std::string_view> choices;  // empty: a number
    std::string value;                      // empty: not given
    bool given = false;
  };
  void take(std::string_view word);
  Entry* find(std::string_view name);
  void set(Entry& entry, std::string_view value);
  void check_sizes() const;

  std::string_view table_, signature_;
  std::vector<Entry> entries_;
};

}  // namespace impasto::cli
