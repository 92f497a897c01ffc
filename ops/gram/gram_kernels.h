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

}  // namespace impasto::gram_kernels
