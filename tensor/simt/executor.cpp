#include "tensor/simt/executor.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "tensor/error.h"
#include "tensor/simt/block.h"
#include "tensor/simt/race.h"
#include "tensor/simt/race_between_blocks.h"
#include "tensor/simt/recording.h"

namespace impasto::simt {
namespace {

// Stacks that may exist at a time: each is two mappings, and Linux allows a process 65530.
constexpr std::uint64_t kMostStacks = 16384;
constexpr std::uint64_t kMostBlocks = 0xffffffffu;  // their products fit 64 bits

void check(const Launch& launch) {
  const Dim3 grid = launch.grid, block = launch.block;
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  IMPASTO_CHECK(launch.id != nullptr && launch.kernel != nullptr, "simt: no kernel");
  IMPASTO_CHECK(
      threads >= 1 && threads <= 1024 && block.x <= 1024 && block.y <= 1024 && block.z <= 64,
      "kernel {} cannot be launched: block {} x {} x {}; at most 1024 threads, 64 in z", launch.id,
      block.x, block.y, block.z);
  IMPASTO_CHECK(
      grid.x >= 1 && grid.y >= 1 && grid.z >= 1 && grid.x <= 0x7fffffffu && grid.y <= 65535 &&
          grid.z <= 65535,
      "kernel {} cannot be launched: grid {} x {} x {}; at most 2147483647 x 65535 x 65535",
      launch.id, grid.x, grid.y, grid.z);
  IMPASTO_CHECK(std::uint64_t{grid.x} * grid.y * grid.z <= kMostBlocks,
                "kernel {}: {} x {} x {} blocks are too many for the host", launch.id, grid.x,
                grid.y, grid.z);
  IMPASTO_CHECK(launch.shared_bytes <= SharedMemory::kLimit,
                "kernel {} cannot be launched: {} bytes of dynamic shared memory, at most {}",
                launch.id, launch.shared_bytes, SharedMemory::kLimit);
  IMPASTO_CHECK(tl.block == nullptr, "kernel {} is launched by a kernel", launch.id);
}

// The blocks of a grid in the executor's order: i -> (first + i * step) mod blocks.
class BlockOrder {
 public:
  BlockOrder(const Options& options, std::uint64_t blocks) : blocks_(blocks) {
    if (options.order == Order::forward) return;
    step_ = blocks - 1;
    first_ = blocks - 1;
    if (options.order == Order::reverse || blocks < 3) return;
    Schedule chance;
    chance.begin_block(options, blocks, 1);
    first_ = chance.random() % blocks;
    do {
      step_ = 1 + chance.random() % (blocks - 1);
    } while (std::gcd(step_, blocks) != 1);
  }
  std::uint64_t at(std::uint64_t i) const { return (i * step_ + first_) % blocks_; }

 private:
  std::uint64_t blocks_, first_ = 0, step_ = 1;
};

}  // namespace

// A Block, with its stacks, for as long as one OS thread needs it.
class Executor::Lease {
 public:
  explicit Lease(Executor& executor) : executor_(executor) {
    const std::lock_guard lock(executor_.mutex_);
    if (executor_.idle_.empty()) {
      block_ = std::make_unique<Block>();
    } else {
      block_ = std::move(executor_.idle_.back());
      executor_.idle_.pop_back();
    }
  }
  ~Lease() {
    const std::lock_guard lock(executor_.mutex_);
    executor_.idle_.push_back(std::move(block_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Block& operator*() const { return *block_; }

 private:
  Executor& executor_;
  std::unique_ptr<Block> block_;
};

Executor::Executor(ThreadPool& threads, const Options& options)
    : threads_(threads), options_(options) {
  if (options.race && !race_available()) {
    throw InputError("this build has no race detector: configure it without IMPASTO_SANITIZE");
  }
}

Executor::~Executor() = default;

void Executor::run(const Launch& launch) {
  check(launch);
  if (Recording* const recording = Recording::of(*this)) return recording->add_launch(launch);
  const std::uint64_t blocks = std::uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z;
  const std::uint64_t threads = std::uint64_t{launch.block.x} * launch.block.y * launch.block.z;
  const BlockOrder order(options_, blocks);
  std::unique_ptr<LaunchRaces> races;
  if (options_.race && launch.instrumented) races = std::make_unique<LaunchRaces>();

  const std::uint64_t workers = std::min({static_cast<std::uint64_t>(threads_.size()), blocks,
                                          std::max<std::uint64_t>(1, kMostStacks / threads)});
  std::atomic<std::uint64_t> next{0};
  threads_.run(static_cast<std::int64_t>(workers), [&](std::int64_t, int) {
    if (next.load() >= blocks) return;
    const Lease block(*this);
    (*block).begin_launch(launch, options_, races.get());
    try {
      for (std::uint64_t i; (i = next.fetch_add(1)) < blocks;) (*block).run(order.at(i));
    } catch (...) {
      next.store(blocks);  // nobody begins another
      throw;
    }
  });
}

void run_launch(void* executor, const Launch& launch) {
  IMPASTO_CHECK(executor != nullptr, "kernel {} is launched without an executor", launch.id);
  static_cast<Executor*>(executor)->run(launch);
}

}  // namespace impasto::simt
