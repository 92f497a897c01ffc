// Which CUDA devices there are, in builds with CUDA and without, on machines with a GPU and
// without.
#include <doctest/doctest.h>

#include "tensor/cuda/devices.h"
#include "tensor/error.h"

namespace impasto {
namespace {

TEST_CASE("either there are CUDA devices, or one line says why not") {
  const std::string reason = cuda_unavailable_reason();
  CAPTURE(reason);
  CHECK(reason.find('\n') == std::string::npos);
  CHECK(reason.size() < 160);
  const auto devices = cuda_devices();
  if (devices.empty()) {
    CHECK((reason.starts_with("no CUDA device: ") || reason.starts_with("this build has no CUDA")));
    CHECK_THROWS_WITH_AS(make_cuda_state(0), reason.c_str(), InputError);
  }
  for (const CudaDevice& device : devices) {
    CHECK(device.name != "");
    CHECK(device.major >= 1);
    CHECK(device.free_bytes <= device.total_bytes);
    CHECK(device.multiprocessors > 0);
  }
}

TEST_CASE("a device beyond the last one has a reason, too") {
  for (const int device : {-1, 1000}) {
    const std::string reason = cuda_unavailable_reason(device);
    CHECK(reason != "");
    CHECK_THROWS_WITH_AS(make_cuda_state(device), reason.c_str(), InputError);
  }
}

}  // namespace
}  // namespace impasto
