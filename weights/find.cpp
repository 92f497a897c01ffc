#include "weights/find.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <tuple>
#include <utility>

#include "tensor/error.h"
#include "weights/builtin.h"
#include "weights/network.h"
#include "weights/quote.h"
#include "weights/weights.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

struct Place {
  std::string path;
  std::string origin;
  bool named = false;  // by the user, who then wants to hear when it is no good
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<Place> places(const std::string& wanted) {
  std::vector<Place> result;
  const auto add = [&](const std::string& path, const char* origin, bool named) {
    if (!path.empty()) result.push_back({path, origin, named});
  };
  add(wanted, "--weights", true);
  add(environment("IMPASTO_WEIGHTS"), "$IMPASTO_WEIGHTS", true);
  add(cache_folder(), "the cache folder", false);
  add(kBuiltinWeights, "part of Impasto", false);
  return result;
}

// Larger is better.
using Rank = std::tuple<int, std::size_t, bool, int>;

Rank rank_of(const Archive& archive) {
  const std::vector<NetworkLayer> layers = check_network(archive);
  const bool full_width = layers.front().wei[0] == 64;
  const bool reaches_conv5 = std::any_of(layers.begin(), layers.end(), [](const auto& layer) {
    return layer.id.block == 5 && layer.id.index == 1 && layer.wei[0] == 512;
  });
  const auto channels = archive.metadata.find("input.channels");
  return {full_width ? 1 + reaches_conv5 : 0, layers.size(),
          channels != archive.metadata.end() && channels->second == "BGR",
          bit_width(archive.tensors.at("conv1_1.weight").dtype)};
}

bool has_weights_name(const fs::path& path) {
  constexpr const char* kExtensions[] = {".safetensors", ".pth", ".pt", ".h5", ".hdf5"};
  return std::find(std::begin(kExtensions), std::end(kExtensions), path.extension()) !=
         std::end(kExtensions);
}

// All files of a place, best first.
std::vector<std::string> files_of(const Place& place) {
  if (place.path == kBuiltinWeights) return {place.path};
  std::error_code error;
  if (fs::is_directory(place.path, error)) {
    std::vector<std::string> files = weights_in_folder(place.path);
    if (files.empty() && place.named) {
      throw InputError(
          fmt::format("{}: the folder {} holds no usable weights file (impasto "
                      "weights info FILE says why)",
                      place.origin, quote(place.path)));
    }
    return files;
  }
  if (fs::exists(place.path, error)) return {place.path};
  if (place.named) {
    throw InputError(fmt::format("{}: there is no {}", place.origin, quote(place.path)));
  }
  return {};
}

}  // namespace

FoundWeights find_weights(const std::string& wanted) {
  for (const Place& place : places(wanted)) {
    const std::vector<std::string> files = files_of(place);
    if (!files.empty()) return FoundWeights{files.front(), place.origin};
  }
  throw Error("the network that is built in is missing");  // places() ends with it
}

std::vector<FoundWeights> list_weights(const std::string& wanted) {
  std::vector<FoundWeights> result;
  for (const Place& place : places(wanted)) {
    for (const std::string& file : files_of(place)) result.push_back({file, place.origin});
  }
  return result;
}

std::vector<std::string> weights_in_folder(const std::string& folder) {
  std::vector<std::pair<Rank, std::string>> ranked;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!has_weights_name(entry->path())) continue;
    try {
      ranked.emplace_back(rank_of(open_weights(entry->path().string())), entry->path().string());
    } catch (const InputError&) {  // not usable, hence no candidate
    }
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<std::string> files;
  for (auto& [rank, path] : ranked) files.push_back(std::move(path));
  return files;
}

std::string cache_folder() {
  const std::string cache = environment("XDG_CACHE_HOME");
  if (!cache.empty()) return cache + "/impasto";
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.cache/impasto";
}

}  // namespace impasto
