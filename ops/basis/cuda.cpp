// The host side of basis' CUDA kernels. A launch takes so many vectors as a kernel's parameters
// hold; for more there are several, each of which adds to the sums of the last.
#include <algorithm>

#include "ops/basis/basis_kernels.h"
#include "ops/basis/cuda_kernels.h"
#include "ops/reference.h"
#include "tensor/checked.h"
#include "tensor/cuda/on_gpu.h"

namespace impasto::basis_kernels {
namespace {

constexpr std::int64_t kPiece = 8192;      // elements, at least
constexpr std::int64_t kMaxPieces = 1024;  // of a vector

std::int64_t pieces_of(const BasisProblem& p) {
  return std::clamp<std::int64_t>(ceil_div(p.count, kPiece), 1, kMaxPieces);
}

template <class T>
DotLaunch<T> dot_launch(const Context& context, const BasisProblem& p,
                        const InnerProductsArgs& args, std::int64_t row, std::int64_t col) {
  DotLaunch<T> launch;
  launch.count = p.count;
  launch.rows = static_cast<int>(std::min<std::int64_t>(kMaxVectors, p.rows - row));
  launch.cols = static_cast<int>(std::min<std::int64_t>(kMaxWith, p.cols - col));
  for (int r = 0; r < launch.rows; ++r) {
    launch.vectors[r] = gpu_data<T>(context, args.vectors[static_cast<std::size_t>(row + r)]);
  }
  for (int c = 0; c < launch.cols; ++c) {
    launch.with[c] = gpu_data<T>(context, args.with[static_cast<std::size_t>(col + c)]);
  }
  const double* active = gpu_data<double>(context, args.active);
  launch.active = active == nullptr ? nullptr : active + row;
  launch.pieces = pieces_of(p);
  launch.products = gpu_data<double>(context, args.products) + row * p.cols + col;
  launch.row_step = p.cols;
  return launch;
}

template <class T>
CombineLaunch<T> combine_launch(const Context& context, const BasisProblem& p,
                                const CombineArgs& args, std::int64_t row, double* sums) {
  CombineLaunch<T> launch;
  launch.count = p.count;
  launch.rows = static_cast<int>(std::min<std::int64_t>(kMaxVectors, p.rows - row));
  for (int r = 0; r < launch.rows; ++r) {
    launch.vectors[r] = gpu_data<T>(context, args.vectors[static_cast<std::size_t>(row + r)]);
  }
  launch.weights = gpu_data<double>(context, args.weights) + row;
  launch.before = row == 0 ? nullptr : sums;
  launch.after = row + launch.rows < p.rows ? sums : nullptr;
  launch.dst = gpu_data<T>(context, args.dst);
  return launch;
}

template <class T>
StoreLaunch<T> store_launch(const Context& context, const BasisProblem& p, const StoreArgs& args,
                            std::int64_t first) {
  constexpr std::uintptr_t kPackBytes = 16;
  StoreLaunch<T> launch;
  launch.count = p.count;
  launch.first = first;
  launch.rows = static_cast<int>(std::min<std::int64_t>(kMaxVectors, p.rows - first));
  launch.index = gpu_data<double>(context, args.index);
  launch.src = gpu_data<T>(context, args.src);
  auto addresses = reinterpret_cast<std::uintptr_t>(launch.src);
  for (int r = 0; r < launch.rows; ++r) {
    Tensor slot = args.slots[static_cast<std::size_t>(first + r)];
    launch.slots[r] = gpu_data<T>(context, slot);
    addresses |= reinterpret_cast<std::uintptr_t>(launch.slots[r]);
  }
  launch.aligned = addresses % kPackBytes == 0;
  return launch;
}

}  // namespace

std::size_t dot_cuda_workspace(const BasisProblem& p, int) {
  return sizeof(double) *
         static_cast<std::size_t>(std::min<std::int64_t>(p.rows, kMaxVectors) *
                                  std::min<std::int64_t>(p.cols, kMaxWith) * pieces_of(p));
}

void dot_cuda(Context& context, const BasisProblem& p, const InnerProductsArgs& args,
              void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    for (std::int64_t row = 0; row < p.rows; row += kMaxVectors) {
      for (std::int64_t col = 0; col < p.cols; col += kMaxWith) {
        DotLaunch<T> launch = dot_launch<T>(context, p, args, row, col);
        launch.partial = static_cast<double*>(workspace);
        if constexpr (std::is_same_v<T, float>) {
          IMPASTO_ON_GPU(context, dot_f32, launch);
        } else {
          IMPASTO_ON_GPU(context, dot_f64, launch);
        }
      }
    }
  });
}

std::size_t combine_cuda_workspace(const BasisProblem& p, int) {
  return p.rows <= kMaxVectors ? 0 : sizeof(double) * static_cast<std::size_t>(p.count);
}

void combine_cuda(Context& context, const BasisProblem& p, const CombineArgs& args,
                  void* workspace) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    // Without vectors one launch writes zeros.
    for (std::int64_t row = 0; row == 0 || row < p.rows; row += kMaxVectors) {
      const CombineLaunch<T> launch =
          combine_launch<T>(context, p, args, row, static_cast<double*>(workspace));
      if constexpr (std::is_same_v<T, float>) {
        IMPASTO_ON_GPU(context, combine_f32, launch);
      } else {
        IMPASTO_ON_GPU(context, combine_f64, launch);
      }
    }
  });
}

void store_cuda(Context& context, const BasisProblem& p, const StoreArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    for (std::int64_t first = 0; first < p.rows; first += kMaxVectors) {
      const StoreLaunch<T> launch = store_launch<T>(context, p, args, first);
      if constexpr (std::is_same_v<T, float>) {
        IMPASTO_ON_GPU(context, store_f32, launch);
      } else {
        IMPASTO_ON_GPU(context, store_f64, launch);
      }
    }
  });
}

}  // namespace impasto::basis_kernels
