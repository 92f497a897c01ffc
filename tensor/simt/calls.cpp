#include "tensor/simt/calls.h"

#include <bit>

#include "tensor/error.h"
#include "tensor/simt/async_copies.h"
#include "tensor/simt/block.h"
#include "tensor/simt/race.h"

namespace impasto::simt {
namespace {

constexpr const char* kSync = "__syncwarp";
constexpr const char* kBallot = "vote";
constexpr const char* kShuffle = "shuffle";

struct Ballot {
  bool predicate;
  unsigned result;
};

void vote(unsigned mask, void* const* operands) {
  unsigned result = 0;
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const int lane = std::countr_zero(rest);
    if (static_cast<const Ballot*>(operands[lane])->predicate) result |= 1u << lane;
  }
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    static_cast<Ballot*>(operands[std::countr_zero(rest)])->result = result;
  }
}

struct Exchange {
  std::uint64_t given;
  int source;
  std::uint64_t received;
};

void exchange(unsigned mask, void* const* operands) {
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    Exchange& lane = *static_cast<Exchange*>(operands[std::countr_zero(rest)]);
    lane.received = static_cast<const Exchange*>(operands[lane.source])->given;
  }
}

// The lane that this one reads from, by the rules of the PTX ISA for a segment of `width` lanes.
int source_of(const ShuffleCall& call, int lane) {
  const int first = lane & -call.width, last = first + call.width - 1;
  int source = 0;
  switch (call.kind) {
    case Shuffle::index:
      return first + (call.lane & (call.width - 1));
    case Shuffle::up:
      source = lane - call.lane;
      return source < first ? lane : source;
    case Shuffle::down:
      source = lane + call.lane;
      return source > last ? lane : source;
    case Shuffle::exclusive_or:
      source = lane ^ call.lane;
      return source > last ? lane : source;
  }
  return lane;
}

}  // namespace

void sync_threads(Where where) {
  tl.block->barrier(where);
}

void sync_warp(const WarpCall& call) {
  tl.block->collective(call);
}

void sync_lanes(unsigned mask, Where where) {
  tl.block->collective({mask, kSync, nullptr, nullptr, where});
}

void thread_fence() {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  tl.block->fence();
}

unsigned ballot(unsigned mask, bool predicate, Where where) {
  Ballot operand{predicate, 0};
  tl.block->collective({mask, kBallot, vote, &operand, where});
  return operand.result;
}

std::uint64_t shuffle(const ShuffleCall& call, std::uint64_t bits) {
  Block& block = *tl.block;
  const int lane = block.thread() % kWarp;
  if (call.width < 1 || call.width > kWarp ||
      !std::has_single_bit(static_cast<unsigned>(call.width))) {
    block.fail(fmt::format("a shuffle of width {} in {}:{}", call.width, call.where.file,
                           call.where.line));
  }
  Exchange operand{bits, source_of(call, lane), 0};
  if ((call.mask >> operand.source & 1u) == 0) {
    block.fail(
        fmt::format("{} reads lane {}, which mask {:#010x} leaves out, in a shuffle in {}:{}",
                    block.name_of(block.thread()), operand.source, call.mask, call.where.file,
                    call.where.line));
  }
  block.collective({call.mask, kShuffle, exchange, &operand, call.where});
  return operand.received;
}

void* shared_slot(SharedSlot& slot, std::size_t bytes, const char* name) {
  return tl.block->shared().slot(slot, bytes, name);
}

void* dynamic_shared() {
  return tl.block->shared().dynamic();
}

[[gnu::noinline]] void note_access(const void* address, std::size_t bytes, Access access, By by) {
  if (tl.race != nullptr)
    tl.race->access(address, bytes, {access, by, __builtin_return_address(0)});
}

void copy_async(const AsyncCopy& copy, Where where) {
  tl.block->copies().begin(*tl.block, copy, where);
}

void copy_async_commit() {
  tl.block->copies().commit(tl.block->thread());
}

void copy_async_wait(int pending) {
  tl.block->copies().wait(tl.block->thread(), pending);
}

}  // namespace impasto::simt
