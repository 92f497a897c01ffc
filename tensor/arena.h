// Memory for large tensors, kept between uses. A steady iteration asks for the same sizes again and
// again; giving them back to the system in between would mean that it zeroes every page anew, which
// costs as much time as the cheaper layers do.
//
// One range of addresses is reserved, more than the machine has memory, and cut into blocks: the
// smallest free block that fits is used, its rest stays free, and free neighbours are joined. In
// one range a large block may grow out of the free end of the last one; separate segments would
// leave such ends behind. What lasts, transformed filters for instance, is taken from the other end
// of the range: made while activations are live, it would otherwise stand between them for good,
// and what is free on either side would be too small for the next feature map.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "tensor/lifetime.h"

namespace impasto {

class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Aligned to a cache line; nullptr when the system has no more. Thread-safe.
  void* allocate(std::size_t bytes, Lifetime lifetime = Lifetime::passing);
  void deallocate(void* pointer, std::size_t bytes) noexcept;

  // What may be written to without asking the system again, and how much of it is free.
  std::size_t held_bytes() const;
  std::size_t free_bytes() const;

 private:
  using Address = char*;
  void reserve();
  Address take_fitting(std::size_t bytes);
  Address take_last(std::size_t bytes);
  bool make_usable(Address address, std::size_t bytes);
  void insert_free(Address address, std::size_t bytes);
  void erase_free(std::map<Address, std::size_t>::iterator block);

  mutable std::mutex mutex_;
  std::map<Address, std::size_t> free_;                  // by address, never adjacent
  std::set<std::pair<std::size_t, Address>> free_size_;  // the same blocks, by size
  Address begin_ = nullptr, end_ = nullptr;              // of the reserved range
  // The system has not been asked for what is between: it is part of one free block.
  Address low_ = nullptr, high_ = nullptr;
};

}  // namespace impasto
