#include "tensor/cuda/cudnn_graph.h"

#include "tensor/cuda/check.h"

namespace impasto {
namespace {

using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t kAlignment = 16;  // bytes: slices of tensors begin at vectors of four

}  // namespace

CudnnGraph::Operand CudnnGraph::make_tensor(const CudnnShape& s, bool in_memory) {
  const auto number = static_cast<Operand>(tensors_.size());
  CudnnDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  // Extents are named n, c, h, w whatever the layout; the strides say that channels are last.
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, Numbers{s.n, s.c, s.h, s.w})
      .set(CUDNN_ATTR_TENSOR_STRIDES, Numbers{s.h * s.w * s.c, 1, s.w * s.c, s.c})
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, number)
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment)
      .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, !in_memory)
      .finalize();
  tensors_.push_back(std::move(tensor));
  if (in_memory) operands_.push_back(number);
  return number;
}

CudnnGraph::Operand CudnnGraph::operand(const CudnnShape& shape) {
  return make_tensor(shape, true);
}

CudnnGraph::Operand CudnnGraph::between(const CudnnShape& shape) {
  return make_tensor(shape, false);
}

const CudnnDescriptor& CudnnGraph::make_convolution(const CudnnConvolution& convolution) {
  multiplies_ = true;
  const Numbers padding{convolution.pad, convolution.pad};
  CudnnDescriptor settings(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  settings.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION)
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2})
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Numbers{1, 1})
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Numbers{convolution.stride, convolution.stride})
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, padding)
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, padding)
      .finalize();
  return settings_.emplace_back(std::move(settings));
}

void CudnnGraph::convolve(const CudnnConvolution& convolution, Operand src, Operand wei,
                          Operand dst) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, make_convolution(convolution))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, tensor(src))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, tensor(wei))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, tensor(dst))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1.0F)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0.0F)
      .finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::convolve_back_data(const CudnnConvolution& convolution, Operand grad_dst,
                                    Operand wei, Operand grad_src) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, make_convolution(convolution))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, tensor(grad_dst))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, tensor(wei))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, tensor(grad_src))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1.0F)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 0.0F)
      .finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::convolve_back_filter(const CudnnConvolution& convolution, Operand src,
                                      Operand grad_dst, Operand grad_wei) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR);
  operation
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, make_convolution(convolution))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, tensor(src))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, tensor(grad_dst))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, tensor(grad_wei))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 1.0F)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, 0.0F)
      .finalize();
  operations_.push_back(std::move(operation));
}

const CudnnDescriptor& CudnnGraph::make_pointwise(cudnnPointwiseMode_t mode) {
  CudnnDescriptor settings(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  settings.set(CUDNN_ATTR_POINTWISE_MODE, mode)
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT)
      .finalize();
  return settings_.emplace_back(std::move(settings));
}

void CudnnGraph::add(Operand a, Operand b, Operand sum) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, make_pointwise(CUDNN_POINTWISE_ADD))
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensor(a))
      .set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensor(b))
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensor(sum))
      .finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::relu(Operand src, Operand dst) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation
      .set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, make_pointwise(CUDNN_POINTWISE_RELU_FWD))
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensor(src))
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensor(dst))
      .finalize();
  operations_.push_back(std::move(operation));
}

const CudnnDescriptor& CudnnGraph::make_pool(cudnnResampleMode_t mode) {
  // A maximum outside the picture is less than any number; an average has no outside here.
  const cudnnPaddingMode_t outside =
      mode == CUDNN_RESAMPLE_MAXPOOL ? CUDNN_NEG_INF_PAD : CUDNN_ZERO_PAD;
  CudnnDescriptor settings(CUDNN_BACKEND_RESAMPLE_DESCRIPTOR);
  settings.set(CUDNN_ATTR_RESAMPLE_MODE, mode)
      .set(CUDNN_ATTR_RESAMPLE_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_RESAMPLE_NAN_PROPAGATION, CUDNN_PROPAGATE_NAN)
      .set(CUDNN_ATTR_RESAMPLE_PADDING_MODE, outside)
      .set(CUDNN_ATTR_RESAMPLE_SPATIAL_DIMS, std::int64_t{2})
      .set(CUDNN_ATTR_RESAMPLE_WINDOW_DIMS, Numbers{2, 2})
      .set(CUDNN_ATTR_RESAMPLE_STRIDES, Numbers{2, 2})
      .set(CUDNN_ATTR_RESAMPLE_PRE_PADDINGS, Numbers{0, 0})
      .set(CUDNN_ATTR_RESAMPLE_POST_PADDINGS, Numbers{0, 0})
      .finalize();
  return settings_.emplace_back(std::move(settings));
}

void CudnnGraph::pool(cudnnResampleMode_t mode, Operand src, Operand dst) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_RESAMPLE_FWD_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_RESAMPLE_FWD_DESC, make_pool(mode))
      .set(CUDNN_ATTR_OPERATION_RESAMPLE_FWD_XDESC, tensor(src))
      .set(CUDNN_ATTR_OPERATION_RESAMPLE_FWD_YDESC, tensor(dst))
      .finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::pool_back(cudnnResampleMode_t mode, Operand grad_dst, Operand grad_src) {
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_RESAMPLE_BWD_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_RESAMPLE_BWD_DESC, make_pool(mode))
      .set(CUDNN_ATTR_OPERATION_RESAMPLE_BWD_DYDESC, tensor(grad_dst))
      .set(CUDNN_ATTR_OPERATION_RESAMPLE_BWD_DXDESC, tensor(grad_src))
      .finalize();
  operations_.push_back(std::move(operation));
}

}  // namespace impasto
