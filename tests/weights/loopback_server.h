// tests/weights/range_server.py as a child of the test.
#pragma once

#include <string>

#include <sys/types.h>

namespace impasto::test {

class LoopbackServer {
 public:
  explicit LoopbackServer(const std::string& file);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url(const std::string& path) const;  // "/file"
  void stop();                                     // the port is then refused

 private:
  int input_ = -1;  // closing it ends the server
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace impasto::test
