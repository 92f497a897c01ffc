// Weights of VGG networks from any file, in one form.
//
// Tensors: convB_I.weight [oc, ic, kh, kw] and convB_I.bias [oc], f32; what else a safetensors file
// of ours holds (conv0.*) is kept. Metadata keys (weights/README.md has the full list): network,
// layout, input.channels, input.range, input.mean, input.std, padding, license, source.
#pragma once

#include <optional>
#include <string>

#include "tensor/named_tensors.h"
#include "weights/archive.h"
#include "weights/input_preset.h"

namespace impasto {

// Recognises format and naming by content. The input convention is, in this order: `input`, what
// the file says, that of the Oxford group where its parameters are recognised, and what the naming
// suggests; the last is a guess that the key input.assumed owns up to. Throws InputError for a file
// that is damaged, not a VGG network, or holds values that are not finite.
NamedTensors read_weights(const std::string& path, std::optional<InputPreset> input = {});

// The same without the data, for listings: cheap for a file of any size.
Archive open_weights(const std::string& path, std::optional<InputPreset> input = {});

// Throws InputError, naming file and tensor, unless all values are finite.
void check_finite(const std::string& path, const NamedTensors& weights);

}  // namespace impasto
