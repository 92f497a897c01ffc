#include "tensor/simt/atomics.h"

#include <bit>
#include <cstdint>

#include "tensor/simt/calls.h"

namespace impasto::simt {
namespace {

// Replaces the value by next(value) and returns the old one.
template <class Bits, class Next>
Bits replace(Bits* address, Next next) {
  note_access(address, sizeof(Bits), Access::atomic);
  Bits old = __atomic_load_n(address, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(address, &old, next(old), true, __ATOMIC_SEQ_CST,
                                      __ATOMIC_RELAXED)) {
  }
  return old;
}

template <class Bits, class Value>
Value add_floating(Value* address, Value value) {
  return std::bit_cast<Value>(replace(reinterpret_cast<Bits*>(address), [value](Bits old) {
    return std::bit_cast<Bits>(std::bit_cast<Value>(old) + value);
  }));
}

template <class T>
T add_integer(T* address, T value) {
  note_access(address, sizeof(T), Access::atomic);
  return __atomic_fetch_add(address, value, __ATOMIC_SEQ_CST);
}

template <class T>
T exchange(T* address, T value) {
  note_access(address, sizeof(T), Access::atomic);
  return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);
}

template <class T>
T compare(T* address, T expected, T value) {
  return replace(address, [=](T old) { return old == expected ? value : old; });
}

}  // namespace

int atomic_add(int* address, int value) {
  return add_integer(address, value);
}
unsigned atomic_add(unsigned* address, unsigned value) {
  return add_integer(address, value);
}
unsigned long long atomic_add(unsigned long long* address, unsigned long long value) {
  return add_integer(address, value);
}
float atomic_add(float* address, float value) {
  return add_floating<std::uint32_t>(address, value);
}
double atomic_add(double* address, double value) {
  return add_floating<std::uint64_t>(address, value);
}

int atomic_min(int* address, int value) {
  return replace(address, [=](int old) { return old < value ? old : value; });
}
unsigned atomic_min(unsigned* address, unsigned value) {
  return replace(address, [=](unsigned old) { return old < value ? old : value; });
}
int atomic_max(int* address, int value) {
  return replace(address, [=](int old) { return old > value ? old : value; });
}
unsigned atomic_max(unsigned* address, unsigned value) {
  return replace(address, [=](unsigned old) { return old > value ? old : value; });
}
unsigned atomic_or(unsigned* address, unsigned value) {
  return replace(address, [=](unsigned old) { return old | value; });
}
unsigned atomic_and(unsigned* address, unsigned value) {
  return replace(address, [=](unsigned old) { return old & value; });
}

int atomic_exchange(int* address, int value) {
  return exchange(address, value);
}
unsigned atomic_exchange(unsigned* address, unsigned value) {
  return exchange(address, value);
}
unsigned long long atomic_exchange(unsigned long long* address, unsigned long long value) {
  return exchange(address, value);
}
float atomic_exchange(float* address, float value) {
  return std::bit_cast<float>(
      exchange(reinterpret_cast<std::uint32_t*>(address), std::bit_cast<std::uint32_t>(value)));
}

int atomic_compare(int* address, int expected, int value) {
  return compare(address, expected, value);
}
unsigned atomic_compare(unsigned* address, unsigned expected, unsigned value) {
  return compare(address, expected, value);
}
unsigned long long atomic_compare(unsigned long long* address, unsigned long long expected,
                                  unsigned long long value) {
  return compare(address, expected, value);
}

}  // namespace impasto::simt
