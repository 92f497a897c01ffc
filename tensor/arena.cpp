#include "tensor/arena.h"

#include <algorithm>
#include <iterator>

#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(pointer, bytes) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(pointer, bytes) static_cast<void>(0)
#endif

namespace impasto {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
// Of address space at a time; a page costs memory only once it is touched.
constexpr std::size_t kSegment = 32 * kHugePage;

std::size_t round_up(std::size_t bytes, std::size_t to) {
  return (bytes + to - 1) / to * to;
}

}  // namespace

Arena::~Arena() {
  for (const auto& [address, bytes] : segments_) {
    ASAN_UNPOISON_MEMORY_REGION(address, bytes);  // for whoever is given these addresses next
    ::munmap(address, bytes);
  }
}

void* Arena::allocate(std::size_t bytes) {
  // One line more than asked for: never zero, and blocks side by side do not share the cache sets
  // that sizes of a power of two would fall on.
  const std::size_t size = round_up(bytes, kLine) + kLine;
  const std::lock_guard lock(mutex_);
  Address address = take_fitting(size);
  if (address == nullptr) {
    grow(size);
    address = take_fitting(size);
  }
  if (address == nullptr) return nullptr;
  ASAN_UNPOISON_MEMORY_REGION(address, bytes);
  return address;
}

void Arena::deallocate(void* pointer, std::size_t bytes) noexcept {
  const std::size_t size = round_up(bytes, kLine) + kLine;
  const std::lock_guard lock(mutex_);
  ASAN_POISON_MEMORY_REGION(pointer, size);
  insert_free(static_cast<Address>(pointer), size);
}

Arena::Address Arena::take_fitting(std::size_t bytes) {
  const auto fit = free_size_.lower_bound({bytes, nullptr});
  if (fit == free_size_.end()) return nullptr;
  const auto [size, address] = *fit;
  erase_free(free_.find(address));
  if (size > bytes) insert_free(address + bytes, size - bytes);
  return address;
}

// A new segment behind the last one where the system allows it, so that the two become one block.
void Arena::grow(std::size_t bytes) {
  const std::size_t size = round_up(std::max(bytes, kSegment), kHugePage);
  const auto last = segments_.empty() ? segments_.end() : std::prev(segments_.end());
  const Address wish = last == segments_.end() ? nullptr : last->first + last->second;
  void* got =
      ::mmap(wish, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return;
  // Cut to whole huge pages.
  const auto start = static_cast<Address>(got);
  const std::size_t before =
      (kHugePage - reinterpret_cast<std::size_t>(start) % kHugePage) % kHugePage;
  const Address first = start + before;
  if (before > 0) ::munmap(start, before);
  ::munmap(first + size, kHugePage - before);
  ::madvise(first, size, MADV_HUGEPAGE);
  ASAN_POISON_MEMORY_REGION(first, size);
  segments_.emplace(first, size);
  insert_free(first, size);
}

void Arena::insert_free(Address address, std::size_t bytes) {
  auto next = free_.lower_bound(address);
  if (next != free_.end() && next->first == address + bytes) {
    bytes += next->second;
    const auto joined = next++;
    erase_free(joined);
  }
  if (next != free_.begin()) {
    const auto previous = std::prev(next);
    if (previous->first + previous->second == address) {
      address = previous->first;
      bytes += previous->second;
      erase_free(previous);
    }
  }
  free_.emplace(address, bytes);
  free_size_.emplace(bytes, address);
}

void Arena::erase_free(std::map<Address, std::size_t>::iterator block) {
  free_size_.erase({block->second, block->first});
  free_.erase(block);
}

std::size_t Arena::held_bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& [address, size] : segments_) bytes += size;
  return bytes;
}

std::size_t Arena::free_bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& [address, size] : free_) bytes += size;
  return bytes;
}

}  // namespace impasto
