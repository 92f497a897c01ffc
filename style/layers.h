// Which layers the losses tap.
#pragma once

#include <string>
#include <vector>

#include "nn/vgg.h"
#include "style/settings.h"

namespace impasto {

struct LossLayers {
  std::vector<WeightedLayer> content;
  std::vector<WeightedLayer> style;
  std::vector<std::string> notes;  // one line for each default that had to be replaced

  std::vector<std::string> names() const;  // each once
};

// The layers of the settings, which must exist (InputError), or else the classic defaults; where
// the network ends before one of those, its nearest existing layer stands in and a note says so.
LossLayers resolve_layers(const Vgg& network, const StylizeSettings& settings);

}  // namespace impasto
