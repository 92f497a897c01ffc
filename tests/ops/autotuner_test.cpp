// A tuner on kernels whose times the test sets, by a clock of its own.
#include "ops/autotuner.h"

#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "ops/conv2d/conv2d.h"
#include "ops/gram/gram.h"
#include "ops/launch.h"
#include "tensor/allocator.h"
#include "tensor/gpu_graph.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

enum Toy { first, second, third, rounding, by_name, disorderly, reference, kToys };

// What the toys do: time goes by, and how often each ran.
struct World {
  double now = 0;
  double cost[kToys] = {0.04, 0.02, 0.03, 0.01, 0.01, 0.01, 0.01};
  int ran[kToys] = {};
  int fails = -1;
} world;

struct State {
  int runs = 0;
};
struct ToyProblem {
  int size = 0;
  DType dtype = DType::f32;
  std::string to_string() const { return fmt::format("toy({})", size); }
};
struct ToyArgs {
  const Tensor& src;
  Tensor& sum;
  bool twice = false;
  State* state = nullptr;
};

template <Toy toy>
void run_toy(Context&, const ToyProblem&, const ToyArgs& args, void* workspace) {
  CHECK(workspace != nullptr);
  if (world.fails == toy) throw Error("this one cannot, after all");
  world.now += world.cost[toy];
  ++world.ran[toy];
  *args.sum.data<float>() += *args.src.data<float>();
  if (args.state != nullptr) ++args.state->runs;
}

template <Toy toy>
Kernel<ToyProblem, ToyArgs> make_toy(KernelInfo info) {
  return {.info = info,
          .workspace_bytes = [](const ToyProblem&, int) { return std::size_t{1} << 20; },
          .run = run_toy<toy>};
}

const Kernel<ToyProblem, ToyArgs> kKernels[] = {
    make_toy<first>({.id = "toy.fwd.cpu.first", .idea = "of the test"}),
    make_toy<second>({.id = "toy.fwd.cpu.second", .idea = "of the test"}),
    make_toy<third>({.id = "toy.fwd.cpu.third", .idea = "of the test"}),
    make_toy<rounding>(
        {.id = "toy.fwd.cpu.rounding", .idea = "of the test", .operand_eps = 0x1p-11}),
    make_toy<by_name>({.id = "toy.fwd.cpu.by_name", .idea = "of the test", .by_name = true}),
    make_toy<disorderly>(
        {.id = "toy.fwd.cpu.disorderly", .idea = "of the test", .deterministic = false}),
    make_toy<reference>({.id = "toy.fwd.cpu.reference", .idea = "of the test"}),
};
const KernelTable<ToyProblem, ToyArgs> kTable = {"toy.fwd", kKernels};

double virtual_seconds(Context&, const std::function<void()>& work) {
  const double before = world.now;
  work();
  return world.now - before;
}

// A context with a tuner, and one call of the toy in it.
struct Fixture {
  explicit Fixture(TunedChoices known = {}) : tuner(std::move(known), virtual_seconds) {
    context.set_autotuner(&tuner);
  }
  std::string launch_toy(int size = 1, bool twice = false, State* state = nullptr) {
    context.reset_launches();
    launch(context, kTable, {size}, {src, sum, twice, state});
    REQUIRE(context.launches().size() == 1);  // trials are not counted
    return context.launches().begin()->first;
  }

  Context context{{.threads = 1}};
  Autotuner tuner;
  Tensor src = Tensor::full({1}, 2), sum = Tensor::full({1}, 5);
};

int runs() {
  int sum = 0;
  for (const int ran : world.ran) sum += ran;
  return sum;
}

TEST_CASE("without a tuner nothing is measured") {
  world = {};
  Fixture f;
  CHECK(Context().autotuner() == nullptr);
  f.context.set_autotuner(nullptr);
  CHECK(f.launch_toy() == "toy.fwd.cpu.first");
  CHECK(runs() == 1);
}

TEST_CASE("a tuner changes which kernel runs, and measures a problem once") {
  world = {};
  Fixture f;
  CHECK(f.launch_toy() == "toy.fwd.cpu.second");
  const int measured = runs();
  CHECK(measured > 3);
  CHECK(f.launch_toy() == "toy.fwd.cpu.second");
  CHECK(runs() == measured + 1);
  CHECK(f.tuner.report().measured == 1);
  CHECK(f.tuner.report().changed == 1);
  CHECK(f.launch_toy(2) == "toy.fwd.cpu.second");
  CHECK(runs() > measured + 4);
  CHECK(f.tuner.choices().size() == 2);
}

TEST_CASE("what rounds more, is not deterministic or only runs by name is not tried") {
  world = {};
  Fixture f;
  f.launch_toy();
  for (const Toy toy : {rounding, by_name, disorderly, reference}) CHECK(world.ran[toy] == 0);
  CHECK(f.tuner.choices().begin()->second.rivals.size() == 3);
}

TEST_CASE("trials leave no trace but the choice") {
  world = {};
  Fixture f;
  State state;
  const std::size_t before = allocator_of({}).stats().live_bytes;
  f.launch_toy(1, false, &state);
  CHECK(f.sum.item() == 7);
  CHECK(f.src.item() == 2);
  CHECK(state.runs == 1);
  const std::size_t scratch = std::size_t{1} << 20;  // of the kernel that ran
  CHECK(allocator_of({}).stats().live_bytes == before + scratch);
}

TEST_CASE("a kernel that is asked for by name wins over the tuner") {
  world = {};
  Fixture f;
  f.context.request_kernel("toy.fwd", "toy.fwd.cpu.third");
  CHECK(f.launch_toy() == "toy.fwd.cpu.third");
  CHECK(runs() == 1);
  CHECK(f.tuner.choices().empty());
}

TEST_CASE("a choice needs more than noise") {
  world = {};
  world.cost[second] = 0.0385;
  world.cost[third] = 0.039;
  Fixture f;
  CHECK(f.launch_toy() == "toy.fwd.cpu.first");
  CHECK(f.tuner.report().changed == 0);
  world.cost[second] = 0.0375;
  CHECK(f.launch_toy(2) == "toy.fwd.cpu.second");
}

TEST_CASE("a kernel that was slow only for a while is not replaced") {
  world = {};
  Fixture f;
  int calls = 0;
  f.tuner = Autotuner({}, [&](Context& context, const std::function<void()>& work) {
    return virtual_seconds(context, work) * (++calls <= 7 ? 10 : 1);
  });
  world.cost[first] = 0.01;
  world.cost[second] = world.cost[third] = 0.0098;
  CHECK(f.launch_toy() == "toy.fwd.cpu.first");
  CHECK(f.tuner.choices().begin()->second.rivals[0].seconds == doctest::Approx(0.01));
}

TEST_CASE("a hopeless kernel runs twice, and a problem does not take for ever") {
  world = {};
  world.cost[second] = world.cost[third] = 0.13;
  Fixture f;
  CHECK(f.launch_toy() == "toy.fwd.cpu.first");
  CHECK(world.ran[second] == 2);
  world = {};
  world.cost[first] = 0.6;
  CHECK(f.launch_toy(2) == "toy.fwd.cpu.first");
  CHECK(world.ran[first] == 3);  // over a second, then the call itself
  CHECK(world.ran[second] == 0);
  const TunedChoice& choice = f.tuner.choices().rbegin()->second;
  CHECK(choice.rivals[1].seconds == std::numeric_limits<double>::infinity());
}

TEST_CASE("short kernels run many times for a sample") {
  world = {};
  for (double& cost : world.cost) cost *= 1e-3;
  Fixture f;
  CHECK(f.launch_toy() == "toy.fwd.cpu.second");
  CHECK(world.ran[third] == 2 + 5 * 16);  // of 30 us, in half a millisecond
}

TEST_CASE("a kernel that fails when it is tried is out of the race") {
  world = {};
  world.fails = second;
  Fixture f;
  CHECK(f.launch_toy() == "toy.fwd.cpu.third");
  world.fails = first;  // then that is for the call itself to report
  CHECK_THROWS_WITH_AS(f.launch_toy(2), "this one cannot, after all", Error);
  CHECK(f.tuner.choices().size() == 1);
}

TEST_CASE("without the memory to try, the first kernel runs and nothing is remembered") {
  world = {};
  Fixture f;
  f.context.workspace(std::size_t{1} << 20);
  allocator_of({}).set_limit(allocator_of({}).stats().live_bytes + 1024);
  const std::string ran = f.launch_toy();
  allocator_of({}).set_limit(0);
  CHECK(ran == "toy.fwd.cpu.first");
  CHECK(f.tuner.choices().empty());
}

TEST_CASE("calls with other operands are other problems") {
  world = {};
  Fixture f;
  State state;
  f.launch_toy(1, false);
  f.launch_toy(1, true);
  f.launch_toy(1, true, &state);
  CHECK(f.tuner.choices().size() == 3);
  CHECK(f.tuner.choices().contains("toy.fwd toy(1) tt1p"));
}

TEST_CASE("what is known is not measured, unless the kernels have changed") {
  world = {};
  const std::string problem = "toy.fwd toy(1) tt0-";
  const std::vector<TunedChoice::Timing> rivals = {
      {"toy.fwd.cpu.first", 1}, {"toy.fwd.cpu.second", 2}, {"toy.fwd.cpu.third", 3}};
  Fixture f({{problem, {"toy.fwd.cpu.third", rivals}}});
  CHECK(f.launch_toy() == "toy.fwd.cpu.third");
  CHECK(runs() == 1);
  CHECK(f.tuner.report().known == 1);
  Fixture other({{problem, {"toy.fwd.cpu.third", {rivals.begin(), rivals.begin() + 2}}}});
  CHECK(other.launch_toy() == "toy.fwd.cpu.second");
  CHECK(other.tuner.report().known == 0);
}

Tensor random(const Shape& shape, std::uint64_t seed) {
  return test::random_tensor(shape, DType::f32, seed);
}

// Everything is faster than what came before it: of one problem, the last kernel is chosen.
Autotuner::Stopwatch ever_faster() {
  return [calls = 0](Context&, const std::function<void()>& work) mutable {
    work();
    return 0.1 / ++calls;
  };
}

TEST_CASE("a tuned gradient that adds in place has the bits of the kernel asked for by name") {
  const Tensor features = random({1, 9, 8, 48}, 1), grad = random({1, 48, 48}, 2);
  const Tensor sum = random(features.shape(), 3);
  Context tuned, named;
  Autotuner tuner({}, ever_faster());
  tuned.set_autotuner(&tuner);
  const Tensor got = gram_backward(tuned, features, grad, 0.5, sum.clone());
  tuned.set_autotuner(nullptr);
  named.request_kernel("gram.bwd", tuned.launches().begin()->first);
  CHECK(test::compare_exact(got, gram_backward(named, features, grad, 0.5, sum.clone())).ok);
}

TEST_CASE("a filter cache holds the form of the chosen kernel only") {
  const Tensor src = random({1, 24, 24, 16}, 1);
  const Tensor wei = random({32, 3, 3, 16}, 2);
  Context tuned, named;
  Autotuner tuner({}, ever_faster());
  tuned.set_autotuner(&tuner);
  FilterCache cache, want_cache;
  const Conv2dParams params{.pad = 1};
  const Tensor got = conv2d_forward(tuned, src, wei, {}, params, false, &cache).dst;
  named.request_kernel("conv2d.fwd", tuned.launches().begin()->first);
  const Tensor want = conv2d_forward(named, src, wei, {}, params, false, &want_cache).dst;
  CHECK(test::compare_exact(got, want).ok);
  CHECK(cache.bytes() == want_cache.bytes());
}

TEST_CASE("nothing is tried while a device is recorded") {
  Context context({.device = {DeviceType::simt}});
  Autotuner tuner({}, ever_faster());
  context.set_autotuner(&tuner);
  const Tensor src = random({1, 8, 8, 4}, 1).to(context.device());
  const Tensor wei = random({4, 3, 3, 4}, 2).to(context.device());
  Tensor dst;
  const auto work = [&] { dst = conv2d_forward(context, src, wei, {}, {.pad = 1}).dst; };
  const GpuGraph graph(context, work);
  graph.replay(context);
  CHECK(tuner.choices().empty());
  const Tensor replayed = dst.to(Device{});
  context.set_autotuner(nullptr);
  work();
  CHECK(test::compare_exact(replayed, dst.to(Device{})).ok);
  context.set_autotuner(&tuner);
  work();
  CHECK(tuner.report().changed == 1);
}

TEST_CASE("the device's own clock chooses a kernel that can serve") {
  Context context;
  Autotuner tuner;
  context.set_autotuner(&tuner);
  const Tensor features = random({1, 16, 16, 32}, 1);
  const Tensor gram = gram_forward(context, features, 1);
  for (const auto& [problem, choice] : tuner.choices()) {
    for (const auto& rival : choice.rivals) CHECK(rival.seconds > 0);
  }
  Context plain;
  CHECK(test::relative_error(gram, gram_forward(plain, features, 1)) < 1e-5);
}

}  // namespace
}  // namespace impasto
