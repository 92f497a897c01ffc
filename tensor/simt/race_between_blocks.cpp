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

std::string LaunchRaces::text(const Touch& touch, int byte, const Accesses& before,
                              const Accesses& now) {
  const auto address = touch.word * 4 + static_cast<std::uintptr_t>(byte);
  const std::string other =
      before.block == kSeveral ? "other blocks" : fmt::format("block {}", before.block);
  return fmt::format(
      "data race between blocks on global memory, address {:#x}: {} at {}; block {} at {}", address,
      other, text_of_pc(before.pc), touch.block, text_of_pc(now.pc));
}

std::string LaunchRaces::add(const Touch& touch, const RaceCell& cell) {
  const auto of = [&](const AccessRecord& record) {
    return Accesses{touch.block, record.atomic, record.fences > 0, record.fences < touch.fences,
                    record.pc};
  };
  Word& word = words_[touch.word];
  for (int byte = 0; byte < 4; ++byte) {
    if ((touch.mask >> byte & 1u) == 0) continue;
    Accesses& writes = word.writes[static_cast<std::size_t>(byte)];
    Accesses& reads = word.reads[static_cast<std::size_t>(byte)];
    if (cell.write.epoch != 0) {
      const Accesses now = of(cell.write);
      if (conflict(writes, now)) return text(touch, byte, writes, now);
      if (conflict(reads, now)) return text(touch, byte, reads, now);
      merge(writes, now);
    }
    for (const AccessRecord& read : cell.reads) {
      if (read.epoch == 0) continue;
      const Accesses now = of(read);
      if (conflict(writes, now)) return text(touch, byte, writes, now);
      merge(reads, now);
    }
  }
  return {};
}

}  // namespace impasto::simt
