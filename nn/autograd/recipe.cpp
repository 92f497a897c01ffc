#include "nn/autograd/recipe.h"

#include "tensor/error.h"

namespace impasto {

Tensor map_rows(const Tensor& map, std::int64_t begin, std::int64_t end) {
  const Shape& s = map.shape();
  IMPASTO_CHECK(s.rank() == 4 && s[0] == 1, "rows of {}, expected [1, h, w, c]", s.to_string());
  return map.reshape({s[1], s[2], s[3]}).slice(begin, end).reshape({1, end - begin, s[2], s[3]});
}

}  // namespace impasto
