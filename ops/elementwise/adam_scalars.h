// What changes from one step of Adam to the next: three numbers, f64 [3], on the device that makes
// the step. Plain: for kernels that compute them, too.
#pragma once

#include <cstdint>

namespace impasto {

enum AdamScalar : std::uint8_t {
  kAdamStepSize,        // lr / (1 - beta1^t), t counted from 1
  kAdamRootCorrection,  // sqrt(1 - beta2^t)
  kAdamMode,
  kAdamScalars,  // how many
};

// Modes.
inline constexpr double kAdamNoStep = 0;     // nothing is written, nor the gradient read
inline constexpr double kAdamFirstStep = 1;  // m and v are not read: they are taken as 0
inline constexpr double kAdamLaterStep = 2;

}  // namespace impasto
