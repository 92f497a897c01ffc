// What code compiled with -fsanitize=thread calls, in place of the runtime library that g++ would
// link. Kernels are compiled that way a second time. While nobody looks for races each is a load
// and a branch, so an inline function that the linker took from such an object does no harm
// elsewhere.
#include <cstddef>
#include <cstring>

#include "tensor/simt/calls.h"
#include "tensor/simt/race.h"

namespace impasto::simt {
namespace {

inline void note(const void* address, std::size_t bytes, Access access, const void* pc) {
  if (tl.race != nullptr) [[unlikely]]
    tl.race->access(address, bytes, {access, By::thread, pc});
}

}  // namespace

bool race_available() {
  return true;
}

}  // namespace impasto::simt

#define IMPASTO_HOOK(name, bytes, kind)                                                            \
  void __tsan_##name(void* address);                                                               \
  void __tsan_##name(void* address) {                                                              \
    impasto::simt::note(address, bytes, impasto::simt::Access::kind, __builtin_return_address(0)); \
  }
#define IMPASTO_HOOKS(bytes)                        \
  IMPASTO_HOOK(read##bytes, bytes, read)            \
  IMPASTO_HOOK(write##bytes, bytes, write)          \
  IMPASTO_HOOK(volatile_read##bytes, bytes, read)   \
  IMPASTO_HOOK(volatile_write##bytes, bytes, write) \
  IMPASTO_HOOK(unaligned_read##bytes, bytes, read)  \
  IMPASTO_HOOK(unaligned_write##bytes, bytes, write)

extern "C" {

IMPASTO_HOOKS(1)
IMPASTO_HOOKS(2)
IMPASTO_HOOKS(4)
IMPASTO_HOOKS(8)
IMPASTO_HOOKS(16)

void __tsan_init();
void __tsan_init() {}
void __tsan_func_entry(void* caller);
void __tsan_func_entry(void*) {}
void __tsan_func_exit();
void __tsan_func_exit() {}
void __tsan_vptr_read(void** address);
void __tsan_vptr_read(void**) {}
void __tsan_vptr_update(void** address, void* value);
void __tsan_vptr_update(void**, void*) {}

void __tsan_read_range(void* address, std::size_t bytes);
void __tsan_read_range(void* address, std::size_t bytes) {
  impasto::simt::note(address, bytes, impasto::simt::Access::read, __builtin_return_address(0));
}
void __tsan_write_range(void* address, std::size_t bytes);
void __tsan_write_range(void* address, std::size_t bytes) {
  impasto::simt::note(address, bytes, impasto::simt::Access::write, __builtin_return_address(0));
}

}  // extern "C"
