// Kernels of pad, one declaration each; contracts are in pad.h.
#pragma once

#include "ops/pad/pad.h"

namespace impasto::pad_kernels {

void forward_reference(Context&, const PadProblem&, const PadArgs&, void*);
void backward_reference(Context&, const PadProblem&, const PadArgs&, void*);

void forward_rows(Context&, const PadProblem&, const PadArgs&, void*);
void backward_rows(Context&, const PadProblem&, const PadArgs&, void*);

Support fits_cuda(const PadProblem&);
void forward_cuda(Context&, const PadProblem&, const PadArgs&, void*);
void backward_cuda(Context&, const PadProblem&, const PadArgs&, void*);

}  // namespace impasto::pad_kernels
