#include "tensor/simt/race_between_blocks.h"

#include "tensor/error.h"
#include "tensor/simt/race.h"

namespace impasto::simt {

bool LaunchRaces::conflict(const Accesses& before, const Accesses& now) {
  if (before.block == kNobody || before.block == now.block) return false;
  if (before.atomic && now.atomic) return false;
  return !(before.fenced_after && now.fenced_before) && !(now.fenced_after && before.fenced_before);
}

void LaunchRaces::merge(Accesses& all, const Accesses& now) {
  if (all.block == kNobody) {
    all = now;
    return;
  }
  if (all.block != now.block) all.block = kSeveral;
  all.atomic = all.atomic && now.atomic;
  all.fenced_before = all.fenced_before && now.fenced_before;
  all.fenced_after = all.fenced_after && now.fenced_after;
}

LaunchRaces::Accesses LaunchRaces::of(Who who, const AccessRecord& record) {
  return {who.block, record.atomic, record.fences > 0, record.fences < who.fences, record.pc};
}

std::string LaunchRaces::text(std::uintptr_t address, const Accesses& before, const Accesses& now) {
  const std::string other =
      before.block == kSeveral ? "other blocks" : fmt::format("block {}", before.block);
  return fmt::format(
      "data race between blocks on global memory, address {:#x}: {} at {}; block {} at {}", address,
      other, text_of_pc(before.pc), now.block, text_of_pc(now.pc));
}

std::string LaunchRaces::add_to(Cell& all, Who who, std::uintptr_t address, const RaceCell& cell) {
  if (cell.write.epoch != 0) {
    const Accesses now = of(who, cell.write);
    if (conflict(all.writes, now)) return text(address, all.writes, now);
    if (conflict(all.reads, now)) return text(address, all.reads, now);
    merge(all.writes, now);
  }
  for (const AccessRecord& read : cell.reads) {
    if (read.epoch == 0) continue;
    const Accesses now = of(who, read);
    if (conflict(all.writes, now)) return text(address, all.writes, now);
    merge(all.reads, now);
  }
  return {};
}

std::string LaunchRaces::add(Who who, std::uintptr_t word, unsigned mask, const RaceCell& cell) {
  constexpr unsigned kWord = 4, kWholeWord = 0xf;
  Cell& all = words_.at(word);
  if (!all.split) {
    if (mask == kWholeWord) return add_to(all, who, word * kWord, cell);
    all.split = true;
    for (unsigned byte = 0; byte < kWord; ++byte) {
      Cell& part = bytes_.at(word * kWord + byte);
      part = all;
      part.split = false;
    }
  }
  for (unsigned byte = 0; byte < kWord; ++byte) {
    if ((mask >> byte & 1u) == 0) continue;
    const std::uintptr_t address = word * kWord + byte;
    std::string found = add_to(bytes_.at(address), who, address, cell);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace impasto::simt
