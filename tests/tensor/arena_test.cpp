#include "tensor/arena.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/random.h"

namespace impasto {
namespace {

constexpr std::size_t kMega = std::size_t{1} << 20;

TEST_CASE("an arena gives the same memory to the same requests again") {
  Arena arena;
  std::vector<void*> first;
  for (int round = 0; round < 3; ++round) {
    std::vector<void*> blocks;
    for (std::size_t i = 1; i <= 5; ++i) {
      blocks.push_back(arena.allocate(i * kMega));
      std::memset(blocks.back(), static_cast<int>(i), i * kMega);
    }
    if (round == 0) first = blocks;
    CHECK(blocks == first);
    for (std::size_t i = 1; i <= 5; ++i) {
      const auto* bytes = static_cast<const unsigned char*>(blocks[i - 1]);
      CHECK(bytes[0] == i);
      CHECK(bytes[i * kMega - 1] == i);
      arena.deallocate(blocks[i - 1], i * kMega);
    }
    CHECK(arena.free_bytes() == arena.held_bytes());
  }
}

TEST_CASE("freed neighbours become one block, in whatever order they are freed") {
  for (const auto& order : {std::vector<std::size_t>{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}}) {
    Arena arena;
    std::vector<void*> blocks;
    for (int i = 0; i < 3; ++i) blocks.push_back(arena.allocate(20 * kMega));
    const std::size_t held = arena.held_bytes();
    for (std::size_t i : order) arena.deallocate(blocks[i], 20 * kMega);
    void* whole = arena.allocate(60 * kMega);
    CHECK(arena.held_bytes() == held);
    arena.deallocate(whole, 60 * kMega);
  }
}

TEST_CASE("blocks of a random history are aligned and never overlap") {
  Arena arena;
  struct Block {
    unsigned char* at;
    std::size_t bytes;
    unsigned char mark;
  };
  std::vector<Block> live;
  const auto marked = [](const Block& b) {
    return b.at[0] == b.mark && b.at[b.bytes - 1] == b.mark;
  };
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint32_t dice = philox(7, i)[0];
    if (live.size() > 20 || (dice % 3 == 0 && !live.empty())) {
      const std::size_t victim = dice / 3 % live.size();
      CHECK(marked(live[victim]));
      arena.deallocate(live[victim].at, live[victim].bytes);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(victim));
    } else {
      const std::size_t bytes = 1 + dice % (3 * kMega);
      const Lifetime lifetime = dice % 5 == 0 ? Lifetime::lasting : Lifetime::passing;
      auto* at = static_cast<unsigned char*>(arena.allocate(bytes, lifetime));
      CHECK(reinterpret_cast<std::uintptr_t>(at) % 64 == 0);
      live.push_back({at, bytes, static_cast<unsigned char>(i)});
      at[0] = at[bytes - 1] = live.back().mark;
    }
  }
  for (const Block& block : live) {
    CHECK(marked(block));
    arena.deallocate(block.at, block.bytes);
  }
  CHECK(arena.free_bytes() == arena.held_bytes());
}

TEST_CASE("a large block grows out of the free end of what is held") {
  Arena arena;
  void* first = arena.allocate(50 * kMega);
  arena.deallocate(first, 50 * kMega);
  void* larger = arena.allocate(500 * kMega);
  CHECK(larger == first);
  CHECK(arena.held_bytes() < 600 * kMega);
  arena.deallocate(larger, 500 * kMega);
}

TEST_CASE("what lasts does not stand between what comes and goes") {
  Arena arena;
  void* before = arena.allocate(20 * kMega);
  void* lasting = arena.allocate(10 * kMega, Lifetime::lasting);
  void* after = arena.allocate(20 * kMega);
  std::memset(lasting, 1, 10 * kMega);
  arena.deallocate(before, 20 * kMega);
  arena.deallocate(after, 20 * kMega);
  const std::size_t held = arena.held_bytes();
  void* whole = arena.allocate(40 * kMega);
  CHECK(whole == before);
  CHECK(arena.held_bytes() == held);
  // Nor does the next one that lasts take new addresses while there are freed ones.
  arena.deallocate(lasting, 10 * kMega);
  CHECK(arena.allocate(10 * kMega, Lifetime::lasting) == lasting);
  arena.deallocate(lasting, 10 * kMega);
  arena.deallocate(whole, 40 * kMega);
  CHECK(arena.free_bytes() == arena.held_bytes());
}

TEST_CASE("what the system cannot give is a null pointer") {
  Arena arena;
  CHECK(arena.allocate(std::size_t{1} << 62) == nullptr);
  void* small = arena.allocate(100);
  CHECK(small != nullptr);
  arena.deallocate(small, 100);
}

}  // namespace
}  // namespace impasto
