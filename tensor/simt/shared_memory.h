// The shared memory of one block: slots between red zones, poisoned so that what is read before it
// is written is NaN.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tensor/simt/calls.h"

namespace impasto::simt {

class SharedMemory {
 public:
  static constexpr std::size_t kStaticLimit = 48 * 1024;
  static constexpr std::size_t kLimit = 227 * 1024;  // static and dynamic

  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  // Forgets all slots and makes place for the dynamic memory of a launch.
  void begin_launch(std::size_t dynamic_bytes);
  void begin_block();
  // Where something was written between the slots, for people; empty when nothing was.
  std::string damage() const;
  // "byte 12 of tile", for what is inside; empty elsewhere.
  std::string describe(const void* address) const;

  // Throws Error when static shared memory is used up.
  void* slot(SharedSlot& slot, std::size_t bytes, const char* name) {
    const std::size_t number = __atomic_load_n(&slot.number, __ATOMIC_RELAXED);
    if (number < places_.size() && places_[number] != nullptr) [[likely]]
      return places_[number];
    return place(slot, bytes, name);
  }
  void* dynamic() const { return dynamic_; }

  const char* begin() const { return memory_; }
  static std::size_t capacity();

 private:
  struct Slot {
    char* begin;
    std::size_t bytes;
    const char* name;
  };
  void* place(SharedSlot& slot, std::size_t bytes, const char* name);
  char* add(std::size_t bytes, const char* name);

  std::unique_ptr<char[]> allocation_;
  char* memory_ = nullptr;  // aligned
  std::size_t used_ = 0;    // a multiple of the alignment
  std::size_t static_bytes_ = 0;
  std::size_t dynamic_bytes_ = 0;
  void* dynamic_ = nullptr;
  std::vector<Slot> slots_;
  std::vector<void*> places_;  // by the slot's number
};

}  // namespace impasto::simt
