// One problem of one table, and every kernel that a device could run it with: ours and libraries'.
// What it is of is hidden, so that whoever times kernels needs no templates.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ops/registry.h"
#include "tools/lab/launch_timer.h"
#include "tools/lab/shapes.h"

namespace impasto::lab {

enum class Role : std::uint8_t {
  ours,
  reference,  // plain loops: for small problems
  baseline,   // of a library: oneDNN on the cpu, cuDNN and cuBLAS on cuda
};

struct Contender {
  KernelInfo info;
  Role role = Role::ours;
};

struct Work {
  double macs = 0;   // 0: nobody counts them
  double bytes = 0;  // each operand's once
};

// A kernel that waits to be timed.
struct Prepared {
  std::function<void()> run;   // once a call; on a GPU it need not be done on return
  std::string implementation;  // what a library chose, if it says
  OnThreads threads;           // its own; empty: those of the context
};

class Bench {
 public:
  virtual ~Bench() = default;

  virtual const ShapeLine& shape() const = 0;
  virtual std::string problem() const = 0;  // "relu(4096 f32)"
  virtual const std::vector<Contender>& contenders() const = 0;
  virtual Work work() = 0;

  // The rest is of one of the contenders, by its place.
  virtual Support can_run(std::size_t which) const = 0;
  // Its largest error relative to the largest number of the result, on a small form of the problem,
  // against the reference on the cpu. NaN is infinitely wrong.
  virtual double error(std::size_t which) = 0;
  // On operands that are made with the first of the problem's and stay until release(). What is
  // done once, like packing a frozen filter, is done before it returns.
  virtual Prepared prepare(std::size_t which) = 0;
  virtual void release() = 0;  // everything that can be made again: many wait for their next round
};

// Is it for devices of this type, if it can serve the problem? Libraries' are for cuda only.
bool belongs_to(const KernelInfo& kernel, DeviceType device);

// How far a kernel may be from the reference and still be a kernel of the op: one that rounds its
// operands is as far as those roundings take it.
double error_limit(const KernelInfo& info);

// How exactly it multiplies: speeds are compared within one of these. tf32, bf16 and f16 by the
// name, rounded for others that round their operands, f32 for the rest.
std::string_view math_of(const KernelInfo& info);

// A kernel table as something to measure. The lists are written out; nothing registers itself.
struct TableBench {
  std::string_view table;   // "relu.fwd"
  std::string_view shapes;  // its own file of bench/shapes
  std::vector<KernelInfo> kernels;
  std::function<std::unique_ptr<Bench>(Context&, const ShapeLine&)> open;  // throws InputError
};

// The tables of one folder of ops/.
struct OpBenches {
  std::string_view op;
  std::vector<TableBench> tables;
};
std::vector<OpBenches> all_benches();

}  // namespace impasto::lab
