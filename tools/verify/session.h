// A session of verification: which kernels are run, where, on which numbers, and who hears of what
// was found. A case (cases.h) asks it for the kernels that can serve a problem, one after the
// other, and says of each result how near it is to what it should be.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ops/registry.h"
#include "tests/support/compare.h"

namespace impasto::verify {

// One comparison of what one kernel did.
struct Finding {
  const KernelInfo& kernel;
  std::string problem;
  std::string_view what;
  test::Comparison result;
};

struct Settings {
  Device gpu = {DeviceType::simt};         // where GPU kernels run
  std::optional<simt::Options> simt = {};  // of the host executor; default: as $IMPASTO_SIMT says
  std::uint64_t seed = 0;                  // other numbers for the random passes
  // All but every N-th of the problems that a GPU kernel meets are left out, or every 8 N-th where
  // it needs tensor cores, which are slow to emulate.
  int sample = 1;
  // Empty: all are.
  std::function<bool(const KernelInfo&)> wanted = {};
  std::function<void(const Finding&)> found = {};
  // A machine that is pretended: kernels that it could run on a problem are found, and not run.
  std::optional<Features> pretended = {};
};

// Small integers, whose sums are exact in any order, or normal numbers.
enum class Fill { integers, normal };

template <class Problem, class Args>
using Which = std::type_identity_t<bool (*)(const Kernel<Problem, Args>&)>;

class Session {
 public:
  explicit Session(Settings settings);

  // Of the processor: what definitions and references are computed with.
  Context& context() { return context_of(Backend::cpu); }

  // Operand number k; another one for another seed.
  Tensor make(Fill fill, const Shape& shape, DType dtype, std::uint64_t k) const;
  Tensor normal(const Shape& shape, DType dtype, std::uint64_t k) const {
    return make(Fill::normal, shape, dtype, k);
  }
  Tensor integers(const Shape& shape, DType dtype, std::uint64_t k) const {
    return make(Fill::integers, shape, dtype, k);
  }

  // Calls body(subject) for each kernel of the table that is wanted, can serve the problem here,
  // and is one of those that `which` means. What a kernel throws is a finding.
  template <class Problem, class Args, class Body>
  void for_kernels(const KernelTable<Problem, Args>& table, const Problem& problem, Body body,
                   Which<Problem, Args> which = nullptr);

  // The same on every problem, also where problems are sampled.
  template <class Problem, class Args, class Body>
  void for_all_kernels(const KernelTable<Problem, Args>& table, const Problem& problem, Body body) {
    const int sample = std::exchange(settings_.sample, 1);
    for_kernels(table, problem, body);
    settings_.sample = sample;
  }

  // Runs the last kernel of the table, the reference, into the operands themselves.
  template <class Problem, class Args>
  void reference(const KernelTable<Problem, Args>& table, const Problem& problem,
                 const Args& args) {
    if (!settings_.pretended) run_kernel(context(), table.kernels.back(), problem, args);
  }

  Features features(Backend backend) const;
  Context& context_of(Backend backend);
  // Contexts that a deterministic kernel gives the same bits in: numbers of threads, and orders of
  // the host executor's.
  const std::vector<std::unique_ptr<Context>>& variants(Backend backend);
  void report(const Finding& finding) const {
    if (settings_.found) settings_.found(finding);
  }

 private:
  bool is_wanted(const KernelInfo& kernel) const {
    return !settings_.wanted || settings_.wanted(kernel);
  }
  bool is_sampled(const KernelInfo& kernel);

  Settings settings_;
  std::map<std::string, int, std::less<>> met_;
  std::unique_ptr<Context> cpu_, gpu_;
  std::vector<std::unique_ptr<Context>> cpu_variants_, gpu_variants_;
};

}  // namespace impasto::verify
