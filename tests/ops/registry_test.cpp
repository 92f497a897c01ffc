// The tables themselves, and selection on machines that are pretended, not present.
#include "ops/registry.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "ops/gemm/gemm.h"
#include "ops/launch.h"
#include "ops/reduce/reduce.h"

namespace impasto {
namespace {

struct ToyProblem {
  int size = 0;
  DType dtype = DType::f32;
  std::string to_string() const { return fmt::format("toy({})", size); }
};
struct ToyArgs {
  int& ran;
};

template <int number>
void run_toy(Context&, const ToyProblem&, const ToyArgs& args, void* workspace) {
  CHECK((workspace != nullptr) == (number == 2));
  args.ran = number;
}

const Kernel<ToyProblem, ToyArgs> kToys[] = {
    {.info = {.id = "toy.fwd.cpu.wide", .idea = "needs most", .needs = Feature::avx512},
     .run = run_toy<1>},
    {.info = {.id = "toy.fwd.cpu.even", .idea = "is particular", .needs = Feature::avx2},
     .supports =
         [](const ToyProblem& p) {
           return p.size % 2 == 0 ? Support::yes() : Support::no("the size is odd");
         },
     .workspace_bytes = [](const ToyProblem&, int) { return std::size_t{8}; },
     .run = run_toy<2>},
    {.info = {.id = "toy.fwd.cpu.reference",
              .idea = "takes all",
              .dtypes = {DType::f32, DType::f64}},
     .run = run_toy<3>},
};
const KernelTable<ToyProblem, ToyArgs> kTable = {"toy.fwd", kToys};

constexpr Features kAvx2 = Feature::avx2;
constexpr Features kAvx512 = kAvx2 | Feature::avx512;

const std::map<std::string_view, Backend> kBackends = {{"cpu", Backend::cpu},
                                                       {"cuda", Backend::gpu},
                                                       {"cudnn", Backend::cuda_library},
                                                       {"cublas", Backend::cuda_library}};

// <op>.<direction>.<backend>.<idea>[.<math>], each of a-z, 0-9 and _, beginning with a letter.
bool well_formed(std::string_view id) {
  int parts = 0;
  for (std::size_t begin = 0; begin <= id.size(); ++parts) {
    const std::size_t end = std::min(id.find('.', begin), id.size());
    const std::string_view part = id.substr(begin, end - begin);
    if (part.empty() || part[0] < 'a' || part[0] > 'z') return false;
    if (part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != part.npos) return false;
    if (parts == 2 && !kBackends.contains(part)) return false;
    begin = end + 1;
  }
  return parts == 4 || parts == 5;
}

TEST_CASE("the check of ids refuses what is not one") {
  CHECK(well_formed("gemm.fwd.cpu.tiled.avx2"));
  CHECK(well_formed("conv2d.bwd_data.cpu.reference"));
  for (const char* id :
       {"", "gemm.fwd.cpu", "gemm.fwd.cpu.", "gemm.fwd..tiled", "gemm.fwd.gpu.tiled",
        "Gemm.fwd.cpu.tiled", "gemm.fwd.cpu.2x2", "a.b.cpu.d.e.f", "a.b.cpu.d-e"}) {
    CAPTURE(id);
    CHECK_FALSE(well_formed(id));
  }
}

TEST_CASE("ids are well formed, unique, and begin with the name of their table") {
  std::set<std::string_view> tables, ids;
  REQUIRE_FALSE(all_tables().empty());
  for (const TableInfo& table : all_tables()) {
    CAPTURE(table.name);
    CHECK(tables.insert(table.name).second);
    REQUIRE_FALSE(table.kernels.empty());
    for (const KernelInfo& kernel : table.kernels) {
      CAPTURE(kernel.id);
      CHECK(well_formed(kernel.id));
      CHECK(kernel.id.starts_with(std::string(table.name) + "."));
      CHECK(ids.insert(kernel.id).second);
      CHECK_FALSE(kernel.idea.empty());
    }
  }
}

TEST_CASE("every table ends in a reference that any machine can run, in f32 and f64") {
  for (const TableInfo& table : all_tables()) {
    CAPTURE(table.name);
    const KernelInfo& last = table.kernels.back();
    CHECK(last.id == std::string(table.name) + ".cpu.reference");
    CHECK(last.needs == Features());
    // What descent decides by is f64 whatever the tensors are.
    CHECK((last.dtypes.has(DType::f32) || table.name.starts_with("descent.")));
    CHECK(last.dtypes.has(DType::f64));
    CHECK(last.deterministic);
  }
}

TEST_CASE("a kernel with an instruction set in its id needs exactly that") {
  for (const TableInfo& table : all_tables()) {
    for (const KernelInfo& kernel : table.kernels) {
      CAPTURE(kernel.id);
      CHECK(kernel.needs.has(Feature::avx2) == kernel.id.ends_with(".avx2"));
      const bool vnni = kernel.id.ends_with(".avx512vnni");  // AVX-512 and something more
      CHECK(kernel.needs.has(Feature::avx512) == (vnni || kernel.id.ends_with(".avx512")));
      CHECK(kernel.needs.has(Feature::avx512vnni) == vnni);
    }
  }
}

TEST_CASE("a kernel's id names what it is written for") {
  for (const TableInfo& table : all_tables()) {
    for (const KernelInfo& kernel : table.kernels) {
      CAPTURE(kernel.id);
      const std::string_view rest = kernel.id.substr(table.name.size() + 1);
      CHECK(kBackends.at(rest.substr(0, rest.find('.'))) == kernel.backend);
    }
  }
}

TEST_CASE("a kernel runs on the devices that it is written for") {
  const Kernel<ToyProblem, ToyArgs> kernels[] = {
      {.info = {.id = "toy.fwd.cudnn.f32",
                .idea = "of the test",
                .backend = Backend::cuda_library}},
      {.info = {.id = "toy.fwd.cuda.new",
                .idea = "of the test",
                .backend = Backend::gpu,
                .needs = Feature::sm80}},
      {.info = {.id = "toy.fwd.cuda.old", .idea = "of the test", .backend = Backend::gpu}},
      {.info = {.id = "toy.fwd.cpu.reference", .idea = "of the test"}},
  };
  const KernelTable<ToyProblem, ToyArgs> table = {"toy.fwd", kernels};
  const auto chosen = [&](Features features) { return select(table, {1}, features).info.id; };
  CHECK(chosen(kAvx512) == "toy.fwd.cpu.reference");
  CHECK(chosen(kAvx512.on(DeviceType::cuda)) == "toy.fwd.cudnn.f32");
  CHECK(chosen(kAvx512.on(DeviceType::simt)) == "toy.fwd.cuda.old");
  // Unasked, the executor emulates no tensor cores.
  const Features executor = device_features({}, {DeviceType::simt});
  CHECK(chosen(executor) == "toy.fwd.cuda.old");
  CHECK(select(table, {1}, executor, "toy.fwd.cuda.new").info.id == "toy.fwd.cuda.new");
  CHECK_THROWS_WITH_AS(select(table, {1}, kAvx2, "toy.fwd.cuda.old"),
                       doctest::Contains("does not run on device cpu"), InputError);
  CHECK_THROWS_WITH_AS(select(table, {1}, kAvx2.on(DeviceType::simt), "toy.fwd.cudnn.f32"),
                       doctest::Contains("does not run on device simt"), InputError);
}

TEST_CASE("the first kernel that can serve is chosen") {
  CHECK(select(kTable, {2}, kAvx512).info.id == "toy.fwd.cpu.wide");
  CHECK(select(kTable, {2}, kAvx2).info.id == "toy.fwd.cpu.even");
  CHECK(select(kTable, {3}, kAvx2).info.id == "toy.fwd.cpu.reference");
  CHECK(select(kTable, {2}, {}).info.id == "toy.fwd.cpu.reference");
  CHECK(select(kTable, {2, DType::f64}, kAvx512).info.id == "toy.fwd.cpu.reference");
}

TEST_CASE("a problem that no kernel serves is an error that says so") {
  CHECK_THROWS_WITH_AS(select(kTable, {2, DType::u8}, kAvx512), "toy.fwd: no kernel serves toy(2)",
                       Error);
}

TEST_CASE("a kernel asked for by name is used or refused with the reason, never replaced") {
  const auto ask = [](const char* id, ToyProblem problem, Features features) {
    return select(kTable, problem, features, id).info.id;
  };
  CHECK(ask("toy.fwd.cpu.reference", {2}, kAvx512) == "toy.fwd.cpu.reference");
  CHECK_THROWS_WITH_AS(ask("toy.fwd.cpu.even", {3}, kAvx2),
                       "kernel toy.fwd.cpu.even cannot serve toy(3): the size is odd", InputError);
  CHECK_THROWS_WITH_AS(
      ask("toy.fwd.cpu.wide", {2}, kAvx2),
      "kernel toy.fwd.cpu.wide cannot serve toy(2): needs avx512, this machine offers avx2",
      InputError);
  CHECK_THROWS_WITH_AS(ask("toy.fwd.cpu.wide", {2, DType::f64}, kAvx512),
                       "kernel toy.fwd.cpu.wide cannot serve toy(2): no f64 variant", InputError);
  CHECK_THROWS_WITH_AS(ask("toy.fwd.cpu.magic", {2}, kAvx512),
                       "no kernel 'toy.fwd.cpu.magic' in toy.fwd; it has toy.fwd.cpu.wide, "
                       "toy.fwd.cpu.even, toy.fwd.cpu.reference",
                       InputError);
}

TEST_CASE("of several kernels that are asked for the first that can serve is taken") {
  const auto ask = [](std::string_view request, const ToyProblem& problem) {
    return select(kTable, problem, kAvx2, request).info.id;
  };
  const std::string_view both = "toy.fwd.cpu.even+toy.fwd.cpu.reference";
  CHECK(ask(both, {2}) == "toy.fwd.cpu.even");
  CHECK(ask(both, {3}) == "toy.fwd.cpu.reference");
  CHECK_THROWS_WITH_AS(ask("toy.fwd.cpu.even+toy.fwd.cpu.magic", {3}),
                       doctest::Contains("no kernel 'toy.fwd.cpu.magic'"), InputError);
  CHECK_THROWS_WITH_AS(
      ask("toy.fwd.cpu.wide+toy.fwd.cpu.even", {3}),
      "kernel toy.fwd.cpu.wide+toy.fwd.cpu.even cannot serve toy(3): the size is odd", InputError);
}

TEST_CASE("an observer is told of every launch, before and after") {
  struct Log : LaunchObserver {
    void began(const LaunchInfo& launch) override {
      text += fmt::format("{} {} {} {};", launch.kernel, launch.problem, launch.macs, launch.bytes);
    }
    void ended() override { text += "ended;"; }
    std::string text;
  };
  Context context({.device = {}, .threads = 1, .features = {}});
  Log log;
  context.set_observer(&log);
  const Tensor a = Tensor::full({2, 3}, 1), b = Tensor::full({3, 5}, 1);
  gemm(context, a, b);
  context.set_observer(nullptr);
  gemm(context, a, b);
  const GemmProblem problem{2, 5, 3, {}, DType::f32};
  CHECK(log.text ==
        fmt::format("gemm.fwd.cpu.tiled.generic {} 30 124;ended;", problem.to_string()));
}

TEST_CASE("launch runs what the context asks for, with workspace, and counts it") {
  Context context({.device = {}, .threads = 2, .features = kAvx2});
  int ran = 0;
  launch(context, kTable, {2}, {ran});
  CHECK(ran == 2);
  context.request_kernel("toy.fwd", "toy.fwd.cpu.reference");
  launch(context, kTable, {2}, {ran});
  CHECK(ran == 3);
  launch(context, kTable, {2}, {ran});
  CHECK(context.launches().at("toy.fwd.cpu.even") == 1);
  CHECK(context.launches().at("toy.fwd.cpu.reference") == 2);
  context.reset_launches();
  CHECK(context.launches().empty());
}

// Sets an environment variable for the life of a scope.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~ScopedVariable() { ::unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
};

TEST_CASE("$IMPASTO_KERNEL names kernels for several tables") {
  const ScopedVariable variable(
      "IMPASTO_KERNEL", "gemm.fwd=gemm.fwd.cpu.reference,reduce.all=reduce.all.cpu.nothing");
  Context context;
  const Tensor one = Tensor::full({1, 1}, 3);
  CHECK(gemm(context, one, one).item() == 9);
  CHECK(context.launches().at("gemm.fwd.cpu.reference") == 1);
  CHECK_THROWS_WITH_AS(sum(context, one), doctest::Contains("no kernel 'reduce.all.cpu.nothing'"),
                       InputError);
}

TEST_CASE("$IMPASTO_KERNEL must be of the form table=kernel") {
  const ScopedVariable variable("IMPASTO_KERNEL", "gemm.fwd.cpu.reference");
  CHECK_THROWS_WITH_AS(Context(), doctest::Contains("is not of the form table=kernel"), InputError);
}

TEST_CASE("gemm picks the widest instruction set of a pretended machine") {
  const GemmProblem problem{4, 4, 4, {}, DType::f32}, wide{4, 4, 4, {}, DType::f64};
  CHECK(select(gemm_table(), wide, kAvx512).info.id == "gemm.fwd.cpu.reference");
  CHECK(select(gemm_table(), problem, {}).info.id == "gemm.fwd.cpu.tiled.generic");
#if defined(__x86_64__)
  CHECK(select(gemm_table(), problem, kAvx2).info.id == "gemm.fwd.cpu.tiled.avx2");
  CHECK(select(gemm_table(), problem, kAvx512).info.id == "gemm.fwd.cpu.tiled.avx512");
#endif
}

TEST_CASE("requests are checked against all tables before anything runs") {
  Context context;
  CHECK_NOTHROW(check_kernel_requests(context));
  context.request_kernel("relu.fwd", "relu.fwd.cpu.reference");
  CHECK_NOTHROW(check_kernel_requests(context));
  context.request_kernel("relu.fwd", "relu.fwd.cuda.vector+relu.fwd.cpu.reference");
  CHECK_NOTHROW(check_kernel_requests(context));
  context.request_kernel("relu.fwd", "relu.fwd.cpu.reference+relu.fwd.cpu.fastest");
  CHECK_THROWS_WITH_AS(check_kernel_requests(context), doctest::Contains("relu.fwd.cpu.reference"),
                       InputError);
  Context other;
  other.request_kernel("rely.fwd", "relu.fwd.cpu.reference");
  CHECK_THROWS_WITH_AS(check_kernel_requests(other),
                       doctest::Contains("no kernel table 'rely.fwd'"), InputError);
}

}  // namespace
}  // namespace impasto
