// What kernels are judged by before they are timed, and that none is left out.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "ops/relu/relu.h"
#include "tests/support/files.h"
#include "tools/lab/difference.h"
#include "tools/lab/measure.h"
#include "tools/lab/operands.h"
#include "tools/lab/rows.h"
#include "tools/lab/table_bench.h"

namespace impasto::lab {
namespace {

Tensor vector_of(const std::vector<float>& values) {
  return Tensor::from<float>({static_cast<std::int64_t>(values.size())}, values);
}

TEST_CASE("the difference is the relative norm, and the worst element by the largest") {
  const Difference d = difference(vector_of({3, 4.5f}), vector_of({3, 4}));
  CHECK(d.frobenius == doctest::Approx(0.1));
  CHECK(d.worst == doctest::Approx(0.125));
  const Difference none = difference(vector_of({0, 0}), vector_of({0, 0}));
  CHECK(none.frobenius == 0);
  CHECK(none.worst == 0);
}

TEST_CASE("NaN on either side, and anything instead of zeros, is infinitely wrong") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& [got, want] : {std::pair{vector_of({nan, 1}), vector_of({1, 1})},
                                  {vector_of({1, 1}), vector_of({1, nan})},
                                  {vector_of({0, 1}), vector_of({0, 0})}}) {
    CHECK(std::isinf(difference(got, want).frobenius));
    CHECK(std::isinf(difference(got, want).worst));
  }
}

TEST_CASE("masks differ by the share of their bits, other shapes cannot be compared") {
  const Tensor mask = bits({100}, 1);
  Tensor other = mask.clone();
  other.data<std::uint64_t>()[1] ^= 5;  // bits 64 and 66
  CHECK(difference(mask, mask).worst == 0);
  CHECK(difference(other, mask).worst == doctest::Approx(0.02));
  CHECK_THROWS_AS(difference(vector_of({1}), vector_of({1, 2})), Error);
}

TEST_CASE("every table is measured, on shapes of its own, by kernels that are right") {
  std::vector<std::string_view> listed;
  Context context({.threads = 1});
  for (const OpBenches& op : all_benches()) {
    for (const TableBench& table : op.tables) {
      CAPTURE(table.table);
      listed.push_back(table.table);
      for (const ShapeLine& shape : read_shapes(std::string(table.shapes))) {
        CHECK(table.open(context, shape)->contenders().size() > 0);
      }
    }
  }
  std::vector<std::string_view> tables;
  for (const TableInfo& table : all_tables()) tables.push_back(table.name);
  std::ranges::sort(listed);
  std::ranges::sort(tables);
  CHECK(listed == tables);
}

// A file of shapes on which everything is quick.
class TinyShapes {
 public:
  explicit TinyShapes(const std::string& lines) { std::ofstream(path()) << lines; }
  std::string path() const { return folder_ / "tiny.txt"; }

 private:
  test::TemporaryFolder folder_;
};

MeasureSettings quick(const TinyShapes& shapes, const std::string& filter) {
  return {.filter = filter, .shapes = shapes.path(), .rounds = 2, .seconds = 0};
}

std::vector<MeasuredProblem> measured(Device device, const std::vector<OpBenches>& benches,
                                      const MeasureSettings& settings) {
  std::vector<MeasuredProblem> all;
  MeasureListener listener;
  listener.measured = [&](const MeasuredProblem& problem) { all.push_back(problem); };
  Context context({.device = device, .threads = 2});
  measure(context, benches, settings, listener);
  return all;
}

// ReLU, with a kernel beside the reference that changes one element of a result.
struct Planted {
  using Problem = ReluProblem;
  static Problem parse(std::istream& words) { return {.count = parse_map(words).count()}; }
  static Problem small(Problem p) { return p; }
  explicit Planted(const Problem& p)
      : src(uniform({p.count}, 1)), dst(uniform({p.count}, 2)), mask(bits({p.count}, 3)) {
    places.push_back(src.raw());
  }
  Tensor src, dst, mask;
  inline static std::vector<const void*> places;  // of all that were made
};

void right(Context& context, const ReluProblem& p, const ReluForwardArgs& args, void* scratch) {
  relu_forward_table().kernels.back().run(context, p, args, scratch);
}
void wrong(Context& context, const ReluProblem& p, const ReluForwardArgs& args, void* scratch) {
  right(context, p, args, scratch);
  args.dst.data<float>()[p.count - 1] += 0.01f;
}
void not_a_number(Context& context, const ReluProblem& p, const ReluForwardArgs& args, void* w) {
  right(context, p, args, w);
  args.dst.data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
}
void throws(Context&, const ReluProblem&, const ReluForwardArgs&, void*) {
  throw Error("planted");
}

void runs_out(Context&, const ReluProblem&, const ReluForwardArgs&, void*) {
  throw OutOfMemory("planted");
}
bool tired = false;
void tires(Context& context, const ReluProblem& p, const ReluForwardArgs& args, void* scratch) {
  if (tired) throw Error("planted");
  right(context, p, args, scratch);
}

const Kernel<ReluProblem, ReluForwardArgs> kPlanted[] = {
    {.info = {.id = "relu.fwd.cpu.good", .idea = "planted"}, .run = right},
    {.info = {.id = "relu.fwd.cpu.wrong", .idea = "planted"}, .run = wrong},
    {.info = {.id = "relu.fwd.cpu.nan", .idea = "planted"}, .run = not_a_number},
    {.info = {.id = "relu.fwd.cpu.throws", .idea = "planted"}, .run = throws},
    {.info = {.id = "relu.fwd.cpu.reference", .idea = "planted"}, .run = right}};
const Kernel<ReluProblem, ReluForwardArgs> kTires[] = {
    {.info = {.id = "relu.fwd.cpu.tires", .idea = "planted"}, .run = tires},
    {.info = {.id = "relu.fwd.cpu.reference", .idea = "planted"}, .run = right}};
const Kernel<ReluProblem, ReluForwardArgs> kRunsOut[] = {
    {.info = {.id = "relu.fwd.cpu.good", .idea = "planted"}, .run = right},
    {.info = {.id = "relu.fwd.cpu.runs_out", .idea = "planted"}, .run = runs_out},
    {.info = {.id = "relu.fwd.cpu.reference", .idea = "planted"}, .run = right}};

template <const auto& kKernels = kPlanted>
std::vector<OpBenches> planted() {
  const auto relu = direction<Planted>(
      +[]() -> KernelTable<ReluProblem, ReluForwardArgs> {
        return {"relu.fwd", kKernels};
      },
      [](Planted& o) -> ReluForwardArgs {
        return {o.src, o.dst, &o.mask};
      },
      [](Planted& o) -> Operands {
        return {{&o.src}, {&o.dst, &o.mask}};
      });
  return {{"relu", {table_bench(relu, "maps_256.txt")}}};
}

TEST_CASE("a kernel that is wrong has no time and says why") {
  const TinyShapes shapes("odd 1 1 7 9 3\n");
  const std::vector<MeasuredProblem> all = measured({}, planted(), quick(shapes, ""));
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].kernels.size() == 5);
  const char* const reasons[] = {"", "off the reference", "off the reference by inf", "planted",
                                 ""};
  for (std::size_t i = 0; i < 5; ++i) {
    const Measured& kernel = all[0].kernels[i];
    CAPTURE(kernel.kernel.info.id);
    const std::string reason = reasons[i];
    CHECK((kernel.warm.samples > 0) == reason.empty());
    CHECK((kernel.cold.samples > 0) == reason.empty());
    CHECK(kernel.failed.empty() == reason.empty());
    CHECK(kernel.failed.find(reason) != std::string::npos);
  }
  int times = 0;
  const Origin origin{"here", 2, 2};
  for (const std::string& row : rows_of(all[0], origin)) {
    const bool timed = row.find("median_ms") != std::string::npos;
    CHECK(timed == (row.find("failed") == std::string::npos));
    times += timed ? 1 : 0;
  }
  CHECK(times == 4);
}

std::vector<OpBenches> two_tables() {
  std::vector<OpBenches> benches = planted();
  benches.push_back(benches[0]);
  benches[0].tables[0].table = "first";
  benches[1].tables[0].table = "second";
  return benches;
}

TEST_CASE("each round goes through all tables, and the last hands over") {
  const TinyShapes shapes("odd 1 1 7 9 3\n");
  std::vector<std::string> events;
  MeasureListener listener;
  listener.at = [&](const MeasureProgress& now) {
    events.push_back(
        fmt::format("{} {}/{}, {}/{}", now.table, now.round, now.rounds, now.done, now.all));
  };
  listener.measured = [&](const MeasuredProblem& problem) {
    events.push_back(
        fmt::format("{}: {} rounds", problem.table, problem.kernels.at(0).warm.rounds));
  };
  Context context({.threads = 1});
  measure(context, two_tables(), quick(shapes, "good"), listener);
  CHECK(events == std::vector<std::string>{"first 1/2, 0/4", "second 1/2, 1/4", "first 2/2, 2/4",
                                           "first: 2 rounds", "second 2/2, 3/4",
                                           "second: 2 rounds"});
}

TEST_CASE("a stop in a later round hands over all that was timed, once") {
  const TinyShapes shapes("one 1 1 7 9 3\ntwo 1 1 5 5 3\n");
  for (const auto& [rounds, stop_at, handed] :
       {std::tuple{3, 5, std::vector<int>{2, 1, 1, 1}}, {2, 6, std::vector<int>{2, 2, 1, 1}}}) {
    std::vector<int> timed;
    int done = 0;
    MeasureListener listener;
    listener.at = [&](const MeasureProgress&) { ++done; };
    listener.should_stop = [&, last = stop_at] { return done >= last; };
    listener.measured = [&](const MeasuredProblem& problem) {
      timed.push_back(problem.kernels.at(0).warm.rounds);
    };
    MeasureSettings settings = quick(shapes, "good");
    settings.rounds = rounds;
    Context context({.threads = 1});
    measure(context, two_tables(), settings, listener);
    CHECK(timed == handed);
  }
}

TEST_CASE("what was timed before memory ran out is handed over") {
  const TinyShapes shapes("odd 1 1 7 9 3\n");
  std::vector<std::string_view> timed;
  MeasureListener listener;
  listener.measured = [&](const MeasuredProblem& problem) {
    for (const Measured& kernel : problem.kernels) timed.push_back(kernel.kernel.info.id);
  };
  Context context({.threads = 1});
  CHECK_THROWS_AS(measure(context, planted<kRunsOut>(), quick(shapes, ""), listener), OutOfMemory);
  CHECK(timed == std::vector<std::string_view>{"relu.fwd.cpu.good"});
}

TEST_CASE("a kernel that fails in a later round has no time either") {
  const TinyShapes shapes("odd 1 1 7 9 3\n");
  std::vector<Measured> kernels;
  MeasureListener listener;
  listener.at = [](const MeasureProgress& now) { tired = now.round == 2; };
  listener.measured = [&](const MeasuredProblem& problem) { kernels = problem.kernels; };
  Context context({.threads = 1});
  measure(context, planted<kTires>(), quick(shapes, "tires"), listener);
  REQUIRE(kernels.size() == 1);
  CHECK(kernels[0].failed == "planted");
  CHECK(kernels[0].warm.samples + kernels[0].cold.samples == 0);
}

TEST_CASE("each round has its operands on other pages") {
  const TinyShapes shapes("large 1 1 300 300 3\n");
  Planted::places.clear();
  measured({}, planted(), quick(shapes, "good"));
  REQUIRE(Planted::places.size() >= 3);  // of the first round more than one: it verifies
  CHECK(Planted::places.front() != Planted::places.back());
}

TEST_CASE("what was timed before a stop is handed over") {
  const TinyShapes shapes("one 1 1 7 9 3\ntwo 1 1 5 5 3\n");
  std::vector<std::string> names;
  int asked = 0;
  MeasureListener listener;
  listener.measured = [&](const MeasuredProblem& problem) {
    for (const Measured& kernel : problem.kernels) {
      names.push_back(problem.shape.name);
      CHECK(kernel.warm.rounds == 1);
    }
  };
  listener.should_stop = [&] { return ++asked > 3; };  // before a round, a problem, a kernel
  Context context({.threads = 1});
  measure(context, planted(), quick(shapes, "good"), listener);
  CHECK(names == std::vector<std::string>{"one"});
}

TEST_CASE("a filter names kernels and shapes; libraries' stay beside those that are left") {
  const TinyShapes shapes("one 1 1 7 9 3\ntwo 1 1 5 5 3\n");
  const auto all = measured({}, all_benches(), quick(shapes, "relu.fwd.cpu.vector on tiny two"));
  REQUIRE(all.size() == 1);
  CHECK(all[0].shape.problem() == "tiny two");
  CHECK(all[0].kernels[0].kernel.info.id == "relu.fwd.cpu.vector");
  CHECK(all[0].kernels[0].warm.samples > 0);
  for (std::size_t i = 1; i < all[0].kernels.size(); ++i) {
    CHECK(all[0].kernels[i].kernel.role == Role::baseline);
    CHECK(all[0].baseline(all[0].kernels[0], &Measured::warm) == &all[0].kernels[i]);
  }
  Context context({.threads = 1});
  CHECK_THROWS_AS(measure(context, quick(shapes, "no such"), {}), InputError);
}

// On shapes that every table reads: a kernel that fails here would have no row.
TEST_CASE("libraries' kernels compute what ours do") {
  const TinyShapes maps("odd 1 1 7 9 3\neven 1 1 6 8 16\n");
  const TinyShapes convolutions("layer 1 1 9 11 16 32 3 3 1 1\nfirst 1 1 8 9 3 16 3 3 1 1\n");
  const TinyShapes products("plain 1 33 17 20 0 0\nturned 1 16 33 48 1 1\n");
  const TinyShapes pools("most 1 1 7 9 16 max\nmean 1 1 6 8 3 average\n");
  const TinyShapes sizes("up 1 1 5 6 16 10 12 nearest\nsmooth 1 1 5 6 16 9 12 bilinear\n");
  int baselines = 0;
  for (const auto& [shapes, filter] : {std::pair{&maps, "relu."},
                                       {&maps, "elementwise.map"},
                                       {&maps, "reduce.rows"},
                                       {&maps, "gram."},
                                       {&maps, "instance_norm.fwd"},
                                       {&convolutions, "conv2d."},
                                       {&products, "gemm.fwd"},
                                       {&pools, "pool2d."},
                                       {&sizes, "resize."}}) {
    MeasureSettings settings = quick(*shapes, filter);
    settings.rounds = 1;
    settings.cold = false;
    for (const MeasuredProblem& problem : measured({}, all_benches(), settings)) {
      for (const Measured& kernel : problem.kernels) {
        CAPTURE(kernel.kernel.info.id);
        CAPTURE(problem.shape.name);
        CHECK(kernel.failed == "");
        if (kernel.kernel.role != Role::baseline) continue;
        CHECK(kernel.skipped == "");
        CHECK(kernel.warm.samples > 0);
        ++baselines;
      }
    }
  }
  MESSAGE(baselines, " baselines");  // none in a build without oneDNN
}

}  // namespace
}  // namespace impasto::lab
