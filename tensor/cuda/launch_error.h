// How a source compiled by nvcc, which cannot include what error.h needs, throws an Error.
#pragma once

namespace impasto {

// Kernel `id` could not be launched, because of `what`.
[[noreturn]] void throw_launch_error(const char* id, const char* what);

}  // namespace impasto
