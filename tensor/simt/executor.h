// The host executor: runs CUDA kernels on the CPU, each thread of a block as a fiber, blocks spread
// over the threads of a pool. See README.md for what it finds in a kernel.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "tensor/simt/launch.h"
#include "tensor/simt/options.h"
#include "tensor/thread_pool.h"

namespace impasto::simt {

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

  // Runs a kernel to its end, or adds it to the Recording in progress. Throws what the kernel
  // throws, and Error for what is wrong with it: the text names kernel, block, threads and lines.
  // One launch at a time, but from any thread.
  void run(const Launch& launch);

 private:
  class Lease;

  ThreadPool& threads_;
  Options options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Block>> idle_;  // with their stacks, for the next launch
};

}  // namespace impasto::simt
