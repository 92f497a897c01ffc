// The calls that a kernel makes into the executor. Compiled once and never instrumented, whichever
// way the kernel was compiled; the words of CUDA that kernels use are thin inline functions over
// these.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/simt/state.h"

namespace impasto::simt {

void sync_threads(Where where);
void thread_fence();

// A collective of the lanes in `mask`. Each lane hands in `operand`; when the last one has come,
// `function` runs once for all. Lanes must agree in mask, operation and line.
struct WarpCall {
  unsigned mask;
  const char* operation;
  void (*function)(unsigned mask, void* const* operands);  // operands[lane]
  void* operand;
  Where where;
};
void sync_warp(const WarpCall& call);

void sync_lanes(unsigned mask, Where where);  // __syncwarp
unsigned ballot(unsigned mask, bool predicate, Where where);

enum class Shuffle : std::uint8_t { index, up, down, exclusive_or };
struct ShuffleCall {
  unsigned mask;
  Shuffle kind;
  int lane;  // or the distance
  int width;
  Where where;
};
std::uint64_t shuffle(const ShuffleCall& call, std::uint64_t bits);

// One declaration of shared memory. The number is given at first use, so that two declarations
// never share a slot and copies of one inlined declaration always do.
struct SharedSlot {
  std::uint32_t number = 0;
};
void* shared_slot(SharedSlot& slot, std::size_t bytes, const char* name);
void* dynamic_shared();

// Tells the race detector of accesses that no instrumented code makes: by this thread, or by the
// whole warp on its behalf.
enum class Access : std::uint8_t { read, write, atomic };
enum class By : std::uint8_t { thread, warp };
void note_access(const void* address, std::size_t bytes, Access access, By by = By::thread);

// Copies into shared memory that finish late; see tensor/cuda/mma.h.
struct AsyncCopy {
  void* shared;
  const void* source;
  int source_bytes;  // of 16; the rest is zero
};
void copy_async(const AsyncCopy& copy, Where where);
void copy_async_commit();
void copy_async_wait(int pending);

// d += a b of a warp; see tensor/cuda/mma.h.
struct Fragments {
  float* d;
  const std::uint32_t* a;
  const std::uint32_t* b;
};
void mma_m16n8k8_tf32(Fragments fragments, Where where);
void mma_m16n8k16_bf16(Fragments fragments, Where where);
void mma_m16n8k16_f16(Fragments fragments, Where where);
void load_matrices(std::uint32_t* r, const void* row, bool transposed, Where where);

std::uint16_t bf16_bits(float value);
std::uint16_t f16_bits(float value);
float f16_value(std::uint16_t bits);

}  // namespace impasto::simt
