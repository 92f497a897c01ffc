// Memory with accounting: every tensor's bytes pass through an allocator that counts what is live,
// what the peak was, and how often it was asked. A limit makes out-of-memory testable.
#pragma once

#include <atomic>
#include <cstddef>

#include "tensor/device.h"
#include "tensor/lifetime.h"

namespace impasto {

struct MemoryStats {
  std::size_t live_bytes = 0;
  std::size_t peak_bytes = 0;
  std::size_t allocations = 0;
};

class Allocator {
 public:
  virtual ~Allocator() = default;

  // At least 64-byte aligned; contents undefined. Throws OutOfMemory. Thread-safe.
  void* allocate(std::size_t bytes, Lifetime lifetime = Lifetime::passing);
  void deallocate(void* pointer, std::size_t bytes) noexcept;

  MemoryStats stats() const;
  void reset_peak();                        // the peak becomes what is live now
  void set_limit(std::size_t limit_bytes);  // 0 = none

 protected:
  virtual void* do_allocate(std::size_t bytes, Lifetime lifetime) = 0;  // nullptr on failure
  virtual void do_deallocate(void* pointer, std::size_t bytes) noexcept = 0;

 private:
  std::atomic<std::size_t> live_{0};
  std::atomic<std::size_t> peak_{0};
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> limit_{0};
};

// The allocator of a device, alive for the whole program.
Allocator& allocator_of(Device device);

}  // namespace impasto
