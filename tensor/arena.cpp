#include "tensor/arena.h"

#include <algorithm>
#include <iterator>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

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
// Asked of the system at a time; a page costs memory only once it is touched.
constexpr std::size_t kSegment = 32 * kHugePage;

std::size_t round_up(std::size_t bytes, std::size_t to) {
  return (bytes + to - 1) / to * to;
}

// Room for four times the machine's memory, whatever the cutting wastes; half of the address space
// where that is limited.
std::size_t reserved_bytes() {
  const auto pages = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_PHYS_PAGES)));
  std::size_t bytes = 4 * pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    bytes = std::min<std::size_t>(bytes, limit.rlim_cur / 2);
  }
  return round_up(bytes, kSegment);
}

// One line more than asked for: never zero, and blocks side by side do not share the cache sets
// that sizes of a power of two would fall on.
std::size_t block_size(std::size_t bytes) {
  return round_up(bytes, kLine) + kLine;
}

}  // namespace

Arena::~Arena() {
  if (begin_ == nullptr) return;
  // For whoever is given these addresses next.
  ASAN_UNPOISON_MEMORY_REGION(begin_, static_cast<std::size_t>(low_ - begin_));
  ASAN_UNPOISON_MEMORY_REGION(high_, static_cast<std::size_t>(end_ - high_));
  ::munmap(begin_, static_cast<std::size_t>(end_ - begin_));
}

void* Arena::allocate(std::size_t bytes, Lifetime lifetime) {
  const std::size_t size = block_size(bytes);
  const std::lock_guard lock(mutex_);
  if (begin_ == nullptr) reserve();
  const Address address = lifetime == Lifetime::lasting ? take_last(size) : take_fitting(size);
  if (address == nullptr) return nullptr;
  if (!make_usable(address, size)) {
    insert_free(address, size);
    return nullptr;
  }
  ASAN_UNPOISON_MEMORY_REGION(address, bytes);
  return address;
}

void Arena::deallocate(void* pointer, std::size_t bytes) noexcept {
  const std::size_t size = block_size(bytes);
  const std::lock_guard lock(mutex_);
  ASAN_POISON_MEMORY_REGION(pointer, size);
  insert_free(static_cast<Address>(pointer), size);
}

// Addresses only: nothing counts as memory until make_usable() asks for it.
void Arena::reserve() {
  const std::size_t size = reserved_bytes();
  void* got = ::mmap(nullptr, size + kHugePage, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return;
  // Cut to whole huge pages.
  const auto start = static_cast<Address>(got);
  const std::size_t before =
      (kHugePage - reinterpret_cast<std::size_t>(start) % kHugePage) % kHugePage;
  if (before > 0) ::munmap(start, before);
  begin_ = low_ = start + before;
  end_ = high_ = begin_ + size;
  ::munmap(end_, kHugePage - before);
  ::madvise(begin_, size, MADV_HUGEPAGE);
  insert_free(begin_, size);
}

Arena::Address Arena::take_fitting(std::size_t bytes) {
  const auto fit = free_size_.lower_bound({bytes, nullptr});
  if (fit == free_size_.end()) return nullptr;
  const auto [size, address] = *fit;
  erase_free(free_.find(address));
  if (size > bytes) insert_free(address + bytes, size - bytes);
  return address;
}

// The end of the last free block that is large enough.
Arena::Address Arena::take_last(std::size_t bytes) {
  const auto fit = std::find_if(free_.rbegin(), free_.rend(),
                                [=](const auto& block) { return block.second >= bytes; });
  if (fit == free_.rend()) return nullptr;
  const auto [address, size] = *fit;
  erase_free(free_.find(address));
  if (size > bytes) insert_free(address, size - bytes);
  return address + (size - bytes);
}

// Both ends of the range grow towards each other. A block that needs more touches one of them.
bool Arena::make_usable(Address address, std::size_t bytes) {
  const Address last = address + bytes;
  if (last <= low_ || address >= high_) return true;
  const auto between = static_cast<std::size_t>(high_ - low_);
  const bool from_low = address <= low_;
  const auto wanted = static_cast<std::size_t>(from_low ? last - low_ : high_ - address);
  const std::size_t size = std::min(round_up(wanted, kSegment), between);
  const Address first = from_low ? low_ : high_ - size;
  if (::mprotect(first, size, PROT_READ | PROT_WRITE) != 0) return false;
  ASAN_POISON_MEMORY_REGION(first, size);
  if (from_low) {
    low_ += size;
  } else {
    high_ -= size;
  }
  return true;
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
  return static_cast<std::size_t>((low_ - begin_) + (end_ - high_));
}

std::size_t Arena::free_bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& [address, size] : free_) bytes += size;
  return bytes - static_cast<std::size_t>(high_ - low_);
}

}  // namespace impasto
