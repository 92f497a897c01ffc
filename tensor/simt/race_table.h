// What is remembered of accesses, by address. Every block begins with an empty table, so emptying
// one is counting generations.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
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

// Cells lie in pages of 64 neighbours, because a block's accesses lie together; pages are found by
// hashing, and kept for the next block when the table is cleared.
template <class Cell>
class RaceTable {
 public:
  RaceTable() : index_(256) {}

  void clear() {
    used_ = 0;
    last_ = nullptr;
    ++generation_;
  }

  // The cell of an address, empty when it is new. Valid until the table is cleared.
  Cell& at(std::uintptr_t key) {
    const std::uintptr_t wanted = key / kCells, place = key % kCells;
    if (last_ == nullptr || last_->key != wanted) last_ = &page(wanted);
    if ((last_->touched >> place & 1u) == 0) {
      last_->touched |= std::uint64_t{1} << place;
      last_->cells[place] = {};
    }
    return last_->cells[place];
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < used_; ++i) {
      const Page& page = *pages_[i];
      for (std::uint64_t rest = page.touched; rest != 0; rest &= rest - 1) {
        const auto place = static_cast<std::size_t>(std::countr_zero(rest));
        visit(page.key * kCells + place, page.cells[place]);
      }
    }
  }

 private:
  static constexpr std::size_t kCells = 64;

  struct Page {
    std::uintptr_t key;
    std::uint64_t touched;
    std::array<Cell, kCells> cells;
  };
  struct Entry {
    std::uint32_t generation = 0;
    Page* page = nullptr;
  };

  Page& page(std::uintptr_t key) {
    Entry& entry = find(key);
    if (entry.generation == generation_) return *entry.page;
    if (used_ == pages_.size()) pages_.push_back(std::make_unique<Page>());
    Page& page = *pages_[used_++];
    page.key = key;
    page.touched = 0;
    entry = {generation_, &page};
    if (used_ * 2 > index_.size()) grow();
    return page;
  }
  // Where the page is, or would be, in the index.
  Entry& find(std::uintptr_t key) {
    std::size_t i = key * 0x9e3779b97f4a7c15ull >> 32;
    while (true) {
      Entry& entry = index_[i++ & (index_.size() - 1)];
      if (entry.generation != generation_ || entry.page->key == key) return entry;
    }
  }
  void grow() {
    index_.assign(index_.size() * 2, {});
    for (std::size_t i = 0; i < used_; ++i) find(pages_[i]->key) = {generation_, pages_[i].get()};
  }

  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<Entry> index_;  // open addressing, linear probing
  Page* last_ = nullptr;
  std::size_t used_ = 0;  // pages of this generation, the first ones
  std::uint32_t generation_ = 1;
};

}  // namespace impasto::simt
