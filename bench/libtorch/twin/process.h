// A child of this program, this program again, that answers lines with lines of JSON. Memory and
// threads of one side cannot count for the other.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace impasto::twin {

class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments);
  ~Process();  // ends its input and waits for it
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(const std::string& line);
  // The next line. Throws Error with the child's own words when it failed.
  nlohmann::json read();

 private:
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string buffer_;
};

}  // namespace impasto::twin
