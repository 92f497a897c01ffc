// oneDNN's counterparts of our kernels, direction by direction; empty where the build has no oneDNN
// (none.cpp), or oneDNN nothing that computes the same.
#pragma once

#include "ops/conv2d/conv2d.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gemm/gemm.h"
#include "ops/gram/gram.h"
#include "ops/normalize/normalize.h"
#include "ops/pool2d/pool2d.h"
#include "ops/reduce/reduce.h"
#include "ops/relu/relu.h"
#include "ops/resize/resize.h"
#include "tools/lab/baseline.h"

namespace impasto::lab::onednn {

std::string version();  // "2.6.3"; empty without oneDNN

Baselines<Conv2dProblem, Conv2dForwardArgs> conv2d_forward();
Baselines<Conv2dProblem, Conv2dBackwardDataArgs> conv2d_backward_data();
Baselines<Conv2dProblem, Conv2dBackwardFilterArgs> conv2d_backward_filter();
Baselines<ElementwiseProblem, ElementwiseArgs> elementwise_map();
Baselines<GemmProblem, GemmArgs> gemm();
Baselines<GramProblem, GramForwardArgs> gram_forward();
Baselines<GramProblem, GramBackwardArgs> gram_backward();
Baselines<InstanceNormProblem, InstanceNormForwardArgs> instance_norm_forward();
Baselines<Pool2dProblem, Pool2dForwardArgs> pool2d_forward();
Baselines<Pool2dProblem, Pool2dBackwardArgs> pool2d_backward();
Baselines<ReduceRowsProblem, ReduceRowsArgs> reduce_rows();
Baselines<ReluProblem, ReluForwardArgs> relu_forward();
Baselines<ReluProblem, ReluBackwardArgs> relu_backward();
Baselines<ResizeProblem, ResizeArgs> resize_forward();
Baselines<ResizeProblem, ResizeArgs> resize_backward();

}  // namespace impasto::lab::onednn
