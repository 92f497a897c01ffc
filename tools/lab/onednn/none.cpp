// A build without oneDNN: there is nothing to measure by.
#include "tools/lab/onednn/baselines.h"

namespace impasto::lab::onednn {

std::string version() {
  return {};
}

Baselines<Conv2dProblem, Conv2dForwardArgs> conv2d_forward() {
  return {};
}
Baselines<Conv2dProblem, Conv2dBackwardDataArgs> conv2d_backward_data() {
  return {};
}
Baselines<Conv2dProblem, Conv2dBackwardFilterArgs> conv2d_backward_filter() {
  return {};
}
Baselines<ElementwiseProblem, ElementwiseArgs> elementwise_map() {
  return {};
}
Baselines<GemmProblem, GemmArgs> gemm() {
  return {};
}
Baselines<GramProblem, GramForwardArgs> gram_forward() {
  return {};
}
Baselines<GramProblem, GramBackwardArgs> gram_backward() {
  return {};
}
Baselines<InstanceNormProblem, InstanceNormForwardArgs> instance_norm_forward() {
  return {};
}
Baselines<Pool2dProblem, Pool2dForwardArgs> pool2d_forward() {
  return {};
}
Baselines<Pool2dProblem, Pool2dBackwardArgs> pool2d_backward() {
  return {};
}
Baselines<ReduceRowsProblem, ReduceRowsArgs> reduce_rows() {
  return {};
}
Baselines<ReluProblem, ReluForwardArgs> relu_forward() {
  return {};
}
Baselines<ReluProblem, ReluBackwardArgs> relu_backward() {
  return {};
}
Baselines<ResizeProblem, ResizeArgs> resize_forward() {
  return {};
}
Baselines<ResizeProblem, ResizeArgs> resize_backward() {
  return {};
}

}  // namespace impasto::lab::onednn
