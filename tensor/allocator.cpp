#include "tensor/allocator.h"

#include <algorithm>
#include <cstdlib>

#include "tensor/arena.h"
#include "tensor/error.h"
#include "tensor/gpu.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
// Memory that cannot be had is an exception here too, not the end of the program.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1";
}
#else
#define ASAN_POISON_MEMORY_REGION(pointer, bytes) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(pointer, bytes) static_cast<void>(0)
#endif

namespace impasto {

namespace {

void raise(std::atomic<std::size_t>& peak, std::size_t live) {
  std::size_t before = peak.load();
  while (before < live && !peak.compare_exchange_weak(before, live)) {
  }
}

}  // namespace

// `take` is what gets the memory; nullptr when there is no more.
template <class Take>
void* Allocator::account(std::size_t bytes, Take take) {
  const std::size_t live = live_.fetch_add(bytes) + bytes;
  const std::size_t limit = limit_.load();
  void* pointer = nullptr;
  try {
    if (limit == 0 || live <= limit) pointer = take();
  } catch (...) {
    live_.fetch_sub(bytes);
    throw;
  }
  if (pointer == nullptr) {
    live_.fetch_sub(bytes);
    throw OutOfMemory(bytes, live - bytes);
  }
  count_.fetch_add(1);
  raise(peak_, live);
  raise(recent_peak_, live);
  return pointer;
}

void* Allocator::allocate(std::size_t bytes, Lifetime lifetime) {
  if (graphs_.recording()) return graphs_.allocate(bytes);
  return account(bytes, [&] { return do_allocate(bytes, lifetime); });
}

void Allocator::deallocate(void* pointer, std::size_t bytes) noexcept {
  if (graphs_.deallocate(pointer, bytes)) return;
  do_deallocate(pointer, bytes);
  live_.fetch_sub(bytes);
}

void* Allocator::allocate_chunk(std::size_t bytes) {
  return account(bytes, [&] { return do_allocate_chunk(bytes); });
}

void Allocator::deallocate_chunk(void* pointer, std::size_t bytes) noexcept {
  do_deallocate_chunk(pointer, bytes);
  live_.fetch_sub(bytes);
}

MemoryStats Allocator::stats() const {
  return {.live_bytes = live_.load(),
          .peak_bytes = peak_.load(),
          .recent_peak_bytes = recent_peak_.load(),
          .allocations = count_.load()};
}

void Allocator::reset_peak() {
  peak_.store(live_.load());
}

void Allocator::reset_recent_peak() {
  recent_peak_.store(live_.load());
}

void Allocator::set_limit(std::size_t limit_bytes) {
  limit_.store(limit_bytes);
}

namespace {

// Small blocks from the C++ heap, large ones from an arena that keeps them.
class HostAllocator final : public Allocator {
 protected:
  void* do_allocate(std::size_t bytes, Lifetime lifetime) override {
    if (bytes > PTRDIFF_MAX / 2) return nullptr;
    if (bytes >= kLarge) return arena_.allocate(bytes, lifetime);
    void* pointer = std::aligned_alloc(kAlignment, reserved(bytes));
    // Under AddressSanitizer the rounding must not hide an access past the end.
    if (pointer != nullptr) {
      ASAN_POISON_MEMORY_REGION(static_cast<char*>(pointer) + bytes, reserved(bytes) - bytes);
    }
    return pointer;
  }
  void do_deallocate(void* pointer, std::size_t bytes) noexcept override {
    if (bytes >= kLarge) return arena_.deallocate(pointer, bytes);
    ASAN_UNPOISON_MEMORY_REGION(pointer, reserved(bytes));
    std::free(pointer);
  }

 private:
  static constexpr std::size_t kAlignment = 64;  // a cache line, and the widest SIMD register
  static constexpr std::size_t kLarge = std::size_t{256} << 10;

  // Rounded up to the alignment, and never zero.
  static std::size_t reserved(std::size_t bytes) {
    return std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  }

  Arena arena_;
};

}  // namespace

// Never destroyed: tensors may outlive main.
Allocator& allocator_of(Device device) {
  static auto* const cpu = new HostAllocator;
  static auto* const simt = new HostAllocator;  // its own books: what a GPU would need
  if (device.type == DeviceType::cpu) return *cpu;
  return device.type == DeviceType::simt ? *simt : gpu::allocator(device);
}

}  // namespace impasto
