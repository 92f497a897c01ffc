// Finds data races between the threads of a block: two accesses to one byte, one of them a write,
// not both atomic, with neither a barrier nor, inside a warp, a __syncwarp between them. One run in
// any order finds a missing barrier, because what counts is not who came first but what lies
// between.
//
// Kernels compiled with -fsanitize=thread call in here for each access (race_hooks.cpp). The memory
// of what was accessed is kept by words of 4 bytes; a word that is accessed in parts is kept by
// bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tensor/simt/calls.h"
#include "tensor/simt/launch.h"
#include "tensor/simt/race_table.h"
#include "tensor/simt/schedule.h"

namespace impasto::simt {

class FiberPool;
class LaunchRaces;
class SharedMemory;

struct AccessKind {
  Access access;
  By by;
  const void* pc;
};

class RaceDetector {
 public:
  RaceDetector(const Block& block, const SharedMemory& shared, const FiberPool& fibers);

  void begin_launch(const Launch& launch, LaunchRaces& launch_races);
  void begin_block(std::uint64_t number);
  void end_block();  // compares with other blocks

  void turn(int thread) {
    warp_ = static_cast<std::uint16_t>(thread / kWarp);
    lane_ = 1u << (thread % kWarp);
  }
  void barrier() { ++epoch_; }
  void warp_barrier(int warp) { warp_epoch_[static_cast<std::size_t>(warp)] = ++warp_epochs_; }
  void fence() { fences_ = static_cast<std::uint8_t>(fences_ < 255 ? fences_ + 1 : 255); }

  void access(const void* address, std::size_t bytes, const AccessKind& kind);

  // The first race of the block, for people. It is thrown at the next call into the executor: an
  // instrumented access itself must not throw.
  bool found() const { return !finding_.empty(); }
  const std::string& finding() const { return finding_; }

 private:
  void access_word(std::uintptr_t word, unsigned mask, const AccessKind& kind);
  void update(std::uintptr_t address, RaceCell& cell, const AccessKind& kind);
  bool ordered(const AccessRecord& before, const AccessRecord& now) const;
  void note_read(RaceCell& cell, const AccessRecord& now);
  [[gnu::cold]] void report(std::uintptr_t address, const AccessRecord& before, bool before_writes,
                            const AccessRecord& now, bool now_writes);
  std::string describe(const AccessRecord& record, bool writes) const;
  bool ignored(const void* address) const;

  const Block& block_;
  const SharedMemory& shared_;
  const FiberPool& fibers_;
  const Launch* launch_ = nullptr;
  LaunchRaces* launch_races_ = nullptr;
  std::uint64_t number_ = 0;

  RaceTable<RaceCell> words_, bytes_;
  std::uint32_t epoch_ = 0;
  std::uint32_t warp_epochs_ = 0;
  std::array<std::uint32_t, kMostWarps> warp_epoch_{};
  std::uint16_t warp_ = 0;
  std::uint32_t lane_ = 0;
  std::uint8_t fences_ = 0;
  std::string finding_;
};

// "program+0x1234 (symbol)", what addr2line -Cfe program 0x1234 turns into a line.
std::string text_of_pc(const void* pc);

}  // namespace impasto::simt
