#include "ops/pad/pad.h"

namespace impasto {

std::string_view to_string(PadMode mode) {
  switch (mode) {
    case PadMode::zero:
      return "zero";
    case PadMode::reflect:
      return "reflect";
    case PadMode::replicate:
      return "replicate";
  }
  return "?";
}

std::int64_t padded_source(std::int64_t i, std::int64_t size, PadMode mode) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PadMode::zero:
      return -1;
    case PadMode::reflect:
      return i < 0 ? -i : 2 * (size - 1) - i;
    case PadMode::replicate:
      return i < 0 ? 0 : size - 1;
  }
  return -1;
}

}  // namespace impasto
