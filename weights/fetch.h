// Published weights by name: downloaded, checked against the published hash, converted, and put
// into the cache folder, where find_weights looks.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace impasto {

struct PublishedWeights {
  std::string name;  // for the user
  std::string url;
  std::string md5;  // as published
  std::uint64_t bytes = 0;
  std::string license;
};

std::span<const PublishedWeights> published_weights();

struct FetchOptions {
  std::string folder;  // empty: cache_folder()
  std::string url;     // empty: the published address; a mirror must give the same bytes
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  // total 0 = not known
  std::function<bool()> interrupted;  // true stops; what has arrived is kept for the next time
};

// Returns the path of <folder>/<name>.safetensors; downloads nothing when it is there and usable.
// Throws InputError when the name is unknown, or the download or its check fails: the message says
// how to go on.
std::string fetch_weights(const std::string& name, const FetchOptions& options = {});
std::string fetch_weights(const PublishedWeights& weights, const FetchOptions& options = {});

}  // namespace impasto
