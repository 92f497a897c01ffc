// Backward-data by columns, for whichever instruction set it is given; the idea is in columns.cpp.
#pragma once

#include "ops/conv2d/columns_kernels.h"
#include "ops/conv2d/direct_kernels.h"

namespace impasto::conv2d_kernels {

Support supports_backward_data_columns(const Conv2dProblem&);
std::size_t backward_data_columns_bytes(const ColumnsIsa&, const Conv2dProblem&, int threads);
void backward_data_columns(const ColumnsIsa&, Context&, const Conv2dProblem&,
                           const Conv2dBackwardDataArgs&, void* workspace);

}  // namespace impasto::conv2d_kernels
