// One kernel on one problem, as the body of a case sees it: runs on guarded copies of operands, and
// verdicts.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/verify/copies.h"
#include "tools/verify/session.h"

namespace impasto::verify {

template <class Problem, class Args>
class Subject {
 public:
  Subject(Session& session, const Kernel<Problem, Args>& kernel, const Problem& problem)
      : info(kernel.info), session_(session), kernel_(kernel), problem_(problem) {}

  const KernelInfo& info;

  // One more than the longest chain of additions: what bounds of errors grow with.
  double length() const { return static_cast<double>(kernel_.reduction_length(problem_) + 1); }

  // On copies of the operands, between canaries, where the kernel runs; what it wrote comes back.
  void run(const Args& args, Place place = Place::aligned) { run(problem_, args, place); }
  void run(const Problem& problem, const Args& args, Place place = Place::aligned) {
    Context& context = session_.context_of(info.backend);
    Copies copies(context.device(), place);
    try {
      run(context, problem, args, copies);
    } catch (const std::exception&) {
      copies.bring_home();
      throw;
    }
    copies.bring_home();
  }

  // Whether a run is refused with an error: what processors do with numbers that make no sense, and
  // GPUs cannot.
  bool refuses(const Args& args) {
    try {
      run(args);
    } catch (const Error&) {
      return true;
    }
    return false;
  }

  // In several contexts, to the bit.
  void check_same_bits(const Args& args) { check_same_bits(problem_, args); }
  void check_same_bits(const Problem& problem, const Args& args) {
    if (!info.deterministic) return;
    std::vector<Tensor> want;
    for (const std::unique_ptr<Context>& context : session_.variants(info.backend)) {
      Copies copies(context->device(), Place::aligned);
      run(*context, problem, args, copies);
      const std::vector<Tensor> got = copies.written();
      if (want.empty()) want = got;
      for (std::size_t i = 0; i < got.size(); ++i) {
        check("gives the same bits for threads and orders", test::compare_exact(got[i], want[i]));
      }
    }
  }

  // What the kernel promises: "equals its definition".
  void check(std::string_view what, test::Comparison result) const {
    session_.report({info, problem_.to_string(), what, std::move(result)});
  }
  void check(std::string_view what, bool holds, std::string message = "does not hold") const {
    check(what, holds ? test::Comparison{true, 0, {}} : test::Comparison{false, 0, message});
  }

 private:
  void run(Context& context, const Problem& problem, const Args& args, Copies& copies) {
    const Args there = copied(copies, args);
    void* scratch = copies.scratch(kernel_.workspace_bytes(problem, context.threads().size()));
    copies.close();
    kernel_.run(context, problem, there, scratch);
    const std::string wrong = copies.wrong();
    check("writes only what it is to write", wrong.empty(), wrong);
  }

  Session& session_;
  const Kernel<Problem, Args>& kernel_;
  const Problem& problem_;
};

// |got - want| <= tolerance, for one number; NaN fails.
test::Comparison near(double got, double want, double tolerance);

template <class Problem, class Args, class Body>
void Session::for_kernels(const KernelTable<Problem, Args>& table, const Problem& problem,
                          Body body, Which<Problem, Args> which) {
  for (const auto& kernel : table.kernels) {
    if (!can_serve(kernel, problem, features(kernel.info.backend)).ok) continue;
    if (which != nullptr && !which(kernel)) continue;
    if (!is_wanted(kernel.info) || !is_sampled(kernel.info)) continue;
    Subject<Problem, Args> subject(*this, kernel, problem);
    if (settings_.pretended) {
      subject.check("would be run", true);
      continue;
    }
    try {
      body(subject);
    } catch (const std::exception& error) {
      subject.check("runs", false, error.what());
    }
  }
}

}  // namespace impasto::verify
