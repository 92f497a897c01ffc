// How long memory is going to be used: the arena keeps what lasts away from what comes and goes.
#pragma once

#include <cstdint>

namespace impasto {

enum class Lifetime : std::uint8_t {
  passing,  // of one evaluation, or a step of one
  lasting,  // of the network, or of the whole optimisation
};

}  // namespace impasto
