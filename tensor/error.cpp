#include "tensor/error.h"

namespace impasto {

OutOfMemory::OutOfMemory(std::size_t requested_bytes, std::size_t live_bytes)
    : Error(fmt::format("out of memory: {:.1f} MiB more were needed while {:.1f} MiB are in use",
                        static_cast<double>(requested_bytes) / 1048576.0,
                        static_cast<double>(live_bytes) / 1048576.0)),
      requested_bytes_(requested_bytes),
      live_bytes_(live_bytes) {}

namespace detail {
void throw_check_failure(const char* expression, const char* file, int line,
                         const std::string& message) {
  throw Error(fmt::format("{} [{}, {}:{}]", message, expression, file, line));
}
}  // namespace detail

}  // namespace impasto
