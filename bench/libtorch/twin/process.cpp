#include "bench/libtorch/twin/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tensor/error.h"

namespace impasto::twin {
namespace {

constexpr const char* kItself = "/proc/self/exe";

void check(int error, const char* what) {
  if (error != 0) throw Error(fmt::format("{}: {}", what, std::strerror(error)));
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  check(pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe");
  return ends;
}

// A child that speaks over two pipes and is otherwise silent: it tells errors as answers.
pid_t spawn(const std::vector<std::string>& arguments, int input, int output) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), kItself);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  check(posix_spawn_file_actions_init(&actions), "posix_spawn");
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, kItself, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  check(error, "posix_spawn");
  return pid;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a child that died is noticed when it does not answer
  const std::array<int, 2> orders = make_pipe(), answers = make_pipe();
  to_ = orders[1];
  from_ = answers[0];
  pid_ = spawn(arguments, orders[0], answers[1]);
  close(orders[0]);
  close(answers[1]);
}

Process::~Process() {
  close(to_);
  close(from_);
  waitpid(pid_, nullptr, 0);
}

void Process::send(const std::string& line) {
  const std::string text = line + "\n";
  if (write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw Error("a measured process does not listen any more");
  }
}

nlohmann::json Process::read() {
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    std::array<char, 4096> chunk;
    const ssize_t count = ::read(from_, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw Error("a measured process ended before it answered");
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  }
  const nlohmann::json answer = nlohmann::json::parse(buffer_.substr(0, end));
  buffer_.erase(0, end + 1);
  if (answer.contains("error")) throw Error(answer.at("error").get<std::string>());
  return answer;
}

}  // namespace impasto::twin
