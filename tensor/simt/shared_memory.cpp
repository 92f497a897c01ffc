#include "tensor/simt/shared_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "tensor/error.h"
#include "tensor/simt/sanitizer.h"

namespace impasto::simt {
namespace {

constexpr std::size_t kAlignment = 16;
constexpr std::size_t kZone = 512;  // a row or so: an index that is off by a row lands in it
constexpr std::size_t kMostSlots = 64;
constexpr int kPoison = 0xff;  // NaN in every floating-point type
// Between slots, in a build without AddressSanitizer: NaN, too, but not what poison looks like.
constexpr std::uint16_t kCanary = 0xfffa;

// Numbers are given out once in the program's life, from 1.
std::mutex numbers_mutex;
std::uint32_t numbers = 0;

char* aligned(char* pointer, std::size_t alignment) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  return pointer + (alignment - address % alignment) % alignment;
}

void close_zone(char* begin, const char* end) {
  if (kAddressSanitizer) {
    poison(begin, static_cast<std::size_t>(end - begin));
    return;
  }
  for (char* at = begin; at < end; ++at) {
    *at = static_cast<char>(kCanary >> (reinterpret_cast<std::uintptr_t>(at) % 2 * 8));
  }
}

// The first byte of a zone that is not as it was, or null.
const char* changed(const char* begin, const char* end) {
  for (; begin < end && reinterpret_cast<std::uintptr_t>(begin) % 8 != 0; ++begin) {
    const auto want =
        static_cast<char>(kCanary >> (reinterpret_cast<std::uintptr_t>(begin) % 2 * 8));
    if (*begin != want) return begin;
  }
  constexpr std::uint64_t kWord = kCanary * 0x0001000100010001u;
  for (; end - begin >= 8; begin += 8) {
    std::uint64_t word;
    std::memcpy(&word, begin, 8);
    if (word == kWord) continue;
    const int bit = __builtin_ctzll(word ^ kWord);
    return begin + bit / 8;
  }
  return nullptr;
}

}  // namespace

std::size_t SharedMemory::capacity() {
  return kLimit + (kMostSlots + 2) * (kZone + kAlignment);
}

SharedMemory::SharedMemory() : allocation_(new char[capacity() + 256]) {
  memory_ = aligned(allocation_.get(), 256);
}

SharedMemory::~SharedMemory() {
  unpoison(allocation_.get(), capacity() + 256);
}

char* SharedMemory::add(std::size_t bytes, const char* name) {
  char* begin = memory_ + used_;
  unpoison(begin, bytes);
  std::memset(begin, kPoison, bytes);
  const std::size_t end = used_ + bytes + kZone;
  used_ = (end + kAlignment - 1) / kAlignment * kAlignment;
  close_zone(begin + bytes, memory_ + used_);
  slots_.push_back({begin, bytes, name});
  return begin;
}

void SharedMemory::begin_launch(std::size_t dynamic_bytes) {
  std::fill(places_.begin(), places_.end(), nullptr);
  slots_.clear();
  static_bytes_ = 0;
  dynamic_bytes_ = dynamic_bytes;
  used_ = kZone;
  close_zone(memory_, memory_ + kZone);
  dynamic_ = dynamic_bytes == 0 ? memory_ + used_ : add(dynamic_bytes, "dynamic shared memory");
}

void SharedMemory::begin_block() {
  for (const Slot& slot : slots_) std::memset(slot.begin, kPoison, slot.bytes);
}

void* SharedMemory::place(SharedSlot& slot, std::size_t bytes, const char* name) {
  std::size_t number;
  {
    const std::lock_guard lock(numbers_mutex);
    if (slot.number == 0) __atomic_store_n(&slot.number, ++numbers, __ATOMIC_RELAXED);
    number = slot.number;
  }
  if (number >= places_.size()) places_.resize(number + 1);
  if (places_[number] != nullptr) return places_[number];
  static_bytes_ += bytes;
  IMPASTO_CHECK(static_bytes_ <= kStaticLimit,
                "static shared memory, {} bytes up to {}, exceeds {}", static_bytes_, name,
                kStaticLimit);
  IMPASTO_CHECK(static_bytes_ + dynamic_bytes_ <= kLimit,
                "{} bytes of static and {} of dynamic shared memory exceed {}", static_bytes_,
                dynamic_bytes_, kLimit);
  IMPASTO_CHECK(slots_.size() < kMostSlots, "more than {} declarations of shared memory",
                kMostSlots);
  return places_[number] = add(bytes, name);
}

std::string SharedMemory::describe(const void* address) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const Slot& slot : slots_) {
    const auto offset = at - reinterpret_cast<std::uintptr_t>(slot.begin);
    if (offset < slot.bytes) return fmt::format("byte {} of {}", offset, slot.name);
  }
  return {};
}

std::string SharedMemory::damage() const {
  if (kAddressSanitizer) return {};
  const char* zone = memory_;
  for (std::size_t i = 0; i <= slots_.size(); ++i) {
    const char* next = i < slots_.size() ? slots_[i].begin : memory_ + used_;
    if (const char* at = changed(zone, next)) {
      const bool before = i == 0 || (i < slots_.size() && next - at < at - zone);
      if (slots_.empty()) return "byte 0";
      const Slot& slot = slots_[before ? i : i - 1];
      return fmt::format("byte {} of {}, which has {}", at - slot.begin, slot.name, slot.bytes);
    }
    if (i < slots_.size()) zone = slots_[i].begin + slots_[i].bytes;
  }
  return {};
}

}  // namespace impasto::simt
