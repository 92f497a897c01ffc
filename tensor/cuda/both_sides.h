// Functions for the host and for kernels: plain headers that both include.
//
// Always inlined: a kernel's source is compiled in several ways, and the linker must never take a
// function of one for another.
#pragma once

#ifdef __CUDACC__
#define IMPASTO_BOTH_SIDES __host__ __device__ __forceinline__
#else
#define IMPASTO_BOTH_SIDES __attribute__((always_inline)) inline
#endif
