#include "tensor/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"

namespace impasto {
namespace {

// Unlike mkstemp this leaves the permissions to the umask, as for any file that a program creates.
// The name does not grow with the target's, which may already be as long as a name can be.
int create_temporary(const std::string& folder, std::string& path) {
  static std::atomic<unsigned> counter{0};
  int descriptor = -1;
  do {
    path = fmt::format("{}/.impasto-{}-{}.tmp", folder, ::getpid(), counter.fetch_add(1));
    descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EEXIST);
  return descriptor;
}

// Where the links lead, also when nothing is there yet. Linux follows forty and so do we.
std::string resolve(const std::string& path) {
  std::filesystem::path resolved = path;
  std::error_code error;
  for (int i = 0; i < 40 && std::filesystem::is_symlink(resolved, error); ++i) {
    resolved = resolved.parent_path() / std::filesystem::read_symlink(resolved, error);
  }
  return resolved.string();
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Makes the new name itself survive a power cut; the file is already whole, so best effort.
void sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(resolve(path)) {
  struct stat status {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (path.empty() || (exists && S_ISDIR(status.st_mode))) {
    throw InputError(fmt::format("cannot write '{}': give the name of a file", path));
  }
  // A rename would replace a file that its owner has locked against writing.
  if (exists && ::access(target_.c_str(), W_OK) != 0) fail();
  if (exists && !S_ISREG(status.st_mode)) {
    descriptor_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    descriptor_ = create_temporary(folder_of(target_), temporary_);
  }
  if (descriptor_ < 0) {
    temporary_.clear();
    fail();
  }
  if (exists && !temporary_.empty()) static_cast<void>(::fchmod(descriptor_, status.st_mode));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail() const {
  throw InputError(fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  IMPASTO_CHECK(descriptor_ >= 0, "atomic file '{}': written after commit", path_);
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  IMPASTO_CHECK(descriptor_ >= 0, "atomic file '{}': committed twice", path_);
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) fail();
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail();
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail();
  temporary_.clear();
  sync_folder(folder_of(target_));
}

void write_file_atomically(const std::string& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace impasto
