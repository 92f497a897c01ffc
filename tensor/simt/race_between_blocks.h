// Data races between the blocks of one launch, on global memory: blocks are not ordered, so two of
// them may touch one byte only when both read, or both are atomic, or one fenced (__threadfence)
// after its access and the other before its own: the way in which the last block to end may read
// what the others wrote.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "tensor/simt/race_table.h"

namespace impasto::simt {

class LaunchRaces {
 public:
  struct Touch {
    std::uintptr_t word;  // address / 4
    unsigned mask;        // of its bytes
    std::uint32_t block;
    std::uint8_t fences;  // of the block, when it ended
  };

  // Adds what a block did to a word; what was found first, empty when nothing is wrong. Callers
  // hold the lock for a block's words.
  std::string add(const Touch& touch, const RaceCell& cell);
  std::mutex& mutex() { return mutex_; }

 private:
  static constexpr std::uint32_t kNobody = 0xffffffffu, kSeveral = 0xfffffffeu;

  // All accesses of one kind to one byte, of all blocks.
  struct Accesses {
    std::uint32_t block = kNobody;
    bool atomic = true, fenced_before = true, fenced_after = true;
    const void* pc = nullptr;
  };
  struct Word {
    std::array<Accesses, 4> writes, reads;
  };
  static bool conflict(const Accesses& before, const Accesses& now);
  static void merge(Accesses& all, const Accesses& now);
  static std::string text(const Touch& touch, int byte, const Accesses& before,
                          const Accesses& now);

  std::mutex mutex_;
  std::unordered_map<std::uintptr_t, Word> words_;
};

}  // namespace impasto::simt
