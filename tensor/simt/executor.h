// The host executor: runs CUDA kernels on the CPU, each thread of a block as a fiber, blocks spread
// over the threads of a pool. See README.md for what it finds in a kernel.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "tensor/simt/launch.h"
#include "tensor/thread_pool.h"

namespace impasto::simt {

// Who runs next when a thread waits. A right kernel computes the same in every order.
// priorities: warps get random priorities, drawn anew at each barrier, and the highest runs on
// until it must wait, so warps run far ahead of each other.
enum class Order : std::uint8_t { forward, reverse, random, priorities };

struct Options {
  Order order = Order::forward;
  std::uint64_t seed = 0;
  bool race = false;  // look for data races, in kernels compiled for that

  friend bool operator==(const Options&, const Options&) = default;
};

// "order=priorities,seed=3,race", as in $IMPASTO_SIMT; what is not named is as above. Throws
// InputError.
Options simt_options_from(std::string_view text);

// Can this build look for races? A build with AddressSanitizer cannot.
bool race_available();

class Block;

class Executor {
 public:
  // Throws InputError when asked for what this build lacks.
  explicit Executor(ThreadPool& threads, const Options& options = {});
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  const Options& options() const { return options_; }

  // Runs a kernel to its end. Throws what the kernel throws, and Error for what is wrong with it:
  // the text names kernel, block, threads and lines. One launch at a time, but from any thread.
  void run(const Launch& launch);

 private:
  class Lease;

  ThreadPool& threads_;
  Options options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Block>> idle_;  // with their stacks, for the next launch
};

}  // namespace impasto::simt
