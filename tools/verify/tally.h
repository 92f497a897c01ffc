// What a session found, kernel by kernel: for a summary, and the question whether all is well.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tools/verify/session.h"

namespace impasto::verify {

struct KernelTally {
  std::int64_t checks = 0;
  std::int64_t failures = 0;
  double worst = 0;   // largest error as a share of its tolerance
  std::string first;  // the first failure: what, on which problem, how
};

class Tally {
 public:
  void add(const Finding& finding);
  const std::map<std::string, KernelTally, std::less<>>& kernels() const { return kernels_; }
  std::int64_t failed() const;  // kernels
  std::int64_t checks() const;

 private:
  std::map<std::string, KernelTally, std::less<>> kernels_;
};

}  // namespace impasto::verify
