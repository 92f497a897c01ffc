// What a simulated thread knows of itself. It is thread-local state of the OS thread that runs the
// block, rewritten whenever another simulated thread gets its turn: a constant-initialised POD, so
// that reading threadIdx costs one load.
#pragma once

namespace impasto::simt {

struct Index3 {
  unsigned x = 0, y = 0, z = 0;
};

struct Dim3 {
  unsigned x, y, z;
  constexpr Dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

class Block;
class RaceDetector;

struct ThreadState {
  Index3 thread_index;
  Index3 block_index;
  Dim3 block_dim;
  Dim3 grid_dim;
  Block* block = nullptr;        // null while no kernel runs on this OS thread
  RaceDetector* race = nullptr;  // null while nobody looks for races
};

[[gnu::tls_model("initial-exec")]] extern constinit thread_local ThreadState tl;

// A line of a kernel, for reports.
struct Where {
  const char* file = "";
  int line = 0;
};

}  // namespace impasto::simt
