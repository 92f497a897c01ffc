// Kernels of total variation, one declaration each; contracts are in total_variation.h.
#pragma once

#include "ops/total_variation/total_variation.h"

namespace impasto::total_variation_kernels {

void forward_reference(Context&, const TotalVariationProblem&, const TotalVariationForwardArgs&,
                       void*);
void backward_reference(Context&, const TotalVariationProblem&, const TotalVariationBackwardArgs&,
                        void*);

void forward_rows(Context&, const TotalVariationProblem&, const TotalVariationForwardArgs&,
                  void* workspace);
std::size_t forward_rows_workspace(const TotalVariationProblem&, int threads);
void backward_rows(Context&, const TotalVariationProblem&, const TotalVariationBackwardArgs&,
                   void*);

Support fits_cuda(const TotalVariationProblem&);
std::size_t forward_cuda_workspace(const TotalVariationProblem&, int threads);
void forward_cuda(Context&, const TotalVariationProblem&, const TotalVariationForwardArgs&,
                  void* workspace);
void backward_cuda(Context&, const TotalVariationProblem&, const TotalVariationBackwardArgs&,
                   void*);

}  // namespace impasto::total_variation_kernels
