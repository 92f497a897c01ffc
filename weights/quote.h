// Text from a file, made fit for one line of a message: control characters are spelled out.
#pragma once

#include <string>
#include <string_view>

namespace impasto {

std::string quote(std::string_view text);  // 'conv1_1.weight', 'a\x0ab'

}  // namespace impasto
