// Which thread of a block runs next: the threads that can run, as one word of lanes a warp, and the
// order in which they are taken. Depends on nothing but the order, the seed and the block.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "tensor/simt/executor.h"

namespace impasto::simt {

constexpr int kWarp = 32;
constexpr int kMostWarps = 32;

class Schedule {
 public:
  void begin_block(const Options& options, std::uint64_t block, int threads);

  bool any() const { return ready_ranks_ != 0; }
  void add(int warp, std::uint32_t lanes) {
    ready_[index(warp)] |= lanes;
    ready_ranks_ |= 1u << rank_of_[index(warp)];
  }
  // Everybody may go on: a new period between barriers begins.
  void add_all();

  // The thread that runs next; there must be one.
  int take() {
    const int warp = warp_at_[index(choose_rank())];
    std::uint32_t& lanes = ready_[index(warp)];
    const int lane = choose_lane(lanes);
    lanes &= ~(1u << lane);
    if (lanes == 0) ready_ranks_ &= ~(1u << rank_of_[index(warp)]);
    return warp * kWarp + lane;
  }

  // Evenly distributed bits, for whatever else is left to chance.
  std::uint64_t random() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dull;
  }
  Order order() const { return order_; }
  std::uint32_t lanes_of(int warp) const { return all_[index(warp)]; }

 private:
  static std::size_t index(int value) { return static_cast<std::size_t>(value); }

  int choose_rank() {
    if (order_ == Order::reverse) return 31 - std::countl_zero(ready_ranks_);
    if (order_ == Order::random) return any_bit(ready_ranks_);
    return std::countr_zero(ready_ranks_);
  }
  int choose_lane(std::uint32_t lanes) {
    if (order_ == Order::forward) return std::countr_zero(lanes);
    if (order_ == Order::reverse) return 31 - std::countl_zero(lanes);
    return any_bit(lanes);
  }
  int any_bit(std::uint32_t bits) {
    const int turn = static_cast<int>(random() >> 59);
    return (std::countr_zero(std::rotr(bits, turn)) + turn) % 32;
  }
  void draw_priorities();

  Order order_ = Order::forward;
  std::uint64_t state_ = 1;
  int warps_ = 0;
  std::uint32_t ready_ranks_ = 0;
  std::array<std::uint32_t, kMostWarps> ready_{};
  std::array<std::uint32_t, kMostWarps> all_{};
  std::array<std::uint8_t, kMostWarps> warp_at_{};
  std::array<std::uint8_t, kMostWarps> rank_of_{};
};

}  // namespace impasto::simt
