// Copies to shared memory that are under way. A thread's copies finish when it waits for them, at
// the latest moment that the PTX ISA allows, so that a missing wait is seen; in random orders some
// finish at once, so that a buffer refilled too early is seen.
#pragma once

#include <vector>

#include "tensor/simt/calls.h"

namespace impasto::simt {

class AsyncCopies {
 public:
  void begin_block(int threads);
  // Throws Error when an end is not aligned.
  void begin(Block& block, const AsyncCopy& copy, Where where);
  void commit(int thread);
  void wait(int thread, int pending);

 private:
  struct Item {
    AsyncCopy copy;
    int group;
  };
  struct OfThread {
    std::vector<Item> items;
    int group = 0;  // the one that is open
  };
  static void finish(const AsyncCopy& copy);

  std::vector<OfThread> threads_;
  bool used_ = false;
};

}  // namespace impasto::simt
