// Runs a kernel on another device than the test's: copies of all operands are made there, and what
// the device did to them comes back into the test's own memory, poison and canaries included.
//
//   IMPASTO_TEST_DEVICE=cuda:0 build/release/tests/ops/test_ops      every GPU kernel on the GPU
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "ops/operands.h"
#include "ops/registry.h"
#include "tensor/gpu.h"
#include "tests/support/device.h"

namespace impasto::test {

// Swaps tensors for copies on a device, and back at the end.
class Visit {
 public:
  explicit Visit(Device device) : device_(device) {}
  ~Visit() {
    for (Away& away : away_) {
      gpu::copy(away.home.raw(), away.home.device(), away.tensor->raw(), device_,
                away.home.bytes());
      *away.tensor = away.home;
    }
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  void send(const Tensor& operand) {
    if (!operand.defined()) return;
    auto& tensor = const_cast<Tensor&>(operand);
    away_.push_back({&tensor, tensor});
    // An operand that is another one's memory stays so.
    for (const Away& away : away_) {
      if (away.tensor == &tensor || away.home.raw() != tensor.raw()) continue;
      tensor = *away.tensor;
      return;
    }
    tensor = tensor.to(device_);
  }
  void send(const Tensor* operand) {
    if (operand != nullptr) send(*operand);
  }
  void send(std::span<const Tensor> operands) {
    for (const Tensor& operand : operands) send(operand);
  }
  template <class T>
  requires(!std::is_base_of_v<Tensor, std::remove_cv_t<T>>) void send(const T&) {
  }  // what is no tensor goes as it is

 private:
  struct Away {
    Tensor* tensor;
    Tensor home;
  };
  Device device_;
  std::vector<Away> away_;
};

template <class Args>
void send_all(Visit& visit, const Args& args) {
  for_each_operand(args, [&](const auto& member) { visit.send(member); });
}

Context& test_device_context();

// Tests that repeat others for GPU kernels only, in another order of threads or with the race
// detector, leave something out: with $IMPASTO_TEST_KERNELS=gpu the processor's kernels, with
// $IMPASTO_TEST_SAMPLE=N all but every N-th of the problems that a GPU kernel meets, or every 8
// N-th where it needs tensor cores, which are slow to emulate.
bool is_wanted(const KernelInfo& kernel);
bool is_sampled(const KernelInfo& kernel);
bool is_sampling();

// A copy of the kernel that runs there; used before the next one is made.
template <class Problem, class Args>
Kernel<Problem, Args> on_test_device(const Kernel<Problem, Args>& kernel) {
  static const Kernel<Problem, Args>* original;  // tables are never destroyed
  if (kernel.info.backend == Backend::cpu || test_device().type == DeviceType::cpu) return kernel;
  original = &kernel;
  Kernel<Problem, Args> wrapped = kernel;
  wrapped.workspace_bytes = [](const Problem&, int) { return std::size_t{0}; };
  wrapped.run = [](Context&, const Problem& problem, const Args& args, void*) {
    Visit visit(test_device());
    send_all(visit, args);
    run_kernel(test_device_context(), *original, problem, args);
  };
  return wrapped;
}

}  // namespace impasto::test
