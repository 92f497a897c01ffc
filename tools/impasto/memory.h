// How much memory this process may use, and what fits into it.
#pragma once

#include <cstddef>

#include "style/stylize.h"

namespace impasto::cli {

// Bytes that the machine, or the container that the process runs in, has left; 0 when unknown.
std::size_t available_memory();

// What to tell somebody whose picture did not fit: the largest --size that would, measured by
// evaluating a small picture. `limit` 0 means unknown. Frees nothing itself: call it when the big
// tensors are gone.
std::string memory_advice(Context& context, Vgg& network, const StylizeSettings& settings,
                          const Shape& picture, std::size_t limit);

}  // namespace impasto::cli
