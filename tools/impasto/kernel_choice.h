// What selection does with a problem that is given in words, and why.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/registry.h"

namespace impasto::cli {

struct Candidate {
  KernelInfo info;
  bool serves = false;
  std::string verdict;  // "chosen", or why not
};
struct Choice {
  std::string problem;
  std::vector<Candidate> candidates;  // in table order
};

// `features` say for which device, too. An empty request asks for none by name. Throws InputError
// when the words are no problem, or the request cannot be met.
Choice choose(std::string_view table, std::string_view words, Features features,
              std::string_view request);

// The words of a table's problems: see kernel_words.h.
std::string_view words_of(std::string_view table);

}  // namespace impasto::cli
