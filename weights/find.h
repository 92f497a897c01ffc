// Where weights come from when nobody says, and which of several files is best.
#pragma once

#include <string>
#include <vector>

namespace impasto {

struct FoundWeights {
  std::string path;    // kBuiltinWeights for the network that is built in
  std::string origin;  // "--weights", "$IMPASTO_WEIGHTS", "the cache folder", "part of Impasto"
};

// In this order: `wanted` (a file, a folder, kBuiltinWeights or empty), $IMPASTO_WEIGHTS
// (likewise), the cache folder, the network that is built in; of a folder, the first of
// weights_in_folder. Throws InputError when what the user names himself does not exist or has no
// weights in it.
FoundWeights find_weights(const std::string& wanted = {});

// The usable weights files of a folder, best first. Networks of VGG's own widths that reach
// conv5_1, then those that end earlier, then all others (compact networks); among equals the one
// with more convolutions, then the Oxford group's parameters (BGR) before others, then the wider
// element type, then by name.
std::vector<std::string> weights_in_folder(const std::string& folder);

std::string cache_folder();  // $XDG_CACHE_HOME/impasto or ~/.cache/impasto; empty without a home

// Everything that find_weights would consider, in its order.
std::vector<FoundWeights> list_weights(const std::string& wanted = {});

}  // namespace impasto
