#include "tensor/simt/recording.h"

#include <atomic>
#include <cstring>
#include <string>

#include "tensor/simt/executor.h"

namespace impasto::simt {
namespace {

std::atomic<Recording*> current_recording{nullptr};

// A launch with what it points to, in memory that is aligned for any argument but over-aligned
// ones.
struct OwnLaunch {
  Launch launch;
  std::string id;
  std::vector<std::max_align_t> arguments;

  explicit OwnLaunch(const Launch& given)
      : launch(given),
        id(given.id),
        arguments((given.arguments_bytes + sizeof(std::max_align_t) - 1) /
                  sizeof(std::max_align_t)) {
    std::memcpy(arguments.data(), given.arguments, given.arguments_bytes);
  }

  void operator()(Executor& executor) const {
    Launch again = launch;
    again.id = id.c_str();
    again.arguments = arguments.data();
    executor.run(again);
  }
};

}  // namespace

Recording::Recording(Executor& executor) : executor_(&executor) {
  current_recording.store(this);
}

Recording::~Recording() {
  end();
}

void Recording::end() noexcept {
  Recording* self = this;
  current_recording.compare_exchange_strong(self, nullptr);
}

Recording* Recording::current() {
  return current_recording.load();
}

Recording* Recording::of(const Executor& executor) {
  Recording* const recording = current();
  return recording != nullptr && recording->executor_ == &executor ? recording : nullptr;
}

void Recording::add_launch(const Launch& launch) {
  steps_.emplace_back(OwnLaunch(launch));
}

void Recording::add_copy(void* dst, const void* src, std::size_t bytes) {
  steps_.emplace_back([=](Executor&) { std::memcpy(dst, src, bytes); });
}

void Recording::add_zeros(void* dst, std::size_t bytes) {
  steps_.emplace_back([=](Executor&) { std::memset(dst, 0, bytes); });
}

void Recording::replay(Executor& executor) const {
  for (const auto& step : steps_) step(executor);
}

}  // namespace impasto::simt
