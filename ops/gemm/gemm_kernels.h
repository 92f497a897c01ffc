// Kernels of gemm, one declaration each; contracts are in gemm.h.
#pragma once

#include "ops/gemm/gemm.h"
#include "ops/gemm/tile.h"

namespace impasto::gemm_kernels {

void forward_reference(Context&, const GemmProblem&, const GemmArgs&, void*);

void forward_tiled(Context&, const GemmProblem&, const GemmArgs&, void* workspace,
                   const gemm_tile::TileKernel&);
std::size_t tiled_workspace(const GemmProblem&, const gemm_tile::TileKernel&);

// CUDA code: on tensor cores with f32 accuracy, and without them.
Support supports_cuda(const GemmProblem&);
void forward_cuda_mma(Context&, const GemmProblem&, const GemmArgs&, void*);
void forward_cuda_tiled(Context&, const GemmProblem&, const GemmArgs&, void*);

}  // namespace impasto::gemm_kernels
