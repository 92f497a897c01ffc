// Where things are in the state of L-BFGS, for the host and for kernels.
//
// The vectors, one row of inner products each: g, s, y, s_0, y_0, s_1, y_1, ... The pair without a
// number is the one that the last move made; the others stand in slots that are used round and
// round.
#pragma once

#include <cstdint>

#include "tensor/cuda/both_sides.h"

namespace impasto {

constexpr double kMinCurvature = 1e-10;  // y.s of a pair that is learned

struct LbfgsLayout {
  std::int64_t capacity;

  // Entries of the state:
  static constexpr std::int64_t kPairs = 0;    // remembered
  static constexpr std::int64_t kNewest = 1;   // its slot
  static constexpr std::int64_t kScale = 2;    // H0 = y.s / y.y of the newest pair
  static constexpr std::int64_t kFresh = 3;    // 1: nothing was offered since the start
  static constexpr std::int64_t kStore = 4;    // slot that s and y go to now; -1: none
  static constexpr std::int64_t kWeights = 5;  // a vector each, then
  IMPASTO_BOTH_SIDES std::int64_t active() const { return kWeights + rows(capacity); }  // 1: in use
  // Inner products of the y in a slot: with the s (one's own and older ones count), with the y.
  IMPASTO_BOTH_SIDES std::int64_t with_s() const { return active() + rows(capacity); }
  IMPASTO_BOTH_SIDES std::int64_t with_y() const { return with_s() + capacity * capacity; }
  IMPASTO_BOTH_SIDES std::int64_t size() const { return with_y() + capacity * capacity; }

  // Rows of the products:
  static constexpr std::int64_t kGradientRow = 0;
  static constexpr std::int64_t kMoveRow = 1;
  static constexpr std::int64_t kChangeRow = 2;
  IMPASTO_BOTH_SIDES static constexpr std::int64_t rows(std::int64_t slots) {
    return 3 + 2 * slots;
  }
  IMPASTO_BOTH_SIDES static constexpr std::int64_t s_row(std::int64_t slot) { return 3 + 2 * slot; }
  IMPASTO_BOTH_SIDES static constexpr std::int64_t y_row(std::int64_t slot) { return 4 + 2 * slot; }

  // The slot of the pair that `age` others of `pairs` are older than.
  IMPASTO_BOTH_SIDES std::int64_t slot(std::int64_t newest, std::int64_t pairs,
                                       std::int64_t age) const {
    const std::int64_t slot = newest - (pairs - 1) + age;
    return slot < 0 ? slot + capacity : slot;
  }
};

}  // namespace impasto
