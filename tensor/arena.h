// Memory for large tensors, kept between uses. A steady iteration asks for the same sizes again and
// again; giving them back to the system in between would mean that it zeroes every page anew, which
// costs as much time as the cheaper layers do.
//
// Segments of address space are cut into blocks: the smallest free block that fits is used, its
// rest stays free, and free neighbours are joined. What is free is at most the difference between
// the peak and what is live, plus what the cutting wastes.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace impasto {

class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Aligned to a cache line; nullptr when the system has no more. Thread-safe.
  void* allocate(std::size_t bytes);
  void deallocate(void* pointer, std::size_t bytes) noexcept;

  // Address space taken from the system, and how much of it is free.
  std::size_t held_bytes() const;
  std::size_t free_bytes() const;

 private:
  using Address = char*;
  Address take_fitting(std::size_t bytes);
  void grow(std::size_t bytes);
  void insert_free(Address address, std::size_t bytes);
  void erase_free(std::map<Address, std::size_t>::iterator block);

  mutable std::mutex mutex_;
  std::map<Address, std::size_t> free_;                  // by address, never adjacent
  std::set<std::pair<std::size_t, Address>> free_size_;  // the same blocks, by size
  std::map<Address, std::size_t> segments_;
};

}  // namespace impasto
