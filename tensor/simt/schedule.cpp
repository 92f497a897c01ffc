#include "tensor/simt/schedule.h"

#include <algorithm>
#include <utility>

namespace impasto::simt {
namespace {

// Seeds that differ in one bit give unrelated states (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ull;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ value >> 27) * 0x94d049bb133111ebull;
  return value ^ value >> 31;
}

}  // namespace

void Schedule::begin_block(const Options& options, std::uint64_t block, int threads) {
  order_ = options.order;
  state_ = mixed(mixed(options.seed) ^ block) | 1;
  warps_ = (threads + kWarp - 1) / kWarp;
  for (int warp = 0; warp < warps_; ++warp) {
    const int lanes = std::min(kWarp, threads - warp * kWarp);
    all_[index(warp)] = ~0u >> (kWarp - lanes);
    warp_at_[index(warp)] = rank_of_[index(warp)] = static_cast<std::uint8_t>(warp);
  }
  add_all();
}

void Schedule::draw_priorities() {
  for (int last = warps_ - 1; last > 0; --last) {
    const auto other = random() % static_cast<std::uint64_t>(last + 1);
    std::swap(warp_at_[index(last)], warp_at_[other]);
  }
  for (int rank = 0; rank < warps_; ++rank) {
    rank_of_[warp_at_[index(rank)]] = static_cast<std::uint8_t>(rank);
  }
}

void Schedule::add_all() {
  if (order_ == Order::priorities) draw_priorities();
  std::copy_n(all_.begin(), warps_, ready_.begin());
  ready_ranks_ = ~0u >> (kMostWarps - warps_);
}

}  // namespace impasto::simt
