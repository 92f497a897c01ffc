#include "tensor/simt/async_copies.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tensor/error.h"
#include "tensor/simt/block.h"

namespace impasto::simt {
namespace {

constexpr std::size_t kBytes = 16;

bool aligned(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % kBytes == 0;
}

}  // namespace

void AsyncCopies::begin_block(int threads) {
  if (threads_.size() < static_cast<std::size_t>(threads)) {
    threads_.resize(static_cast<std::size_t>(threads));
  }
  if (!used_) return;
  for (OfThread& thread : threads_) {
    thread.items.clear();
    thread.group = 0;
  }
  used_ = false;
}

void AsyncCopies::begin(Block& block, const AsyncCopy& copy, Where where) {
  const bool reads = copy.source_bytes > 0;
  if (!aligned(copy.shared) || (reads && !aligned(copy.source)) || copy.source_bytes < 0 ||
      copy.source_bytes > static_cast<int>(kBytes)) {
    block.fail(
        fmt::format("{} copies {} bytes from {} to {} in {}:{}: both must be 16-byte aligned",
                    block.name_of(block.thread()), copy.source_bytes, copy.source, copy.shared,
                    where.file, where.line));
  }
  // Looked at here, so that AddressSanitizer names the right line; written from now on, for races.
  char probe[kBytes];
  std::memcpy(probe, copy.shared, kBytes);
  if (reads) std::memcpy(probe, copy.source, static_cast<std::size_t>(copy.source_bytes));
  note_access(copy.shared, kBytes, Access::write);
  used_ = true;
  const Order order = block.schedule().order();
  const bool chance = order == Order::random || order == Order::priorities;
  if (chance && (block.schedule().random() >> 63) != 0) {
    finish(copy);
    return;
  }
  OfThread& thread = threads_[static_cast<std::size_t>(block.thread())];
  thread.items.push_back({copy, thread.group});
}

void AsyncCopies::commit(int thread) {
  ++threads_[static_cast<std::size_t>(thread)].group;
  used_ = true;
}

void AsyncCopies::wait(int thread, int pending) {
  OfThread& own = threads_[static_cast<std::size_t>(thread)];
  const int done = own.group - pending;  // groups before this one must be finished
  const auto rest = std::find_if(own.items.begin(), own.items.end(),
                                 [&](const Item& item) { return item.group >= done; });
  for (auto item = own.items.begin(); item != rest; ++item) finish(item->copy);
  own.items.erase(own.items.begin(), rest);
}

void AsyncCopies::finish(const AsyncCopy& copy) {
  char bytes[kBytes] = {};
  if (copy.source_bytes > 0) {
    const auto count = static_cast<std::size_t>(copy.source_bytes);
    note_access(copy.source, count, Access::read);
    std::memcpy(bytes, copy.source, count);
  }
  note_access(copy.shared, kBytes, Access::write);
  std::memcpy(copy.shared, bytes, kBytes);
}

}  // namespace impasto::simt
