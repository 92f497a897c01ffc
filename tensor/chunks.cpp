#include "tensor/chunks.h"

#include <algorithm>
#include <iterator>

namespace impasto {
namespace {

constexpr std::size_t kAlignment = 256;                    // what CUDA gives
constexpr std::size_t kSmall = std::size_t{256} << 10;     // the most that counts as small
constexpr std::size_t kSmallChunk = std::size_t{2} << 20;  // a page of a GPU

// Never nothing.
std::size_t block_bytes(std::size_t bytes) {
  return std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
}

std::uintptr_t address_of(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

void* pointer_to(std::uintptr_t address) {
  return reinterpret_cast<void*>(address);
}

}  // namespace

std::size_t Chunks::chunk_bytes(std::size_t bytes) {
  return bytes <= kSmall ? kSmallChunk : block_bytes(bytes);
}

void Chunks::add(const Chunk& chunk, std::size_t bytes) {
  blocks_.emplace(
      address_of(chunk.data),
      Block{.bytes = chunk.bytes, .small = bytes <= kSmall, .first = true, .free = true});
}

void* Chunks::take(std::size_t bytes) {
  const std::size_t wanted = block_bytes(bytes);
  const bool small = bytes <= kSmall;
  auto best = blocks_.end();
  for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
    const Block& at = block->second;
    if (!at.free || at.small != small || at.bytes < wanted) continue;
    if (best == blocks_.end() || at.bytes < best->second.bytes) best = block;
  }
  if (best == blocks_.end()) return nullptr;
  auto& [address, block] = *best;
  if (block.bytes > wanted) {
    blocks_.emplace(
        address + wanted,
        Block{.bytes = block.bytes - wanted, .small = small, .first = false, .free = true});
    block.bytes = wanted;
  }
  block.free = false;
  return pointer_to(address);
}

bool Chunks::give_back(void* pointer) noexcept {
  const auto found = blocks_.find(address_of(pointer));
  if (found == blocks_.end() || found->second.free) return false;
  found->second.free = true;
  join_next(found);
  if (!found->second.first && std::prev(found)->second.free) join_next(std::prev(found));
  return true;
}

void Chunks::join_next(Blocks::iterator block) noexcept {
  const auto next = std::next(block);
  if (next == blocks_.end() || next->second.first || !next->second.free) return;
  block->second.bytes += next->second.bytes;
  blocks_.erase(next);
}

std::optional<Chunk> Chunks::remove_unused() noexcept {
  for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
    const auto next = std::next(block);
    const bool whole = block->second.first && (next == blocks_.end() || next->second.first);
    if (!whole || !block->second.free) continue;
    const Chunk chunk = {pointer_to(block->first), block->second.bytes};
    blocks_.erase(block);
    return chunk;
  }
  return std::nullopt;
}

}  // namespace impasto
