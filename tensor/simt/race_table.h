// What is remembered of accesses, by address: a hash table with linear probing that is emptied by
// counting generations, because every block begins with an empty one.
#pragma once

#include <cstdint>
#include <vector>

namespace impasto::simt {

// One access, or several of a warp in one period between its barriers.
struct AccessRecord {
  std::uint32_t epoch = 0;  // periods between the block's barriers, from 1; 0 is no access
  std::uint32_t warp_epoch = 0;
  std::uint32_t lanes = 0;
  std::uint16_t warp = 0;
  bool atomic = false;
  std::uint8_t fences = 0;  // that the block had made before
  const void* pc = nullptr;
};

struct RaceCell {
  AccessRecord write;
  AccessRecord reads[2];  // the last, and the last of another warp
  bool split = false;     // a word that is kept by bytes
};

class RaceTable {
 public:
  RaceTable() : entries_(1024) {}

  void clear();
  // The cell of an address, empty when it is new. Valid until the next call.
  RaceCell& at(std::uintptr_t key) {
    for (std::size_t i = slot(key);; i = (i + 1) & (entries_.size() - 1)) {
      Entry& entry = entries_[i];
      if (entry.generation != generation_) return insert(entry, key);
      if (entry.key == key) return entry.cell;
    }
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Entry& entry : entries_) {
      if (entry.generation == generation_) visit(entry.key, entry.cell);
    }
  }

 private:
  struct Entry {
    std::uintptr_t key = 0;
    std::uint32_t generation = 0;
    RaceCell cell;
  };
  std::size_t slot(std::uintptr_t key) const {
    return (key * 0x9e3779b97f4a7c15ull >> 20) & (entries_.size() - 1);
  }
  RaceCell& insert(Entry& entry, std::uintptr_t key);

  std::vector<Entry> entries_;
  std::size_t used_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace impasto::simt
