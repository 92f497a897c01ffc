#include "tensor/simt/fiber.h"

#include <boost/context/detail/fcontext.hpp>
#include <sys/mman.h>

#include "tensor/error.h"
#include "tensor/simt/sanitizer.h"

namespace impasto::simt {
namespace {

namespace context = boost::context::detail;

constexpr std::size_t kPage = 4096;
constexpr std::size_t kStack = (kAddressSanitizer ? 512 : 128) * 1024;
constexpr std::size_t kStride = kStack + kPage;  // the guard page is the lowest
constexpr std::size_t kMost = 1025;              // threads of a block, and one being handed over
// Stacks begin at different places of their page: equal ones would fight for the same cache sets.
constexpr std::size_t kColours = 15, kColourBytes = 256;

// What the first switch to a fiber runs. Its frame stays for the fiber's life, and the fiber may go
// on on another OS thread: nothing thread-local is touched here.
void enter(context::transfer_t transfer) {
  Fiber& from = *static_cast<Fiber*>(transfer.data);
  from.context = transfer.fctx;
  Fiber& self = *from.target;
  finish_switch(nullptr, &from.stack, &from.stack_bytes);
  self.body(self.owner);
}

}  // namespace

void switch_fiber(Fiber& from, Fiber& to) {
  from.target = &to;
  start_switch(&from.fake_stack, to.stack, to.stack_bytes);
  const context::transfer_t transfer = context::jump_fcontext(to.context, &from);
  Fiber& last = *static_cast<Fiber*>(transfer.data);
  last.context = transfer.fctx;
  finish_switch(from.fake_stack, &last.stack, &last.stack_bytes);
}

FiberPool::FiberPool(void (*body)(void* owner), void* owner)
    : body_(body), owner_(owner), reserved_bytes_(kMost * kStride) {
  void* memory = ::mmap(nullptr, reserved_bytes_, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw OutOfMemory(reserved_bytes_, 0);
  base_ = static_cast<char*>(memory);
}

FiberPool::~FiberPool() {
  for (const auto& fiber : fibers_) unpoison(fiber->stack, fiber->stack_bytes);
  ::munmap(base_, reserved_bytes_);
}

void FiberPool::prepare(Fiber& fiber) {
  char* top = static_cast<char*>(const_cast<void*>(fiber.stack)) + fiber.stack_bytes;
  fiber.context = context::make_fcontext(top, fiber.stack_bytes, enter);
  fiber.fake_stack = nullptr;
}

Fiber& FiberPool::take() {
  if (!idle_.empty()) {
    Fiber& fiber = *idle_.back();
    idle_.pop_back();
    return fiber;
  }
  const std::size_t index = fibers_.size();
  IMPASTO_CHECK(index < kMost, "simt: more than {} fibers", kMost);
  char* stack = base_ + index * kStride + kPage;
  if (::mprotect(stack, kStack, PROT_READ | PROT_WRITE) != 0) throw OutOfMemory(kStack, 0);
  auto fiber = std::make_unique<Fiber>();
  fiber->body = body_;
  fiber->owner = owner_;
  fiber->stack = stack;
  fiber->stack_bytes = kStack - index % kColours * kColourBytes;
  prepare(*fiber);
  fibers_.push_back(std::move(fiber));
  return *fibers_.back();
}

void FiberPool::restart_all() {
  idle_.clear();
  for (const auto& fiber : fibers_) {
    unpoison(fiber->stack, fiber->stack_bytes);
    prepare(*fiber);
    idle_.push_back(fiber.get());
  }
}

}  // namespace impasto::simt
