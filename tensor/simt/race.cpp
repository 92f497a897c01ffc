#include "tensor/simt/race.h"

#include <bit>
#include <cstring>
#include <mutex>

#include <dlfcn.h>

#include "tensor/error.h"
#include "tensor/simt/block.h"
#include "tensor/simt/race_between_blocks.h"

namespace impasto::simt {
namespace {

constexpr std::uintptr_t kWord = 4;
constexpr unsigned kWholeWord = 0xf;

bool within(const void* address, const void* begin, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(begin) <
         bytes;
}

const void* pointer(std::uintptr_t address) {
  return reinterpret_cast<const void*>(address);
}

}  // namespace

RaceDetector::RaceDetector(const Block& block, const SharedMemory& shared, const FiberPool& fibers)
    : block_(block), shared_(shared), fibers_(fibers) {}

void RaceDetector::begin_launch(const Launch& launch, LaunchRaces& launch_races) {
  launch_ = &launch;
  launch_races_ = &launch_races;
}

void RaceDetector::begin_block(std::uint64_t number) {
  number_ = number;
  words_.clear();
  bytes_.clear();
  epoch_ = 1;
  warp_epochs_ = 0;
  warp_epoch_.fill(0);
  fences_ = 0;
  finding_.clear();
}

// What is a thread's own, or constant: its stack, threadIdx and the like, the arguments.
bool RaceDetector::ignored(const void* address) const {
  return fibers_.on_stacks(address) || within(address, &tl, sizeof(tl)) ||
         within(address, launch_->arguments, launch_->arguments_bytes);
}

void RaceDetector::access(const void* address, std::size_t bytes, const AccessKind& kind) {
  if (ignored(address) || found()) return;
  auto at = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t end = at + bytes;
  while (at < end) {
    const std::uintptr_t next = std::min(end, (at / kWord + 1) * kWord);
    const unsigned first = at % kWord, count = static_cast<unsigned>(next - at);
    access_word(at / kWord, (kWholeWord >> (kWord - count)) << first, kind);
    at = next;
  }
}

void RaceDetector::access_word(std::uintptr_t word, unsigned mask, const AccessKind& kind) {
  RaceCell& cell = words_.at(word);
  if (!cell.split) {
    if (mask == kWholeWord) {
      update(word * kWord, cell, kind);
      return;
    }
    cell.split = true;
    for (std::uintptr_t byte = 0; byte < kWord; ++byte) {
      RaceCell& part = bytes_.at(word * kWord + byte);
      part = cell;
      part.split = false;
    }
  }
  for (std::uintptr_t byte = 0; byte < kWord; ++byte) {
    if ((mask >> byte & 1u) == 0) continue;
    update(word * kWord + byte, bytes_.at(word * kWord + byte), kind);
  }
}

bool RaceDetector::ordered(const AccessRecord& before, const AccessRecord& now) const {
  if (before.epoch != now.epoch) return true;  // also when there was none
  if (before.atomic && now.atomic) return true;
  if (before.warp != now.warp) return false;
  return before.warp_epoch != now.warp_epoch || std::has_single_bit(before.lanes | now.lanes);
}

void RaceDetector::update(std::uintptr_t address, RaceCell& cell, const AccessKind& kind) {
  const AccessRecord now{.epoch = epoch_,
                         .warp_epoch = warp_epoch_[warp_],
                         .lanes = kind.by == By::warp ? ~0u : lane_,
                         .warp = warp_,
                         .atomic = kind.access == Access::atomic,
                         .fences = fences_,
                         .pc = kind.pc};
  const bool writes = kind.access != Access::read;
  if (!ordered(cell.write, now)) return report(address, cell.write, true, now, writes);
  if (!writes) return note_read(cell, now);
  for (const AccessRecord& read : cell.reads) {
    if (!ordered(read, now)) return report(address, read, false, now, true);
  }
  const bool joins = cell.write.epoch == now.epoch && cell.write.warp == now.warp &&
                     cell.write.warp_epoch == now.warp_epoch && cell.write.atomic == now.atomic;
  const std::uint32_t lanes = joins ? cell.write.lanes | now.lanes : now.lanes;
  cell.write = now;
  cell.write.lanes = lanes;
}

void RaceDetector::note_read(RaceCell& cell, const AccessRecord& now) {
  AccessRecord& last = cell.reads[0];
  if (last.warp != now.warp && last.epoch != 0) cell.reads[1] = last;
  const bool joins =
      last.epoch == now.epoch && last.warp == now.warp && last.warp_epoch == now.warp_epoch;
  const std::uint32_t lanes = joins ? last.lanes | now.lanes : now.lanes;
  last = now;
  last.lanes = lanes;
}

std::string RaceDetector::describe(const AccessRecord& record, bool writes) const {
  std::string who;
  if (std::has_single_bit(record.lanes)) {
    who = block_.name_of(record.warp * kWarp + std::countr_zero(record.lanes));
  } else {
    who = fmt::format("warp {}, lanes {:#010x},", record.warp, record.lanes);
  }
  const char* what = record.atomic ? "updates it atomically" : writes ? "writes" : "reads";
  return fmt::format("{} {} at {}", who, what, text_of_pc(record.pc));
}

void RaceDetector::report(std::uintptr_t address, const AccessRecord& before, bool before_writes,
                          const AccessRecord& now, bool now_writes) {
  const std::string place = shared_.describe(pointer(address));
  finding_ = fmt::format("data race on {}: {}; {}; no barrier between them",
                         place.empty() ? fmt::format("global memory, address {}", pointer(address))
                                       : "shared memory, " + place,
                         describe(before, before_writes), describe(now, now_writes));
}

void RaceDetector::end_block() {
  if (found()) return;
  const LaunchRaces::Who who{static_cast<std::uint32_t>(number_), fences_};
  const auto add = [&](std::uintptr_t word, unsigned mask, const RaceCell& cell) {
    if (found() || within(pointer(word * kWord), shared_.begin(), SharedMemory::capacity())) return;
    finding_ = launch_races_->add(who, word, mask, cell);
  };
  const std::lock_guard lock(launch_races_->mutex());
  words_.for_each([&](std::uintptr_t word, const RaceCell& cell) {
    if (!cell.split) add(word, kWholeWord, cell);
  });
  bytes_.for_each([&](std::uintptr_t byte, const RaceCell& cell) {
    add(byte / kWord, 1u << byte % kWord, cell);
  });
}

std::string text_of_pc(const void* pc) {
  Dl_info info;
  if (::dladdr(pc, &info) == 0 || info.dli_fname == nullptr) return fmt::format("{}", pc);
  const char* slash = std::strrchr(info.dli_fname, '/');
  // The address after the call: one less is in it.
  const auto offset =
      static_cast<const char*>(pc) - static_cast<const char*>(info.dli_fbase) - std::ptrdiff_t{1};
  std::string text = fmt::format("{}+{:#x}", slash == nullptr ? info.dli_fname : slash + 1, offset);
  if (info.dli_sname != nullptr) text += fmt::format(" ({})", info.dli_sname);
  return text;
}

}  // namespace impasto::simt
