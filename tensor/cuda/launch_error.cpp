#include "tensor/cuda/launch_error.h"

#include "tensor/error.h"

namespace impasto {

void throw_launch_error(const char* id, const char* what) {
  throw Error(fmt::format("kernel {} cannot be launched: {}", id, what));
}

}  // namespace impasto
