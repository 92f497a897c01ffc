// Blocks are cut from chunks, joined, and never overlap. The chunks here are addresses only.
#include "tensor/chunks.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <doctest/doctest.h>

namespace impasto {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

void* at(std::size_t address) {
  return reinterpret_cast<void*>(address);
}

TEST_CASE("chunks: a block that is given back is found again, and cut, and joined") {
  Chunks chunks;
  CHECK(chunks.take(4 * kMiB) == nullptr);
  CHECK(Chunks::chunk_bytes(4 * kMiB) == 4 * kMiB);
  CHECK(Chunks::chunk_bytes(4 * kMiB + 1) == 4 * kMiB + 256);
  chunks.add({at(kMiB), 4 * kMiB}, 4 * kMiB);
  CHECK(chunks.take(4 * kMiB) == at(kMiB));
  CHECK(chunks.take(kMiB) == nullptr);
  CHECK_FALSE(chunks.remove_unused());
  CHECK(chunks.give_back(at(kMiB)));
  CHECK_FALSE(chunks.give_back(at(kMiB)));
  CHECK_FALSE(chunks.give_back(at(kMiB + 256)));

  void* const first = chunks.take(kMiB);
  void* const second = chunks.take(2 * kMiB - 100);
  void* const third = chunks.take(kMiB);
  CHECK(first == at(kMiB));
  CHECK(second == at(2 * kMiB));
  CHECK(third == at(4 * kMiB));
  CHECK(chunks.give_back(first));
  CHECK(chunks.give_back(third));
  CHECK(chunks.take(2 * kMiB) == nullptr);
  CHECK(chunks.give_back(second));  // joined with both
  CHECK(chunks.take(4 * kMiB) == at(kMiB));
}

TEST_CASE("chunks: the smallest block that fits is taken, and neighbouring chunks stay apart") {
  Chunks chunks;
  chunks.add({at(kMiB), 8 * kMiB}, 8 * kMiB);
  chunks.add({at(9 * kMiB), 2 * kMiB}, 2 * kMiB);
  CHECK(chunks.take(2 * kMiB) == at(9 * kMiB));
  CHECK(chunks.take(kMiB) == at(kMiB));
  CHECK(chunks.give_back(at(kMiB)));
  CHECK(chunks.give_back(at(9 * kMiB)));
  CHECK(chunks.take(10 * kMiB) == nullptr);
  std::size_t removed = 0;
  while (const auto chunk = chunks.remove_unused()) removed += chunk->bytes;
  CHECK(removed == 10 * kMiB);
  CHECK(chunks.empty());
}

TEST_CASE("chunks: small requests have chunks of their own") {
  Chunks chunks;
  chunks.add({at(kMiB), 8 * kMiB}, 8 * kMiB);
  CHECK(chunks.take(0) == nullptr);
  const std::size_t bytes = Chunks::chunk_bytes(4);
  CHECK(Chunks::chunk_bytes(0) == bytes);
  chunks.add({at(16 * kMiB), bytes}, 4);
  CHECK(chunks.take(0) == at(16 * kMiB));
  CHECK(chunks.take(1) == at(16 * kMiB + 256));
  CHECK(chunks.take(257) == at(16 * kMiB + 512));
  CHECK(chunks.take(4) == at(16 * kMiB + 1024));
  CHECK(chunks.take(8 * kMiB) == at(kMiB));
}

TEST_CASE("chunks: blocks in use never overlap, whatever the order") {
  struct Used {
    std::size_t begin, bytes;
  };
  Chunks chunks;
  std::mt19937 random(1);
  std::vector<Used> used;
  std::size_t next_chunk = kMiB, held = 0, removed = 0;
  for (int i = 0; i < 3000; ++i) {
    if (!used.empty() && random() % 2 == 0) {
      const std::size_t which = random() % used.size();
      CHECK(chunks.give_back(at(used[which].begin)));
      used.erase(used.begin() + static_cast<std::ptrdiff_t>(which));
      continue;
    }
    const std::size_t bytes = random() % 3 == 0 ? random() % 5000 : random() % (8 * kMiB);
    void* block = chunks.take(bytes);
    if (block == nullptr) {
      const std::size_t size = Chunks::chunk_bytes(bytes);
      chunks.add({at(next_chunk), size}, bytes);
      next_chunk += size;
      held += size;
      block = chunks.take(bytes);
    }
    const auto begin = reinterpret_cast<std::size_t>(block);
    CHECK(begin % 256 == 0);
    CHECK(std::none_of(used.begin(), used.end(), [&](const Used& other) {
      return begin < other.begin + other.bytes && other.begin < begin + bytes;
    }));
    used.push_back({begin, bytes});
  }
  for (const Used& each : used) CHECK(chunks.give_back(at(each.begin)));
  while (const auto chunk = chunks.remove_unused()) removed += chunk->bytes;
  CHECK(removed == held);
}

}  // namespace
}  // namespace impasto
