// Kernels of resampling, one declaration each; contracts are in resize.h.
#pragma once

#include "ops/resize/resize.h"

namespace impasto::resize_kernels {

// The matrix of `weights`, which reads `in` elements, transposed: output j is the sum over every i
// that reads j. Rows may be empty, where nothing reads j.
AxisWeights transposed(const AxisWeights& weights, std::int64_t in);

// The longest row.
std::int64_t taps(const AxisWeights& weights);

void forward_reference(Context&, const ResizeProblem&, const ResizeArgs&, void*);
void backward_reference(Context&, const ResizeProblem&, const ResizeArgs&, void*);

std::size_t forward_separable_workspace(const ResizeProblem&, int threads);
std::size_t backward_separable_workspace(const ResizeProblem&, int threads);
void forward_separable(Context&, const ResizeProblem&, const ResizeArgs&, void*);
void backward_separable(Context&, const ResizeProblem&, const ResizeArgs&, void*);

Support fits_cuda(const ResizeProblem&);
std::size_t forward_cuda_workspace(const ResizeProblem&, int threads);
std::size_t backward_cuda_workspace(const ResizeProblem&, int threads);
void forward_cuda(Context&, const ResizeProblem&, const ResizeArgs&, void*);
void backward_cuda(Context&, const ResizeProblem&, const ResizeArgs&, void*);

}  // namespace impasto::resize_kernels
