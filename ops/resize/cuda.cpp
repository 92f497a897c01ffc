// The host's side of the GPU kernels of resampling: how their scratch memory is laid out.
#include <algorithm>
#include <cmath>

#include "ops/reference.h"
#include "ops/resize/cuda_kernels.h"
#include "ops/resize/resize_kernels.h"
#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::resize_kernels {
namespace {

// No output of an axis reads more inputs than this.
std::int64_t most_taps(std::int64_t in, std::int64_t out, ResizeMode mode) {
  const std::int64_t widening = std::max<std::int64_t>(1, ceil_div(in, out));
  switch (mode) {
    case ResizeMode::nearest:
      return 1;
    case ResizeMode::bilinear:
      return 2;
    case ResizeMode::area:
      return widening + 1;
    case ResizeMode::bicubic:
      return std::min(in, 4 * widening + 1);
    case ResizeMode::lanczos:
      return std::min(in, 6 * widening + 1);
  }
  throw Error("resize: unknown mode");
}

// Hands out the workspace piece by piece, each in whole cache lines; counts only, without one.
class Pieces {
 public:
  explicit Pieces(void* workspace) : begin_(static_cast<char*>(workspace)) {}

  template <class T>
  T* take(std::int64_t count) {
    void* piece = begin_ == nullptr ? nullptr : begin_ + bytes_;
    bytes_ += (static_cast<std::size_t>(count) * sizeof(T) + 63) / 64 * 64;
    return static_cast<T*>(piece);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  char* begin_;
  std::size_t bytes_ = 0;
};

template <class T>
AxisTable<T> axis_table(Pieces& pieces, std::int64_t in, std::int64_t out, ResizeMode mode) {
  const std::int64_t stride = most_taps(in, out, mode);
  return {static_cast<int>(in),     static_cast<int>(out),
          static_cast<int>(stride), pieces.take<int>(out),
          pieces.take<int>(out),    pieces.take<int>(in),
          pieces.take<int>(in),     pieces.take<T>(checked_mul(out, stride))};
}

std::int64_t between(const ResizeProblem& p, bool forward) {
  return p.n * p.c * (forward ? p.oh * p.w : p.h * p.ow);
}

// All but the operands.
template <class T>
ResizeLaunch<T> launch_of(const ResizeProblem& p, bool forward, Pieces& pieces) {
  constexpr Weighting kModes[] = {Weighting::nearest, Weighting::bilinear, Weighting::area,
                                  Weighting::bicubic, Weighting::lanczos};
  ResizeLaunch<T> launch{};
  launch.n = p.n;
  launch.c = p.c;
  launch.rows = axis_table<T>(pieces, p.h, p.oh, p.mode);
  launch.columns = axis_table<T>(pieces, p.w, p.ow, p.mode);
  launch.between = pieces.take<T>(between(p, forward));
  launch.mode = kModes[static_cast<int>(p.mode)];
  return launch;
}

template <class T>
ResizeLaunch<T> launch_of(const Context& context, const ResizeProblem& p, const ResizeArgs& args,
                          bool forward, void* workspace) {
  Pieces pieces(workspace);
  ResizeLaunch<T> launch = launch_of<T>(p, forward, pieces);
  launch.src = gpu_data<T>(context, args.src);
  launch.dst = gpu_data<T>(context, args.dst);
  return launch;
}

template <bool forward>
std::size_t workspace_bytes(const ResizeProblem& p) {
  Pieces pieces(nullptr);
  dispatch_float(p.dtype, [&]<class T>(T*) { launch_of<T>(p, forward, pieces); });
  return pieces.bytes();
}

}  // namespace

// One row of units for each pass; a unit is four channels where they are a multiple of four.
Support fits_cuda(const ResizeProblem& p) {
  const std::int64_t unit = p.c % 4 == 0 ? 4 : 1;
  const std::int64_t h = std::max(p.h, p.oh), w = std::max(p.w, p.ow);
  if (h < INT32_MAX / 8 && w < INT32_MAX / 8 && p.n * h * w * (p.c / unit) <= INT32_MAX) {
    return Support::yes();
  }
  return Support::no("2^31 elements or more, or packs of four channels; indices are of 32 bits");
}

std::size_t forward_cuda_workspace(const ResizeProblem& p, int) {
  return workspace_bytes<true>(p);
}

std::size_t backward_cuda_workspace(const ResizeProblem& p, int) {
  return workspace_bytes<false>(p);
}

void forward_cuda(Context& context, const ResizeProblem& p, const ResizeArgs& args,
                  void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    IMPASTO_ON_GPU(context, forward<T>, launch_of<T>(context, p, args, true, workspace));
  });
}

void backward_cuda(Context& context, const ResizeProblem& p, const ResizeArgs& args,
                   void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    IMPASTO_ON_GPU(context, backward<T>, launch_of<T>(context, p, args, false, workspace));
  });
}

}  // namespace impasto::resize_kernels
