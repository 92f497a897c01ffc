#include "tensor/graph_memory.h"

#include <algorithm>
#include <utility>

#include "tensor/allocator.h"
#include "tensor/error.h"

namespace impasto {

struct GraphMemories::Graph {
  struct Freed {
    void* pointer;
    std::size_t bytes;
  };
  struct Owner {
    const void* key;
    std::shared_ptr<const void> owner;
  };
  Chunks chunks;
  std::vector<Freed> freed;   // by others' owners, who do not know that replays read it
  std::vector<Owner> owners;  // of what may be freed after the recording
  bool destroyed = false;
};

GraphMemories::GraphMemories(Allocator& allocator) : allocator_(allocator), count_(0) {}

GraphMemories::~GraphMemories() = default;

bool GraphMemories::recording() const {
  if (recording_.load() == nullptr) return false;
  if (thread_ != std::this_thread::get_id()) {
    throw Error("a device is used while another thread records what is done there");
  }
  return true;
}

GraphMemories::Graph* GraphMemories::begin() {
  constexpr std::size_t kRoom = 1024;  // more than any work frees; deallocate() must not throw
  auto graph = std::make_unique<Graph>();
  graph->freed.reserve(kRoom);
  const auto refuse_two = [this] {
    if (recording()) throw Error("a recording begins while the device is recording");
  };
  refuse_two();
  allocator_.do_begin_recording();
  const std::lock_guard lock(mutex_);
  refuse_two();
  thread_ = std::this_thread::get_id();
  graphs_.push_back(std::move(graph));
  count_.store(graphs_.size());
  recording_.store(graphs_.back().get());
  return graphs_.back().get();
}

void GraphMemories::end() noexcept {
  const std::lock_guard lock(mutex_);
  recording_.store(nullptr);
  remove_unused();
}

void* GraphMemories::allocate(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  Chunks& chunks = recording_.load()->chunks;
  void* const pointer = chunks.take(bytes);
  if (pointer != nullptr) return pointer;
  add_chunk(chunks, bytes);
  return chunks.take(bytes);
}

void GraphMemories::add_chunk(Chunks& chunks, std::size_t bytes) {
  const std::size_t size = Chunks::chunk_bytes(bytes);
  chunks.add({allocator_.allocate_chunk(size), size}, bytes);
}

bool GraphMemories::deallocate(void* pointer, std::size_t bytes) noexcept {
  if (count_.load() == 0) return false;
  const std::lock_guard lock(mutex_);
  Graph* const recording = recording_.load();
  if (recording != nullptr) {
    if (!recording->chunks.give_back(pointer)) recording->freed.push_back({pointer, bytes});
    return true;
  }
  for (const std::unique_ptr<Graph>& graph : graphs_) {
    if (!graph->chunks.give_back(pointer)) continue;
    if (graph->destroyed) remove_unused();
    return true;
  }
  return false;
}

void GraphMemories::keep(const void* key, std::shared_ptr<const void> owner) {
  const std::lock_guard lock(mutex_);
  std::vector<Graph::Owner>& owners = recording_.load()->owners;
  const bool known = std::any_of(owners.begin(), owners.end(),
                                 [&](const Graph::Owner& kept) { return kept.key == key; });
  if (!known) owners.push_back({key, std::move(owner)});
}

// What it kept is given back outside of the lock, because that asks us again.
void GraphMemories::destroy(Graph* graph) noexcept {
  std::vector<Graph::Owner> owners;
  std::vector<Graph::Freed> freed;
  {
    const std::lock_guard lock(mutex_);
    owners.swap(graph->owners);
    freed.swap(graph->freed);
  }
  owners.clear();
  for (const Graph::Freed& memory : freed) allocator_.deallocate(memory.pointer, memory.bytes);
  const std::lock_guard lock(mutex_);
  graph->destroyed = true;
  remove_unused();
}

void GraphMemories::remove_unused() noexcept {
  if (recording_.load() != nullptr) return;
  std::erase_if(graphs_, [&](const std::unique_ptr<Graph>& graph) {
    if (!graph->destroyed) return false;
    while (const std::optional<Chunk> chunk = graph->chunks.remove_unused()) {
      allocator_.deallocate_chunk(chunk->data, chunk->bytes);
    }
    return graph->chunks.empty();
  });
  count_.store(graphs_.size());
}

GraphMemory::GraphMemory(Allocator& allocator)
    : memories_(allocator.graphs()), graph_(memories_.begin()) {}

void GraphMemory::reserve(std::size_t bytes) {
  const std::lock_guard lock(memories_.mutex_);
  memories_.add_chunk(graph_->chunks, bytes);
}

GraphMemory::~GraphMemory() {
  end();
  memories_.destroy(graph_);
}

void GraphMemory::end() noexcept {
  if (std::exchange(recording_, false)) memories_.end();
}

}  // namespace impasto
