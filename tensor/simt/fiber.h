// Fibers: stacks with a guard page each, and the switch between them (Boost.Context's fcontext, 6
// ns). A fiber runs one function for ever; whoever uses it parks it and wakes it by switching.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace impasto::simt {

struct Fiber {
  void (*body)(void* owner) = nullptr;  // never returns
  void* owner = nullptr;
  void* context = nullptr;  // where it goes on
  Fiber* target = nullptr;  // whom it switched to last
  const void* stack = nullptr;
  std::size_t stack_bytes = 0;
  void* fake_stack = nullptr;  // AddressSanitizer's
};

// Switches from `from`, which runs now, to `to`. Returns when somebody switches back to `from`.
void switch_fiber(Fiber& from, Fiber& to);

// Fibers of one owner, all with the same function; address space for the most that can be needed is
// reserved at once, memory is committed as it is touched.
class FiberPool {
 public:
  // Throws OutOfMemory when the address space is refused.
  FiberPool(void (*body)(void* owner), void* owner);
  ~FiberPool();
  FiberPool(const FiberPool&) = delete;
  FiberPool& operator=(const FiberPool&) = delete;

  Fiber& take();
  void give(Fiber& fiber) { idle_.push_back(&fiber); }
  // Forgets what every fiber was doing, after a block was given up.
  void restart_all();

  bool on_stacks(const void* address) const {
    return address >= base_ && address < base_ + reserved_bytes_;
  }

 private:
  void prepare(Fiber& fiber);

  void (*body_)(void* owner);
  void* owner_;
  char* base_ = nullptr;
  std::size_t reserved_bytes_ = 0;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
};

}  // namespace impasto::simt
