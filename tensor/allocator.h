// Memory with accounting: every tensor's bytes pass through an allocator that counts what is live,
// what the peak was, and how often it was asked. A limit makes out-of-memory testable.
#pragma once

#include <atomic>
#include <cstddef>

#include "tensor/device.h"
#include "tensor/graph_memory.h"
#include "tensor/lifetime.h"

namespace impasto {

struct MemoryStats {
  std::size_t live_bytes = 0;
  std::size_t peak_bytes = 0;
  std::size_t recent_peak_bytes = 0;  // since reset_recent_peak()
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
  void reset_recent_peak();                 // the same of a second mark, for whoever looks closer
  void set_limit(std::size_t limit_bytes);  // 0 = none

  GraphMemories& graphs() { return graphs_; }

 protected:
  virtual void* do_allocate(std::size_t bytes, Lifetime lifetime) = 0;  // nullptr on failure
  virtual void do_deallocate(void* pointer, std::size_t bytes) noexcept = 0;
  // For recordings. What they hold counts as live, used or not; none of it is given back while the
  // device records.
  virtual void do_begin_recording() {}
  virtual void* do_allocate_chunk(std::size_t bytes) { return do_allocate(bytes, {}); }
  virtual void do_deallocate_chunk(void* pointer, std::size_t bytes) noexcept {
    do_deallocate(pointer, bytes);
  }

 private:
  friend class GraphMemories;
  template <class Take>
  void* account(std::size_t bytes, Take take);
  void* allocate_chunk(std::size_t bytes);
  void deallocate_chunk(void* pointer, std::size_t bytes) noexcept;

  std::atomic<std::size_t> live_{0};
  std::atomic<std::size_t> peak_{0};
  std::atomic<std::size_t> recent_peak_{0};
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> limit_{0};
  GraphMemories graphs_{*this};
};

// The allocator of a device, alive for the whole program.
Allocator& allocator_of(Device device);

}  // namespace impasto
