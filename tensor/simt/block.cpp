#include "tensor/simt/block.h"

#include <utility>

#include "tensor/error.h"
#include "tensor/simt/async_copies.h"
#include "tensor/simt/race.h"

namespace impasto::simt {

[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadState tl;

Block::Block() : copies_(std::make_unique<AsyncCopies>()), fibers_(&Block::run_threads, this) {}
Block::~Block() = default;

void Block::begin_launch(const Launch& launch, const Options& options, LaunchRaces* races) {
  launch_ = &launch;
  options_ = options;
  threads_ = static_cast<int>(launch.block.x * launch.block.y * launch.block.z);
  all_.resize(static_cast<std::size_t>(threads_));
  Index3 index;
  for (Thread& thread : all_) {
    thread.index = index;
    if (++index.x < launch.block.x) continue;
    index.x = 0;
    if (++index.y < launch.block.y) continue;
    index.y = 0;
    ++index.z;
  }
  shared_.begin_launch(launch.shared_bytes);
  active_race_ = nullptr;
  if (races != nullptr) {
    if (race_ == nullptr) race_ = std::make_unique<RaceDetector>(*this, shared_, fibers_);
    race_->begin_launch(launch, *races);
    active_race_ = race_.get();
  }
}

void Block::begin_threads(std::uint64_t number) {
  schedule_.begin_block(options_, number, threads_);
  shared_.begin_block();
  copies_->begin_block(threads_);
  if (active_race_ != nullptr) active_race_->begin_block(number);
  live_ = threads_;
  at_barrier_ = 0;
  for (Thread& thread : all_) thread.fiber = nullptr;
  for (int warp = 0; warp * kWarp < threads_; ++warp) {
    warps_[static_cast<std::size_t>(warp)].live = schedule_.lanes_of(warp);
    warps_[static_cast<std::size_t>(warp)].groups = 0;
  }
}

void Block::run(std::uint64_t number) {
  begin_threads(number);
  const ThreadState outside = tl;
  const Dim3 grid = launch_->grid;
  tl = {.thread_index = {},
        .block_index = {static_cast<unsigned>(number % grid.x),
                        static_cast<unsigned>(number / grid.x % grid.y),
                        static_cast<unsigned>(number / grid.x / grid.y)},
        .block_dim = launch_->block,
        .grid_dim = grid,
        .block = this,
        .race = active_race_};
  const int first = schedule_.take();
  Fiber& fiber = fibers_.take();
  all_[static_cast<std::size_t>(first)].fiber = &fiber;
  become(first);
  switch_fiber(main_, fiber);
  if (error_ == nullptr) {
    try {
      check_end();
    } catch (...) {
      error_ = std::current_exception();
    }
  } else {
    fibers_.restart_all();
  }
  tl = outside;
  if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Block::check_end() {
  if (active_race_ != nullptr) {
    active_race_->end_block();
    if (active_race_->found()) fail(active_race_->finding());
  }
  const std::string damage = shared_.damage();
  if (!damage.empty()) fail("shared memory was written to out of bounds: " + damage);
}

// A fiber may go on on another OS thread in a later launch: this frame, the one that lasts, must
// not hold the address of anything thread-local, so what it calls is not inlined.
void Block::run_threads(void* self) {
  Block& block = *static_cast<Block*>(self);
  for (;;) {
    Fiber& here = *block.all_[static_cast<std::size_t>(block.current_)].fiber;
    Fiber& next = block.run_one();
    if (&next != &here) switch_fiber(here, next);
  }
}

// Runs the current thread to its end; who is to run after it.
[[gnu::noinline]] Fiber& Block::run_one() {
  Fiber& here = *all_[static_cast<std::size_t>(current_)].fiber;
  try {
    launch_->kernel(launch_->arguments);
    end_thread();
  } catch (...) {
    error_ = std::current_exception();
    return main_;
  }
  if (live_ == 0) {
    fibers_.give(here);
    return main_;
  }
  const int next = schedule_.take();
  Thread& thread = all_[static_cast<std::size_t>(next)];
  if (thread.fiber == nullptr) {
    thread.fiber = &here;
  } else {
    fibers_.give(here);
  }
  become(next);
  return *thread.fiber;
}

void Block::end_thread() {
  const std::uint32_t bit = 1u << (current_ % kWarp);
  Warp& warp = warps_[static_cast<std::size_t>(current_ / kWarp)];
  all_[static_cast<std::size_t>(current_)].fiber = nullptr;
  --live_;
  warp.live &= ~bit;
  if (active_race_ != nullptr && active_race_->found()) fail(active_race_->finding());
  if (at_barrier_ > 0) {
    fail(fmt::format("{} has ended, while {} of {} threads, {} first, wait at the barrier in {}:{}",
                     name_of(current_), at_barrier_, threads_, name_of(barrier_first_),
                     barrier_where_.file, barrier_where_.line));
  }
  for (int i = 0; i < warp.groups; ++i) {
    const WarpGroup& group = warp.group[static_cast<std::size_t>(i)];
    if ((group.mask & bit) == 0) continue;
    fail(fmt::format(
        "{} has ended, while lanes {:#010x} of its warp wait for lanes {:#010x} in {} in "
        "{}:{}",
        name_of(current_), group.arrived, group.mask, group.operation, group.where.file,
        group.where.line));
  }
  if (live_ > 0 && !schedule_.any()) fail_deadlock();
}

void Block::become(int thread) {
  current_ = thread;
  tl.thread_index = all_[static_cast<std::size_t>(thread)].index;
  if (active_race_ != nullptr) active_race_->turn(thread);
}

void Block::wait() {
  if (!schedule_.any()) fail_deadlock();
  Fiber& here = *all_[static_cast<std::size_t>(current_)].fiber;
  const int next = schedule_.take();
  if (next == current_) return;
  Thread& thread = all_[static_cast<std::size_t>(next)];
  if (thread.fiber == nullptr) thread.fiber = &fibers_.take();
  become(next);
  switch_fiber(here, *thread.fiber);
}

}  // namespace impasto::simt
