// Between our tensors and LibTorch's. All f32 and copied; maps are [n, h, w, c] here and
// [n, c, h, w] there.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "tensor/tensor.h"

namespace impasto::twin {

c10::Device torch_device(Device device);

at::Tensor to_torch(const Tensor& tensor, c10::Device device);  // same shape
Tensor from_torch(const at::Tensor& tensor);                    // same shape, on the cpu

at::Tensor map_to_torch(const Tensor& map, c10::Device device);
Tensor map_from_torch(const at::Tensor& map);

}  // namespace impasto::twin
