#include "tensor/simt/executor.h"

namespace impasto::simt {

// AddressSanitizer and the instrumentation for races cannot be had in one build.
bool race_available() {
  return false;
}

}  // namespace impasto::simt
