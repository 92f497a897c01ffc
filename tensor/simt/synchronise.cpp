// Barriers and warp collectives of a block, and what is said when they cannot go on.
#include <bit>

#include "tensor/error.h"
#include "tensor/simt/block.h"
#include "tensor/simt/race.h"

namespace impasto::simt {

void Block::barrier(Where where) {
  if (active_race_ != nullptr && active_race_->found()) fail(active_race_->finding());
  if (live_ < threads_) {
    fail(fmt::format("{} waits at the barrier in {}:{}, but {} of {} threads have ended",
                     name_of(current_), where.file, where.line, threads_ - live_, threads_));
  }
  if (at_barrier_ == 0) {
    barrier_where_ = where;
    barrier_first_ = current_;
  } else if (where.line != barrier_where_.line) {
    fail(fmt::format("{} waits at the barrier in {}:{}, {} at the one in {}:{}",
                     name_of(barrier_first_), barrier_where_.file, barrier_where_.line,
                     name_of(current_), where.file, where.line));
  }
  if (++at_barrier_ == threads_) {
    at_barrier_ = 0;
    schedule_.add_all();
    if (active_race_ != nullptr) active_race_->barrier();
  }
  wait();
}

WarpGroup& Block::join(Warp& warp, const WarpCall& call) {
  const std::uint32_t bit = 1u << (current_ % kWarp);
  if ((call.mask & bit) == 0) {
    fail(fmt::format("{} is not in the mask {:#010x} of its {} in {}:{}", name_of(current_),
                     call.mask, call.operation, call.where.file, call.where.line));
  }
  if ((call.mask & ~warp.live) != 0) {
    fail(
        fmt::format("{} waits for lanes {:#010x} in {} in {}:{}, but lanes {:#010x} have ended or "
                    "never were",
                    name_of(current_), call.mask, call.operation, call.where.file, call.where.line,
                    call.mask & ~warp.live));
  }
  for (int i = 0; i < warp.groups; ++i) {
    WarpGroup& group = warp.group[static_cast<std::size_t>(i)];
    if (group.mask != call.mask) continue;
    if (group.operation != call.operation || group.where.line != call.where.line) {
      fail(
          fmt::format("{} is at {} in {}:{}, while lanes {:#010x} of its warp wait for it in {} in "
                      "{}:{}",
                      name_of(current_), call.operation, call.where.file, call.where.line,
                      group.arrived, group.operation, group.where.file, group.where.line));
    }
    return group;
  }
  WarpGroup& group = warp.group[static_cast<std::size_t>(warp.groups++)];
  group = {call.mask, 0, call.operation, call.where};
  return group;
}

void Block::collective(const WarpCall& call) {
  if (active_race_ != nullptr && active_race_->found()) fail(active_race_->finding());
  const int number = current_ / kWarp, lane = current_ % kWarp;
  Warp& warp = warps_[static_cast<std::size_t>(number)];
  WarpGroup& group = join(warp, call);
  warp.operands[static_cast<std::size_t>(lane)] = call.operand;
  group.arrived |= 1u << lane;
  if (group.arrived == group.mask) {
    group = warp.group[static_cast<std::size_t>(--warp.groups)];
    if (call.function != nullptr) call.function(call.mask, warp.operands.data());
    // Of all collectives only __syncwarp orders memory, and has no operand.
    if (active_race_ != nullptr && call.operand == nullptr) active_race_->warp_barrier(number);
    schedule_.add(number, call.mask);
  }
  wait();
}

void Block::fence() {
  if (active_race_ != nullptr) active_race_->fence();
}

void Block::fail(const std::string& what) const {
  throw Error(fmt::format("kernel {}, block ({}, {}, {}): {}", launch_->id, tl.block_index.x,
                          tl.block_index.y, tl.block_index.z, what));
}

std::string Block::name_of(int thread) const {
  const Index3& index = all_[static_cast<std::size_t>(thread)].index;
  return fmt::format("thread ({}, {}, {})", index.x, index.y, index.z);
}

void Block::fail_deadlock() const {
  std::string text = fmt::format("deadlock of {} threads: {} have ended, {} wait at a barrier",
                                 threads_, threads_ - live_, at_barrier_);
  if (at_barrier_ > 0) {
    text += fmt::format(" in {}:{}", barrier_where_.file, barrier_where_.line);
  }
  for (int number = 0; number * kWarp < threads_; ++number) {
    const Warp& warp = warps_[static_cast<std::size_t>(number)];
    for (int i = 0; i < warp.groups; ++i) {
      const WarpGroup& group = warp.group[static_cast<std::size_t>(i)];
      text += fmt::format("; warp {}: lanes {:#010x} of mask {:#010x} wait in {} in {}:{}", number,
                          group.arrived, group.mask, group.operation, group.where.file,
                          group.where.line);
    }
  }
  fail(text);
}

}  // namespace impasto::simt
