// What a weights file holds, for people and for programs. Reads the index, not the data.
#pragma once

#include <string>
#include <vector>

namespace impasto {

// Lines such as "network     VGG-19, conv1_1 to conv3_4", then one line for each tensor. Throws
// InputError when the file cannot be used.
std::vector<std::string> describe_weights(const std::string& path);

// {"path", "format", "bytes", "parameters", "metadata": {...}, "tensors": {name: {dtype, shape}}}
std::string describe_weights_json(const std::string& path);

// One line for listings: "VGG-19, conv1_1 to conv3_4; f32, 9.3 MB, safetensors".
std::string summarize_weights(const std::string& path);

}  // namespace impasto
