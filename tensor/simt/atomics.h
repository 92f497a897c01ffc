// Atomic operations for kernels. Real ones, because blocks run on several OS threads; the race
// detector hears of them. All return the old value.
#pragma once

namespace impasto::simt {

int atomic_add(int* address, int value);
unsigned atomic_add(unsigned* address, unsigned value);
unsigned long long atomic_add(unsigned long long* address, unsigned long long value);
float atomic_add(float* address, float value);
double atomic_add(double* address, double value);

int atomic_min(int* address, int value);
unsigned atomic_min(unsigned* address, unsigned value);
int atomic_max(int* address, int value);
unsigned atomic_max(unsigned* address, unsigned value);
unsigned atomic_or(unsigned* address, unsigned value);
unsigned atomic_and(unsigned* address, unsigned value);

int atomic_exchange(int* address, int value);
unsigned atomic_exchange(unsigned* address, unsigned value);
unsigned long long atomic_exchange(unsigned long long* address, unsigned long long value);
float atomic_exchange(float* address, float value);

int atomic_compare(int* address, int expected, int value);
unsigned atomic_compare(unsigned* address, unsigned expected, unsigned value);
unsigned long long atomic_compare(unsigned long long* address, unsigned long long expected,
                                  unsigned long long value);

}  // namespace impasto::simt
