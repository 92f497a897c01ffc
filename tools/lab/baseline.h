// A library's kernel, as a measure for ours: verified against the same reference and timed by the
// same code, but in no table of ours, so nothing ever selects it.
//
// It is made for one problem and its operands before it is timed, because that is how libraries
// want to be used: what may be chosen, reordered or packed once for a frozen network is not timed,
// as it is not for our kernels with a FilterCache. Kernel<Problem, Args> has no place for what is
// made so.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "ops/kernel_info.h"

namespace impasto::lab {

class LibraryCall {
 public:
  virtual ~LibraryCall() = default;
  virtual void run() = 0;
  // Brings the result, of whatever layout, to the operands. Not timed.
  virtual void finish() {}
  virtual std::string implementation() const { return {}; }
  // Something else on the threads that it runs on.
  virtual void on_threads(int threads, const std::function<void(int thread)>& body) = 0;
};

template <class Problem, class Args>
struct Baseline {
  KernelInfo info;
  // With so many threads. Throws Error when the library cannot do it. Operands must outlive it.
  std::unique_ptr<LibraryCall> (*prepare)(int threads, const Problem&, const Args&);
};

template <class Problem, class Args>
using Baselines = std::span<const Baseline<Problem, Args>>;

}  // namespace impasto::lab
