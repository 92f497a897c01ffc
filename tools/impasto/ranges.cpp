#include "tools/impasto/ranges.h"

#if IMPASTO_CUDA
#include <nvtx3/nvToolsExt.h>
#endif

namespace impasto::cli {

#if IMPASTO_CUDA
void push_range(const char* name) {
  nvtxRangePushA(name);
}
void pop_range() {
  nvtxRangePop();
}
#else
void push_range(const char*) {}
void pop_range() {}
#endif

}  // namespace impasto::cli
