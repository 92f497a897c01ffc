// Data races between the blocks of one launch, on global memory: blocks are not ordered, so two of
// them may touch one byte only when both read, or both are atomic, or one fenced (__threadfence)
// after its access and the other before its own: the way in which the last block to end may read
// what the others wrote.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "tensor/simt/race_table.h"

namespace impasto::simt {

class LaunchRaces {
 public:
  struct Who {
    std::uint32_t block;
    std::uint8_t fences;  // that it had made when it ended
  };

  // Adds what a block did to the bytes in `mask` of a word; says what is wrong with that, or
  // nothing. The caller holds the lock, once for all it has to say.
  std::string add(Who who, std::uintptr_t word, unsigned mask, const RaceCell& cell);
  std::mutex& mutex() { return mutex_; }

 private:
  static constexpr std::uint32_t kNobody = 0xffffffffu, kSeveral = 0xfffffffeu;

  // All accesses of one kind, of all blocks.
  struct Accesses {
    std::uint32_t block = kNobody;
    bool atomic = true, fenced_before = true, fenced_after = true;
    const void* pc = nullptr;
  };
  struct Cell {
    Accesses writes, reads;
    bool split = false;  // a word that is kept by bytes
  };
  static bool conflict(const Accesses& before, const Accesses& now);
  static void merge(Accesses& all, const Accesses& now);
  static Accesses of(Who who, const AccessRecord& record);
  static std::string text(std::uintptr_t address, const Accesses& before, const Accesses& now);
  static std::string add_to(Cell& all, Who who, std::uintptr_t address, const RaceCell& cell);

  std::mutex mutex_;
  RaceTable<Cell> words_, bytes_;
};

}  // namespace impasto::simt
