// Memory of recorded work. A recording has addresses in it, so nobody else may use them as long as
// it can be replayed. What is allocated while a device records therefore comes from chunks that
// belong to the recording, and goes back to them, to be used again in the same recording: a replay
// keeps the order. What was allocated before and is freed meanwhile is kept until the recording
// is destroyed. What is allocated meanwhile and still in use then keeps its chunk until it is
// freed.
//
// That a device records is a fact of the device, not of a thread: its work and its memory go
// through one stream, and whatever reaches that stream becomes part of the recording. So that
// nothing gets there by accident, only the thread that began may use the device until the recording
// ends. Others get an Error; they may free memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tensor/chunks.h"

namespace impasto {

class Allocator;

// The recordings of one allocator; it asks them before it does anything itself.
class GraphMemories {
 public:
  struct Graph;

  explicit GraphMemories(Allocator& allocator);
  ~GraphMemories();
  GraphMemories(const GraphMemories&) = delete;
  GraphMemories& operator=(const GraphMemories&) = delete;

  // Throws Error when another thread began it.
  bool recording() const;

  void* allocate(std::size_t bytes);                              // while recording
  bool deallocate(void* pointer, std::size_t bytes) noexcept;     // false: nothing to do with us
  void keep(const void* key, std::shared_ptr<const void> owner);  // while recording

 private:
  friend class GraphMemory;
  Graph* begin();
  void end() noexcept;
  void destroy(Graph* graph) noexcept;
  void add_chunk(Chunks& chunks, std::size_t bytes);
  void remove_unused() noexcept;  // of destroyed ones

  Allocator& allocator_;
  std::atomic<Graph*> recording_{nullptr};
  std::thread::id thread_;          // that began it
  std::atomic<std::size_t> count_;  // of graphs_: most programs never have one
  std::mutex mutex_;
  std::vector<std::unique_ptr<Graph>> graphs_;  // also those destroyed whose memory is in use
};

// The memory of one recording, begun by the constructor. Throws Error when the allocator's device
// is recording already.
class GraphMemory {
 public:
  explicit GraphMemory(Allocator& allocator);
  ~GraphMemory();
  GraphMemory(const GraphMemory&) = delete;
  GraphMemory& operator=(const GraphMemory&) = delete;

  void reserve(std::size_t bytes);  // one chunk of that size
  void end() noexcept;              // of recording

 private:
  GraphMemories& memories_;
  GraphMemories::Graph* graph_;
  bool recording_ = true;
};

}  // namespace impasto
