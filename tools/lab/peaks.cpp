#include "tools/lab/peaks.h"

#include <algorithm>

#include "ops/reduce/reduce.h"
#include "tensor/cuda/devices.h"
#include "tools/machine/bandwidth.h"
#include "tools/machine/fma_peak.h"

namespace impasto::lab {
namespace {

Peaks of_gpu(Context& context, LaunchTimer& timer) {
  const CudaDevice gpu = cuda_device(context.device().index);
  const Tensor buffer = Tensor::full({256 << 20}, 1).to(context.device());  // 1 GiB
  const Samples times = timer.warm({.most = 5}, [&] { sum(context, buffer); });
  return {128.0 * gpu.multiprocessors * gpu.clock_mhz * 1e6,
          static_cast<double>(buffer.bytes()) / times.quantile(0)};
}

}  // namespace

double Peaks::seconds(const Work& work) const {
  return std::max(macs > 0 ? work.macs / macs : 0, bytes > 0 ? work.bytes / bytes : 0);
}

void Peaks::raise(const Peaks& other) {
  macs = std::max(macs, other.macs);
  bytes = std::max(bytes, other.bytes);
}

Peaks measure_peaks(Context& context, LaunchTimer& timer) {
  switch (context.device().type) {
    case DeviceType::cpu:
      return {machine::fma_peak(context), machine::read_bandwidth(context, 3)};
    case DeviceType::cuda:
      return of_gpu(context, timer);
    case DeviceType::simt:
      break;
  }
  return {};
}

}  // namespace impasto::lab
