#include "tensor/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tensor/checked.h"
#include "tensor/error.h"

namespace impasto {

Shape::Shape(std::initializer_list<std::int64_t> dims)
    : Shape(std::span<const std::int64_t>(dims.begin(), dims.size())) {}

Shape::Shape(std::span<const std::int64_t> dims) {
  IMPASTO_CHECK(dims.size() <= kMaxRank, "shape: rank {} exceeds {}", dims.size(), kMaxRank);
  bool empty = false;
  for (std::int64_t dim : dims) {
    IMPASTO_CHECK(dim >= 0, "shape: negative extent in [{}]", fmt::join(dims, ", "));
    empty = empty || dim == 0;
    dims_[static_cast<std::size_t>(rank_++)] = dim;
    // An extent of zero must not hide an overflow among the others from later reshapes.
    numel_ = checked_mul(numel_, dim == 0 ? 1 : dim);
  }
  if (empty) numel_ = 0;
}

std::int64_t Shape::operator[](int axis) const {
  const int index = axis < 0 ? axis + rank_ : axis;
  IMPASTO_CHECK(index >= 0 && index < rank_, "shape {}: no axis {}", to_string(), axis);
  return dims_[static_cast<std::size_t>(index)];
}

std::string Shape::to_string() const {
  return fmt::format("[{}]", fmt::join(dims(), ", "));
}

}  // namespace impasto
