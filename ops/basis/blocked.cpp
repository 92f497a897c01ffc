// Block by block through all vectors: a block of what is read for every vector (the few vectors of
// an inner product, the sums of a combination) stays in the first-level cache, and the many vectors
// pass by once, at the speed of memory. A task is a few blocks, cut by the problem; its inner
// products are joined with those of the others in order.
#include <algorithm>
#include <vector>

#include "ops/basis/basis_kernels.h"
#include "ops/reference.h"
#include "tensor/checked.h"

namespace impasto::basis_kernels {
namespace {

constexpr std::int64_t kTask = 16 * kBlock;

const LanesOf<float>& of(const Lanes& lanes, float*) {
  return lanes.f32;
}
const LanesOf<double>& of(const Lanes& lanes, double*) {
  return lanes.f64;
}

template <class T>
std::vector<const T*> pointers(std::span<const Tensor> tensors) {
  std::vector<const T*> result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.data<T>());
  return result;
}

// Where a factor is not 0, the others being left out before anything is read.
std::vector<std::size_t> nonzero(const double* factors, std::size_t rows) {
  std::vector<std::size_t> result;
  for (std::size_t r = 0; r < rows; ++r) {
    if (factors == nullptr || factors[r] != 0) result.push_back(r);
  }
  return result;
}

// Calls body(block, r) for `count` elements from `begin` on of vectors[r], for each of the rows.
template <class T, class Body>
void for_vectors(const std::vector<const T*>& vectors, const std::vector<std::size_t>& rows,
                 std::int64_t begin, std::int64_t count, Body body) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const T* vector = vectors[rows[i]];
    const T* next = i + 1 < rows.size() ? vectors[rows[i + 1]] : vector;
    body(Block<T>{vector + begin, next + begin, count}, rows[i]);
  }
}

}  // namespace

std::size_t dot_blocked_workspace(const BasisProblem& problem, int threads) {
  const std::int64_t partials =
      checked_mul(checked_mul(problem.rows, problem.cols), ceil_div(problem.count, kTask));
  const std::int64_t blocks = checked_mul(problem.cols, threads * kBlock);
  return static_cast<std::size_t>(checked_add(partials, blocks)) * sizeof(double);
}

void dot_blocked(Context& context, const BasisProblem& problem, const InnerProductsArgs& args,
                 void* workspace, const Lanes& lanes) {
  dispatch_float(problem.dtype, [&]<class T>(T* type) {
    const auto vectors = pointers<T>(args.vectors), with = pointers<T>(args.with);
    const auto rows =
        nonzero(args.active.defined() ? args.active.data<double>() : nullptr, vectors.size());
    const std::int64_t cols = problem.cols, sums = problem.rows * cols;
    const std::int64_t tasks = ceil_div(problem.count, kTask);
    auto* partials = static_cast<double*>(workspace);
    double* wide_blocks = partials + tasks * sums;
    context.threads().run(tasks, [&](std::int64_t task, int thread) {
      double* partial = partials + task * sums;
      double* wide = wide_blocks + thread * cols * kBlock;
      std::fill_n(partial, sums, 0.0);
      const std::int64_t end = std::min(problem.count, (task + 1) * kTask);
      for (std::int64_t begin = task * kTask; begin < end; begin += kBlock) {
        const std::int64_t count = std::min(kBlock, end - begin);
        double* to = wide;
        for (const T* vector : with) {
          of(lanes, type).widen(vector + begin, count, to);
          to += kBlock;
        }
        for_vectors(vectors, rows, begin, count, [&](const Block<T>& block, std::size_t r) {
          of(lanes, type).dot(block, wide, cols, partial + static_cast<std::int64_t>(r) * cols);
        });
      }
    });
    double* products = args.products.data<double>();
    for (std::int64_t i = 0; i < sums; ++i) {
      double sum = 0;
      for (std::int64_t task = 0; task < tasks; ++task) sum += partials[task * sums + i];
      products[i] = sum;
    }
  });
}

std::size_t combine_blocked_workspace(const BasisProblem&, int threads) {
  return static_cast<std::size_t>(threads * kBlock) * sizeof(double);
}

void combine_blocked(Context& context, const BasisProblem& problem, const CombineArgs& args,
                     void* workspace, const Lanes& lanes) {
  dispatch_float(problem.dtype, [&]<class T>(T* type) {
    const auto vectors = pointers<T>(args.vectors);
    const double* weights = args.weights.data<double>();
    const auto rows = nonzero(weights, vectors.size());
    T* dst = args.dst.data<T>();
    context.threads().run(ceil_div(problem.count, kBlock), [&](std::int64_t task, int thread) {
      double* sums = static_cast<double*>(workspace) + thread * kBlock;
      const std::int64_t begin = task * kBlock, count = std::min(kBlock, problem.count - begin);
      std::fill_n(sums, count, 0.0);
      for_vectors(vectors, rows, begin, count, [&](const Block<T>& block, std::size_t r) {
        of(lanes, type).add(block, weights[r], sums);
      });
      of(lanes, type).round(sums, count, dst + begin);
    });
  });
}

}  // namespace impasto::basis_kernels
