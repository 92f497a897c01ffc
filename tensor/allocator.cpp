#include "tensor/allocator.h"

#include <cstdlib>

#include <sys/mman.h>

#include "tensor/error.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(pointer, bytes) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(pointer, bytes) static_cast<void>(0)
#endif

namespace impasto {

void* Allocator::allocate(std::size_t bytes) {
  const std::size_t live = live_.fetch_add(bytes) + bytes;
  const std::size_t limit = limit_.load();
  void* pointer = limit != 0 && live > limit ? nullptr : do_allocate(bytes);
  if (pointer == nullptr) {
    live_.fetch_sub(bytes);
    throw OutOfMemory(bytes, live - bytes);
  }
  count_.fetch_add(1);
  std::size_t peak = peak_.load();
  while (peak < live && !peak_.compare_exchange_weak(peak, live)) {
  }
  return pointer;
}

void Allocator::deallocate(void* pointer, std::size_t bytes) noexcept {
  do_deallocate(pointer, bytes);
  live_.fetch_sub(bytes);
}

MemoryStats Allocator::stats() const {
  return {live_.load(), peak_.load(), count_.load()};
}

void Allocator::reset_peak() {
  peak_.store(live_.load());
}

void Allocator::set_limit(std::size_t limit_bytes) {
  limit_.store(limit_bytes);
}

namespace {

class CpuAllocator final : public Allocator {
 protected:
  void* do_allocate(std::size_t bytes) override {
    constexpr std::size_t kAlignment = 64;  // a cache line, and the widest SIMD register
    constexpr std::size_t kHugePage = std::size_t{2} << 20;
    if (bytes > PTRDIFF_MAX - kHugePage) return nullptr;
    // Large feature maps are streamed end to end: huge pages save most of their TLB misses.
    const std::size_t alignment = bytes >= 4 * kHugePage ? kHugePage : kAlignment;
    const std::size_t rounded = round_up(bytes, alignment);
    void* pointer = std::aligned_alloc(alignment, rounded);
    if (pointer == nullptr) return nullptr;
    if (alignment == kHugePage) ::madvise(pointer, rounded, MADV_HUGEPAGE);
    // Under AddressSanitizer the rounding must not hide an access past the end.
    ASAN_POISON_MEMORY_REGION(static_cast<char*>(pointer) + bytes, rounded - bytes);
    return pointer;
  }
  void do_deallocate(void* pointer, std::size_t bytes) noexcept override {
    ASAN_UNPOISON_MEMORY_REGION(pointer, round_up(bytes, 64));
    static_cast<void>(bytes);
    std::free(pointer);
  }

 private:
  static std::size_t round_up(std::size_t bytes, std::size_t alignment) {
    return (bytes + alignment) / alignment * alignment;
  }
};

}  // namespace

Allocator& allocator_of(Device device) {
  IMPASTO_CHECK(device.type == DeviceType::cpu, "no allocator for device {} in this build",
                to_string(device));
  static CpuAllocator cpu;
  return cpu;
}

}  // namespace impasto
