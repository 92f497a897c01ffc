// Settings that a network's weights file recommends for painting with it, for what suits one
// network's features may not suit another's. Metadata keys, each optional, are the names of
// settings: stylize.content_weight, stylize.style_weight, stylize.tv_weight (numbers),
// stylize.content_layers, stylize.style_layers (as parse_layers() reads them),
// stylize.lbfgs_history (a whole number).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "style/settings.h"

namespace impasto {

// Asked with "style_weight" and the like: did the user choose it himself?
using ChosenByUser = std::function<bool(const std::string& setting)>;

// Changes what the metadata recommend and the user did not choose. Throws InputError, naming
// `origin`, when a value cannot be read.
void adopt_recommended(const std::map<std::string, std::string>& metadata,
                       const std::string& origin, const ChosenByUser& chosen,
                       StylizeSettings& settings);

}  // namespace impasto
