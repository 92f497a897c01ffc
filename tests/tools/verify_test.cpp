// The verification of kernels, verified: planted faults are found, and no kernel is left out.
#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "tensor/simt/sanitizer.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"
#include "tools/verify/gemm.h"
#include "tools/verify/tally.h"

namespace impasto {
namespace {

using verify::Session;
using verify::Settings;
using verify::Tally;

// The reference, and what a planted kernel does wrong beside it.
void right(Context& context, const GemmProblem& p, const GemmArgs& args, void* workspace) {
  gemm_table().kernels.back().run(context, p, args, workspace);
}

float* last(Tensor& tensor) {
  return static_cast<float*>(tensor.raw()) + tensor.numel() - 1;
}

void wrong_in_one_element(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  if (p.m == 97) *last(args.c) += 1;
}

void forgets_one_element(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  const float before = *last(args.c);
  right(c, p, args, w);
  if (p.n == 33) *last(args.c) = before;
}

// As if the products were of 16-bit floats.
void too_coarse(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  for (float& value : args.c.values<float>()) value *= 1.001f;
}

void writes_behind(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  last(args.c)[1] = 0;
}

void writes_before(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  last(args.c)[-args.c.numel()] = 0;
}

void changes_an_input(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  const_cast<float*>(args.a.data<float>())[0] += 1;
}

void reads_uninitialised_scratch(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  *last(args.c) += 0 * static_cast<float*>(w)[5];
}

void writes_behind_its_scratch(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  static_cast<float*>(w)[16] = 0;
}

void depends_on_threads(Context& c, const GemmProblem& p, const GemmArgs& args, void* w) {
  right(c, p, args, w);
  if (p.m == 331) *last(args.c) += c.threads().size() > 2 ? 1e-6f : 0;
}

void throws(Context&, const GemmProblem&, const GemmArgs&, void*) {
  throw Error("planted");
}

using Run = decltype(Kernel<GemmProblem, GemmArgs>::run);

Tally verify_planted(Run run) {
  using K = Kernel<GemmProblem, GemmArgs>;
  const K kernels[] = {
      {.info = {.id = "gemm.fwd.cpu.planted", .idea = "is wrong"},
       .workspace_bytes = [](const GemmProblem&, int) { return std::size_t{64}; },
       .reduction_length = [](const GemmProblem& p) { return p.k; },
       .run = run},
      gemm_table().kernels.back(),
  };
  const verify::GemmTable table = {"gemm.fwd", kernels};
  Tally tally;
  Settings settings;
  settings.found = [&](const verify::Finding& finding) { tally.add(finding); };
  Session session(settings);
  verify::gemm_exact(session, table);
  verify::gemm_near(session, table);
  verify::gemm_threads(session, table);
  return tally;
}

void check_found(Run run, const char* what) {
  const Tally tally = verify_planted(run);
  CHECK(tally.failed() == 1);
  const verify::KernelTally& planted = tally.kernels().at("gemm.fwd.cpu.planted");
  CHECK(planted.failures > 0);
  CHECK_MESSAGE(planted.first.find(what) != std::string::npos, planted.first);
  CHECK(tally.kernels().at("gemm.fwd.cpu.reference").failures == 0);
}

TEST_CASE("a right kernel is not found guilty, and its worst error is known") {
  const Tally tally = verify_planted(right);
  CHECK(tally.failed() == 0);
  const verify::KernelTally& planted = tally.kernels().at("gemm.fwd.cpu.planted");
  CHECK(planted.failures == 0);
  CHECK(planted.checks > 100);
  CHECK(planted.worst > 0);
  CHECK(planted.worst <= 1);
}

TEST_CASE("planted faults are found") {
  check_found(wrong_in_one_element, "exact on integers, on gemm");
  check_found(forgets_one_element, "nan, want");
  check_found(too_coarse, "x tolerance");
  check_found(changes_an_input, "changes operand 1");
  check_found(reads_uninitialised_scratch, "nan, want");
  check_found(depends_on_threads, "gives the same bits for threads and orders");
  check_found(throws, "planted");
}

TEST_CASE("planted writes outside of operands are found") {
  if (simt::kAddressSanitizer) return;  // ends the program at them
  check_found(writes_behind, "writes behind operand 3");
  check_found(writes_before, "writes before operand 3");
  check_found(writes_behind_its_scratch, "writes behind its scratch memory");
}

// What one operand was, another one also is: in-place operations see one memory.
TEST_CASE("copies of operands share memory where the operands do") {
  struct Args {
    const Tensor& a;
    std::span<const Tensor> more;
    Tensor& dst;
    Tensor* none;
    bool flag;
  };
  const Tensor a = test::random_integers({3, 5}, DType::f32, 1);
  Tensor dst = a;
  const std::vector<Tensor> more = {test::random_integers({7}, DType::f64, 2), a, Tensor()};
  for (const verify::Place place : {verify::Place::aligned, verify::Place::anywhere}) {
    for (const Device device : {Device{}, Device{DeviceType::simt}}) {
      verify::Copies copies(device, place);
      const Args there = verify::copied(copies, Args{a, more, dst, nullptr, true});
      CHECK(there.a.raw() == there.dst.raw());
      CHECK(there.a.raw() == there.more[1].raw());
      CHECK(there.a.raw() != a.raw());
      CHECK(there.a.device() == device);
      CHECK_FALSE(there.more[2].defined());
      CHECK(there.none == nullptr);
      CHECK(there.flag);
      CHECK(test::compare_exact(there.more[0].to(Device{}), more[0]).ok);
      const auto begin = reinterpret_cast<std::uintptr_t>(there.a.raw());
      CHECK(begin % 64 == (place == verify::Place::aligned ? 0 : 4));
      CHECK(copies.wrong().empty());
      CHECK(copies.written().size() == 1);
    }
  }
}

TEST_CASE("packed bits have canaries, too") {
  Tensor bits = Tensor::zeros({70}, DType::bits);
  verify::Copies copies({}, verify::Place::aligned);
  Tensor& copy = copies.of(bits);
  auto* words = copy.data<std::uint64_t>();
  words[0] = 5;
  CHECK(copies.wrong().empty());
  copies.bring_home();
  CHECK(bits.data<std::uint64_t>()[0] == 5);
  words[2] = 0;
  CHECK(copies.wrong() == "writes behind operand 1");
}

using Names = std::set<std::string>;

// Those of one that the other has not: what a failure should say.
std::string missing(const Names& of, const Names& in) {
  std::string result;
  for (const std::string& name : of) {
    if (!in.contains(name)) result += name + " ";
  }
  return result;
}

// On a machine that offers all that any kernel needs, each is met by the cases of its table.
TEST_CASE("the cases cover every kernel of every table") {
  Names tables, met;
  Settings settings;
  settings.pretended = Features(Feature::avx2) | Feature::avx512 | Feature::avx512vnni |
                       Feature::sm80 | Feature::sm90;
  settings.found = [&](const verify::Finding& finding) {
    if (finding.what == "would be run") met.insert(std::string(finding.kernel.id));
  };
  Session session(settings);
  for (const verify::Case& each : verify::all_cases()) {
    tables.insert(std::string(each.table));
    each.verify(session);
  }
  Names all_kernels, all_names;
  for (const TableInfo& table : all_tables()) {
    all_names.insert(std::string(table.name));
    for (const KernelInfo& kernel : table.kernels) all_kernels.insert(std::string(kernel.id));
  }
  CHECK(missing(all_names, tables) == "");
  CHECK(missing(tables, all_names) == "");
  CHECK(missing(all_kernels, met) == "");
  CHECK(missing(met, all_kernels) == "");
  CHECK(met.size() > 100);
}

}  // namespace
}  // namespace impasto
