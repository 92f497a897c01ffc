#include "weights/builtin.h"

// The assembler copies the file; no compiler has to read a million numbers. The symbols are local
// to this object.
asm(R"(
  .pushsection .rodata
  .balign 64
impasto_builtin_begin:
  .incbin ")" IMPASTO_BUILTIN_ENCODER R"("
impasto_builtin_end:
  .popsection
)");

extern "C" const std::byte impasto_builtin_begin[];
extern "C" const std::byte impasto_builtin_end[];

namespace impasto {

std::span<const std::byte> builtin_weights() {
  return {impasto_builtin_begin, impasto_builtin_end};
}

}  // namespace impasto
