// Kernels of gram, one declaration each; contracts are in gram.h.
#pragma once

#include "ops/gemm/tile.h"
#include "ops/gram/gram.h"

namespace impasto::gram_kernels {

void forward_reference(Context&, const GramProblem&, const GramForwardArgs&, void*);
void backward_reference(Context&, const GramProblem&, const GramBackwardArgs&, void*);

void forward_tiled(Context&, const GramProblem&, const GramForwardArgs&, void* workspace,
                   const gemm_tile::TileKernel&);
std::size_t forward_tiled_workspace(const GramProblem&, int threads, const gemm_tile::TileKernel&);
void backward_tiled(Context&, const GramProblem&, const GramBackwardArgs&, void* workspace,
                    const gemm_tile::TileKernel&);
std::size_t backward_tiled_workspace(const GramProblem&, const gemm_tile::TileKernel&);
// Mixed precision, where the processor has avx512vnni.
Support supports_forward_int16(const GramProblem&);
Support supports_backward_int16(const GramProblem&);
std::size_t forward_int16_workspace(const GramProblem&, int threads);
void forward_int16(Context&, const GramProblem&, const GramForwardArgs&, void* workspace);
std::size_t backward_int16_workspace(const GramProblem&, int threads);
void backward_int16(Context&, const GramProblem&, const GramBackwardArgs&, void* workspace);

// CUDA code: on tensor cores with f32 accuracy, and without them.
Support supports_cuda(const GramProblem&);
std::size_t forward_cuda_workspace(const GramProblem&, int threads);
void forward_cuda_mma(Context&, const GramProblem&, const GramForwardArgs&, void* workspace);
void forward_cuda_tiled(Context&, const GramProblem&, const GramForwardArgs&, void* workspace);
void backward_cuda_mma(Context&, const GramProblem&, const GramBackwardArgs&, void*);
void backward_cuda_tiled(Context&, const GramProblem&, const GramBackwardArgs&, void*);

}  // namespace impasto::gram_kernels
