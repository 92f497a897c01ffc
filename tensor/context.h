// Context: everything an op needs besides its operands. Device, threads, processor features,
// scratch memory, kernels asked for by name, and a log of what was launched. One context is used by
// one thread at a time; there is no global state behind it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tensor/cuda/queue.h"
#include "tensor/device.h"
#include "tensor/features.h"
#include "tensor/simt/options.h"
#include "tensor/tensor.h"
#include "tensor/thread_pool.h"

namespace impasto {

class Autotuner;
class LaunchObserver;
struct CudaState;
namespace simt {
class Executor;
}

// mixed: gradients and Gram matrices may be computed from operands rounded to 16 bits, where that
// is faster; feature maps stay f32, but may be rounded several times as much. Sums are f32 or
// wider.
enum class Precision : std::uint8_t { f32, mixed };
Precision parse_precision(std::string_view text);  // throws InputError

// CUDA sources of ours are compiled for GPUs, for the host executor, and for its race detector.
enum class GpuCode : std::uint8_t { cuda, simt, simt_race };

struct ContextOptions {
  Device device = {};
  int threads = 0;                      // 0 = every core this process may use
  Features features = host_features();  // of the processor
  Precision precision = Precision::f32;
  std::optional<simt::Options> simt = {};  // default: as $IMPASTO_SIMT says
};

class Context {
 public:
  explicit Context(const ContextOptions& options = {});
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Device device() const { return options_.device; }
  Features features() const { return features_; }
  Precision precision() const { return options_.precision; }
  ThreadPool& threads() { return threads_; }

  // Where GPU kernels of ours are launched. On a device cpu, too: there the host executor runs them
  // on the host's memory, which is how tests meet them.
  GpuQueue queue();
  GpuCode gpu_code() const;
  // Stream and libraries of a device cuda; throws Error on another.
  CudaState& cuda();

  Tensor empty(const Shape& shape, DType dtype = DType::f32) const {
    return Tensor::empty(shape, dtype, device());
  }

  // Scratch of at least `bytes` bytes, 64-byte aligned, valid until the next call. Kept and grown,
  // so a steady iteration allocates nothing. Only the running kernel may use it.
  void* workspace(std::size_t bytes);

  // Kernels asked for by name: "conv2d.fwd" -> "conv2d.fwd.cpu.reference", or several joined by
  // '+', of which the first that can serve is taken. Read from $IMPASTO_KERNEL
  // ("table=id[+id...][,table=id...]") at construction. When none can serve, the op throws
  // InputError with the reason.
  void request_kernel(std::string_view table, std::string_view id);
  std::string_view requested_kernel(std::string_view table) const;  // empty when none
  const std::map<std::string, std::string, std::less<>>& kernel_requests() const {
    return requests_;
  }

  // Kernel id -> number of runs since the last reset.
  void count_launch(std::string_view id);
  const std::map<std::string, std::int64_t, std::less<>>& launches() const { return launches_; }
  void reset_launches() { launches_.clear(); }

  // Told of every launch from now on; nullptr: nobody. Must outlive the context or be taken away.
  void set_observer(LaunchObserver* observer) { observer_ = observer; }
  LaunchObserver* observer() const { return observer_; }

  // Asked which kernel is fastest from now on, where none is asked for by name; nullptr, as it is
  // at first: the first that can serve is taken. Must outlive the context or be taken away.
  void set_autotuner(Autotuner* autotuner) { autotuner_ = autotuner; }
  Autotuner* autotuner() const { return autotuner_; }

 private:
  ContextOptions options_;
  Features features_;
  ThreadPool threads_;
  std::unique_ptr<simt::Executor> executor_;
  std::shared_ptr<CudaState> cuda_;
  Tensor workspace_;
  std::map<std::string, std::string, std::less<>> requests_;
  std::map<std::string, std::int64_t, std::less<>> launches_;
  LaunchObserver* observer_ = nullptr;
  Autotuner* autotuner_ = nullptr;
};

}  // namespace impasto
