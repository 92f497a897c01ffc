#include "tensor/context.h"

#include <cstdlib>

#include "tensor/allocator.h"
#include "tensor/cuda/devices.h"
#include "tensor/error.h"
#include "tensor/gpu.h"
#include "tensor/gpu_graph.h"
#include "tensor/simt/executor.h"
#include "tensor/simt/recording.h"

namespace impasto {

Precision parse_precision(std::string_view text) {
  if (text == "f32") return Precision::f32;
  if (text == "mixed") return Precision::mixed;
  throw InputError(fmt::format("no precision '{}'; there are f32 and mixed", text));
}

namespace {

simt::Options executor_options(const ContextOptions& options) {
  if (options.simt) return *options.simt;
  const char* text = std::getenv("IMPASTO_SIMT");
  return text == nullptr ? simt::Options() : simt::simt_options_from(text);
}

}  // namespace

Context::Context(const ContextOptions& options)
    : options_(options),
      features_(device_features(options.features, options.device)),
      threads_(options.threads > 0 ? options.threads : available_cores()) {
  options_.simt = executor_options(options);
  const char* requests = std::getenv("IMPASTO_KERNEL");
  std::string_view rest = requests == nullptr ? "" : requests;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      throw InputError(fmt::format("IMPASTO_KERNEL: '{}' is not of the form table=kernel", item));
    }
    request_kernel(item.substr(0, equals), item.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
  }
}

Context::~Context() = default;

GpuQueue Context::queue() {
  if (device().type == DeviceType::cuda) return gpu::queue(device());
  if (!executor_) executor_ = std::make_unique<simt::Executor>(threads_, *options_.simt);
  if (device().type == DeviceType::simt && allocator_of(device()).graphs().recording() &&
      simt::Recording::of(*executor_) == nullptr) {
    throw Error("another context is used while a device is recording");
  }
  return {nullptr, executor_.get()};
}

GpuCode Context::gpu_code() const {
  if (device().type == DeviceType::cuda) return GpuCode::cuda;
  return options_.simt->race ? GpuCode::simt_race : GpuCode::simt;
}

CudaState& Context::cuda() {
  IMPASTO_CHECK(device().type == DeviceType::cuda, "a context of {} has no CUDA",
                to_string(device()));
  cuda_make_current(device().index);
  if (!cuda_) cuda_ = make_cuda_state(device().index);
  return *cuda_;
}

void* Context::workspace(std::size_t bytes) {
  const auto count = static_cast<std::int64_t>(bytes);
  if (!workspace_.defined() || workspace_.numel() < count) {
    workspace_ = Tensor();  // free before growing: the peak is the new size, not the sum
    // Grown in the midst of an evaluation, it would stand between activations from then on.
    workspace_ = Tensor::empty({count}, DType::u8, device(), Lifetime::lasting);
  }
  if (device().type != DeviceType::cpu) keep_with_recording(workspace_);
  return workspace_.raw();
}

void Context::request_kernel(std::string_view table, std::string_view id) {
  requests_.insert_or_assign(std::string(table), std::string(id));
}

std::string_view Context::requested_kernel(std::string_view table) const {
  const auto found = requests_.find(table);
  return found == requests_.end() ? std::string_view() : std::string_view(found->second);
}

void Context::count_launch(std::string_view id) {
  const auto found = launches_.find(id);
  if (found != launches_.end()) {
    ++found->second;
  } else {
    launches_.emplace(id, 1);
  }
}

}  // namespace impasto
