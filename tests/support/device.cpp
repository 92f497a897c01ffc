#include "tests/support/device.h"

#include <cstdlib>

namespace impasto::test {

Device test_device(Device otherwise) {
  static const char* const name = std::getenv("IMPASTO_TEST_DEVICE");
  return name == nullptr ? otherwise : parse_device(name);
}

}  // namespace impasto::test
