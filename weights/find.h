// Where weights come from when nobody says, and which of several files is best.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace impasto {

struct FoundWeights {
  std::string path;
  std::string
      origin;  // "--weights", "$IMPASTO_WEIGHTS", "the cache folder", "shipped with Impasto"
};

// In this order: `wanted` (a file or a folder; may be empty), $IMPASTO_WEIGHTS (likewise), the
// cache folder, what ships with Impasto; of a folder, the first of weights_in_folder. Nothing
// found: empty. Throws InputError when what the user names himself does not exist or has no weights
// in it.
std::optional<FoundWeights> find_weights(const std::string& wanted = {});

// The usable weights files of a folder, best first. Networks of VGG's own widths that reach
// conv5_1, then those that end earlier, then all others (compact networks); among equals the one
// with more convolutions, then the Oxford group's parameters (BGR) before others, then the wider
// element type, then by name.
std::vector<std::string> weights_in_folder(const std::string& folder);

std::string cache_folder();  // $XDG_CACHE_HOME/impasto or ~/.cache/impasto; empty without a home

// Everything that find_weights would consider, in its order.
std::vector<FoundWeights> list_weights(const std::string& wanted = {});

}  // namespace impasto
