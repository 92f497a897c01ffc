#include "tests/weights/loopback_server.h"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tensor/error.h"

namespace impasto::test {

LoopbackServer::LoopbackServer(const std::string& file) {
  ::setenv("no_proxy", "127.0.0.1", 1);
  std::array<int, 2> to_server{};
  std::array<int, 2> from_server{};
  IMPASTO_CHECK(::pipe2(to_server.data(), O_CLOEXEC) == 0, "no pipe");
  IMPASTO_CHECK(::pipe2(from_server.data(), O_CLOEXEC) == 0, "no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, to_server[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, from_server[1], STDOUT_FILENO);
  std::string python = "python3";
  std::string script = IMPASTO_SOURCE_DIR "/tests/weights/range_server.py";
  std::string argument = file;
  char* arguments[] = {python.data(), script.data(), argument.data(), nullptr};
  const int spawned = ::posix_spawnp(&pid_, python.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(to_server[0]);
  ::close(from_server[1]);
  input_ = to_server[1];
  IMPASTO_CHECK(spawned == 0, "python3 cannot be started");
  FILE* output = ::fdopen(from_server[0], "r");
  const int found = std::fscanf(output, "%d", &port_);
  std::fclose(output);
  IMPASTO_CHECK(found == 1, "the server did not start");
}

LoopbackServer::~LoopbackServer() {
  stop();
}

std::string LoopbackServer::url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

void LoopbackServer::stop() {
  if (pid_ < 0) return;
  ::close(input_);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace impasto::test
