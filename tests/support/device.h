// The device that tests of GPU kernels run on.
#pragma once

#include "tensor/device.h"

namespace impasto::test {

// What $IMPASTO_TEST_DEVICE names, "cuda:0" say; without it, `otherwise`.
Device test_device(Device otherwise = {});

}  // namespace impasto::test
