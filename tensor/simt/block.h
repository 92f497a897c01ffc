// One block at a time of a launch, on one OS thread: its simulated threads, who of them waits for
// what, and the switching between them.
//
// A thread runs until it must wait; then the next one in the order runs. A fiber whose thread has
// ended begins another thread on the same stack, so a kernel without barriers runs on one fiber.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "tensor/simt/calls.h"
#include "tensor/simt/fiber.h"
#include "tensor/simt/launch.h"
#include "tensor/simt/schedule.h"
#include "tensor/simt/shared_memory.h"

namespace impasto::simt {

class AsyncCopies;
class LaunchRaces;

struct Thread {
  Index3 index;
  Fiber* fiber = nullptr;  // where it was stopped; null before it begins and after it ends
};

// Lanes of one warp that wait for each other.
struct WarpGroup {
  std::uint32_t mask = 0;
  std::uint32_t arrived = 0;
  const char* operation = "";
  Where where;
};

struct Warp {
  std::uint32_t live = 0;  // lanes that have not ended
  int groups = 0;
  std::array<WarpGroup, kWarp> group;
  std::array<void*, kWarp> operands;
};

class Block {
 public:
  Block();
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // Prepares for blocks of this launch; `races` is null when nobody looks for races.
  void begin_launch(const Launch& launch, const Options& options, LaunchRaces* races);
  // Runs block `number` of the grid. Throws what its threads throw or did wrong.
  void run(std::uint64_t number);

  // For the thread that runs now.
  void barrier(Where where);
  void collective(const WarpCall& call);
  void fence();
  int thread() const { return current_; }
  SharedMemory& shared() { return shared_; }
  AsyncCopies& copies() { return *copies_; }
  Schedule& schedule() { return schedule_; }
  [[noreturn]] void fail(const std::string& what) const;
  std::string name_of(int thread) const;

 private:
  static void run_threads(void* self);  // what every fiber does, for ever
  Fiber& run_one();
  void begin_threads(std::uint64_t number);
  void end_thread();
  void wait();
  void become(int thread);
  WarpGroup& join(Warp& warp, const WarpCall& call);
  void check_end();
  [[noreturn]] void fail_deadlock() const;

  const Launch* launch_ = nullptr;
  Options options_;
  int threads_ = 0;
  int current_ = 0;
  int live_ = 0;
  int at_barrier_ = 0;
  int barrier_first_ = 0;  // the thread that came first, and where
  Where barrier_where_;
  std::exception_ptr error_;

  Schedule schedule_;
  std::vector<Thread> all_;
  std::array<Warp, kMostWarps> warps_;
  SharedMemory shared_;
  std::unique_ptr<AsyncCopies> copies_;
  std::unique_ptr<RaceDetector> race_;
  RaceDetector* active_race_ = nullptr;
  Fiber main_;
  FiberPool fibers_;
};

}  // namespace impasto::simt
