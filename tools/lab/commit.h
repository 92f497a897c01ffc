// The commit that this program was built from, written when it was built (commit.cmake).
#pragma once

namespace impasto::lab {

const char* commit();  // "bb6bdc6"; "unknown" without git
bool dirty();          // with changes that no commit has

}  // namespace impasto::lab
