// Downloads over HTTP that go on where they stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace impasto {

struct DownloadRequest {
  std::string url;
  std::string part;         // what has arrived so far; kept when the download stops
  std::uint64_t limit = 0;  // bytes, 0 = none: a longer answer is refused
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  // total 0 = not known
  std::function<bool()> interrupted;  // asked several times a second
};

// Completes `part`, which may hold the beginning already. One process at a time. Throws InputError
// with the reason when the server cannot be reached, refuses, or the connection breaks.
void download(const DownloadRequest& request);

}  // namespace impasto
