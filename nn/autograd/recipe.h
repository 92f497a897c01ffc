// A recipe: how to compute rows of a feature map once more, from less than the map itself takes.
//
// The first layer of a network makes 64 channels of a picture's three in a few products each. A
// gradient rule that reads such a map need not keep it from the forward pass until the backward
// pass is there, the whole time that every other layer runs: it keeps what the recipe reads, and
// cooks some rows at a time, which never leave the caches.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tensor/context.h"

namespace impasto {

struct Recipe {
  std::vector<Tensor> from;
  // Rows [begin, end) of the map [1, h, w, c], the same bits as before. `from` is the above.
  std::function<Tensor(Context&, std::span<const Tensor> from, std::int64_t begin,
                       std::int64_t end)>
      rows;
};

// Rows [begin, end) of a map [1, h, w, c], in the same storage.
Tensor map_rows(const Tensor& map, std::int64_t begin, std::int64_t end);

}  // namespace impasto
