// A small graph of operations as cuDNN sees it: activations and filters of ours, which are stored
// channels last, convolutions and what is fused behind them, pools. Sums are in f32. A graph only
// describes; cudnn_plan.h finds an engine for it. Entries throw what check.h says.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/cuda/cudnn_descriptor.h"

namespace impasto {

// Of an activation [n, h, w, c]; a filter [oc, kh, kw, ic] has its extents in the same places.
struct CudnnShape {
  std::int64_t n, h, w, c;
};

struct CudnnConvolution {
  std::int64_t stride = 1, pad = 0;  // both ways, on both sides
};

class CudnnGraph {
 public:
  // An operand by its number: operands are given to a plan in the order of these calls.
  using Operand = std::int64_t;
  Operand operand(const CudnnShape& shape);
  // What is only between two operations, and never in memory.
  Operand between(const CudnnShape& shape);

  void convolve(const CudnnConvolution& convolution, Operand src, Operand wei, Operand dst);
  void convolve_back_data(const CudnnConvolution& convolution, Operand grad_dst, Operand wei,
                          Operand grad_src);
  void convolve_back_filter(const CudnnConvolution& convolution, Operand src, Operand grad_dst,
                            Operand grad_wei);
  void add(Operand a, Operand b, Operand sum);  // b may have extents of 1, which are repeated
  void relu(Operand src, Operand dst);
  // Windows of 2 x 2; an odd row or column at the end is dropped.
  void pool(cudnnResampleMode_t mode, Operand src, Operand dst);
  void pool_back(cudnnResampleMode_t mode, Operand grad_dst, Operand grad_src);

  // Numbers of the operands that are in memory, in order.
  const std::vector<std::int64_t>& operands() const { return operands_; }
  const std::vector<CudnnDescriptor>& operations() const { return operations_; }
  bool multiplies() const { return multiplies_; }  // there are products, which may be rounded

 private:
  Operand make_tensor(const CudnnShape& shape, bool in_memory);
  const CudnnDescriptor& tensor(Operand operand) const {
    return tensors_[static_cast<std::size_t>(operand)];
  }
  const CudnnDescriptor& make_convolution(const CudnnConvolution& convolution);
  const CudnnDescriptor& make_pool(cudnnResampleMode_t mode);
  const CudnnDescriptor& make_pointwise(cudnnPointwiseMode_t mode);

  std::vector<CudnnDescriptor> tensors_;   // numbered by operand
  std::vector<CudnnDescriptor> settings_;  // what operations refer to
  std::vector<CudnnDescriptor> operations_;
  std::vector<std::int64_t> operands_;
  bool multiplies_ = false;
};

}  // namespace impasto
