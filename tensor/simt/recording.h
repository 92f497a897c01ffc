// Work of the simt device that is written down instead of done, and done as often as somebody asks
// for it: what a CUDA graph is on a GPU.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tensor/simt/launch.h"

namespace impasto::simt {

class Executor;

class Recording {
 public:
  // Of what an executor is given to run, and of the device's copies and fills, until end(). There
  // is one recording at a time, and one thread that uses the device meanwhile: GraphMemory sees to
  // both.
  explicit Recording(Executor& executor);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  void end() noexcept;

  // In progress on this executor, or on any; nullptr when there is none.
  static Recording* of(const Executor& executor);
  static Recording* current();

  // The arguments of a launch are copied.
  void add_launch(const Launch& launch);
  void add_copy(void* dst, const void* src, std::size_t bytes);
  void add_zeros(void* dst, std::size_t bytes);

  std::size_t steps() const { return steps_.size(); }
  void replay(Executor& executor) const;

 private:
  const Executor* executor_;
  std::vector<std::function<void(Executor&)>> steps_;
};

}  // namespace impasto::simt
