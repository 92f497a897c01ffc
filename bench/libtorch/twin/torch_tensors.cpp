#include "bench/libtorch/twin/torch_tensors.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "tensor/error.h"

namespace impasto::twin {

c10::Device torch_device(Device device) {
  if (device.type != DeviceType::cuda) return c10::Device(c10::kCPU);
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

at::Tensor to_torch(const Tensor& tensor, c10::Device device) {
  const Tensor host = tensor.to(Device{});
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < host.shape().rank(); ++axis) sizes.push_back(host.shape()[axis]);
  at::Tensor result = at::empty(sizes, at::kFloat);
  std::ranges::copy(host.values<float>(), result.mutable_data_ptr<float>());
  return result.to(device);
}

Tensor from_torch(const at::Tensor& tensor) {
  const at::Tensor host = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  const std::vector<std::int64_t> sizes(host.sizes().begin(), host.sizes().end());
  const std::span<const float> values(host.const_data_ptr<float>(),
                                      static_cast<std::size_t>(host.numel()));
  return Tensor::from<float>({host.numel()}, values).reshape(Shape(std::span(sizes)));
}

at::Tensor map_to_torch(const Tensor& map, c10::Device device) {
  return to_torch(map, device).permute({0, 3, 1, 2}).contiguous();
}

Tensor map_from_torch(const at::Tensor& map) {
  return from_torch(map.detach().permute({0, 2, 3, 1}));
}

}  // namespace impasto::twin
