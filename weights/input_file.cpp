#include "weights/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"
#include "weights/builtin.h"
#include "weights/quote.h"

namespace impasto {

InputFile::InputFile(const std::string& path) : path_(path) {
  if (path == kBuiltinWeights) {
    builtin_ = builtin_weights();
    size_ = builtin_.size();
    return;
  }
  // Non-blocking, so that a named pipe is refused below and not waited for.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    throw InputError(fmt::format("cannot read {}: {}", quote(path), std::strerror(errno)));
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw InputError(fmt::format("cannot read {}: not a regular file", quote(path)));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  if (!builtin_.empty()) {
    if (offset > size_ || bytes.size() > size_ - offset) {
      throw InputError(fmt::format("cannot read {}: the file is truncated", quote(path_)));
    }
    std::ranges::copy(builtin_.subspan(offset, bytes.size()), bytes.begin());
    return;
  }
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw InputError(fmt::format("cannot read {}: {}", quote(path_),
                                   count < 0 ? std::strerror(errno) : "the file is truncated"));
    }
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace impasto
