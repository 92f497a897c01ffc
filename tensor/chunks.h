// Chunks of memory, cut into blocks: where a block lies, not what is in it. A request takes the
// smallest free block that fits and leaves the rest of it free; free neighbours within a chunk are
// joined. Small requests and large ones have chunks of their own: a scalar does not cut a hole into
// the place of a feature map. A request looks at every block, which is as fast as it must be for
// what is done once a recording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace impasto {

struct Chunk {
  void* data;
  std::size_t bytes;
};

class Chunks {
 public:
  // 256-byte aligned if the chunks are; nullptr when no free block fits.
  void* take(std::size_t bytes);
  bool give_back(void* pointer) noexcept;  // false when it is not a block in use

  // How large a chunk to add for a request of `bytes` that does not fit.
  static std::size_t chunk_bytes(std::size_t bytes);
  void add(const Chunk& chunk, std::size_t bytes);
  // A chunk of which nothing is in use; it is not ours any more.
  std::optional<Chunk> remove_unused() noexcept;
  bool empty() const { return blocks_.empty(); }

 private:
  struct Block {
    std::size_t bytes;
    bool small;  // in a chunk for small requests
    bool first;  // of its chunk
    bool free;
  };
  using Blocks = std::map<std::uintptr_t, Block>;  // of all chunks, by address

  void join_next(Blocks::iterator block) noexcept;

  Blocks blocks_;
};

}  // namespace impasto
