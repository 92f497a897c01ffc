// Runs launchers on a host executor in a given order, as tests of the executor want it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tensor/error.h"
#include "tensor/simt/executor.h"
#include "tests/tensor/simt_kernels.h"

namespace impasto::test {

class SimtRun {
 public:
  explicit SimtRun(std::string_view options = "", int threads = 1)
      : pool_(threads), executor_(pool_, simt::simt_options_from(options)) {}

  template <class... Given>
  void operator()(void (*launcher)(const GpuQueue&, const Given&...), const Given&... given) {
    launcher({.stream = nullptr, .executor = &executor_}, given...);
  }

  // What a launch that must fail says; empty when it does not fail.
  template <class... Given>
  std::string error(void (*launcher)(const GpuQueue&, const Given&...), const Given&... given) {
    try {
      (*this)(launcher, given...);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

 private:
  ThreadPool pool_;
  simt::Executor executor_;
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline const std::vector<std::string> kOrders = {
    "order=forward",          "order=reverse",           "order=random,seed=1",
    "order=random,seed=2",    "order=priorities,seed=1", "order=priorities,seed=2",
    "order=priorities,seed=3"};

inline std::vector<int> counted(int count) {
  std::vector<int> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = i * 7 % 101;
  return values;
}

}  // namespace impasto::test
