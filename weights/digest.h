// Checksums of files, as published beside downloads and recorded in converted weights.
#pragma once

#include <string>

namespace impasto {

enum class Digest { md5, sha256 };

// Lower-case hexadecimal.
std::string file_digest(const std::string& path, Digest digest);

}  // namespace impasto
