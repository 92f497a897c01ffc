#include "tests/ops/on_device.h"

#include <cstdlib>

namespace impasto::test {

Device test_device() {
  static const char* const name = std::getenv("IMPASTO_TEST_DEVICE");
  static const Device device = name == nullptr ? Device{} : parse_device(name);
  return device;
}

Context& test_device_context() {
  static Context context([] {
    ContextOptions options;
    options.device = test_device();
    return options;
  }());
  return context;
}

}  // namespace impasto::test
