// Style transfer with the GPU kernels, on the host executor: the same losses and gradients as the
// processor's kernels, whatever order the executor runs threads in, and no host access to a
// device's memory anywhere on the way.
#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "nn/vgg.h"
#include "ops/autotuner.h"
#include "style/stylize.h"
#include "tensor/allocator.h"
#include "tests/support/compare.h"
#include "tests/support/device.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

// simt, or the GPU that $IMPASTO_TEST_DEVICE names.
const Device kDevice = test::test_device({DeviceType::simt});

ContextOptions on_device(simt::Options order = {}) {
  ContextOptions options;
  options.device = kDevice;
  options.simt = order;
  return options;
}

NamedTensors read_fixture(const std::string& name) {
  return read_safetensors(std::string(IMPASTO_FIXTURES) + "/" + name);
}

Tensor picture(const std::string& name) {
  static const NamedTensors file = read_fixture("vgg_golden.safetensors");
  const Tensor image = file.tensors.at(name).to(DType::f32);
  return image.reshape({1, image.shape()[0], image.shape()[1], 3});
}

Vgg network(const std::string& weights, PoolKind pooling, Device device) {
  return Vgg(vgg_spec(read_fixture(weights), weights), pooling, device);
}

StylizeSettings settings_for_all() {
  StylizeSettings settings;
  settings.tv_weight = 0.02;
  return settings;
}

LossGradient evaluate(Context& context, Vgg vgg) {
  StyleObjective objective(context, vgg, settings_for_all(), picture("content"),
                           {picture("style")});
  return objective.evaluate(context, picture("start"), true);
}

void check_near(const LossGradient& got, const LossGradient& want) {
  const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-5 * std::abs(b); };
  CHECK(near(got.losses.total, want.losses.total));
  CHECK(near(got.losses.tv, want.losses.tv));
  for (const auto& [layer, loss] : want.losses.content)
    CHECK(near(got.losses.content.at(layer), loss));
  for (const auto& [layer, loss] : want.losses.style) CHECK(near(got.losses.style.at(layer), loss));
  CHECK(got.gradient.device() == kDevice);
  CHECK(test::relative_error(got.gradient.to(Device{}), want.gradient) < 1e-3);
}

TEST_CASE("an evaluation on simt agrees with the processor's") {
  for (const auto& [weights, pooling] : {std::pair{"vgg.safetensors", PoolKind::max},
                                         std::pair{"vgg.safetensors", PoolKind::average},
                                         std::pair{"vgg_reflect.safetensors", PoolKind::max}}) {
    CAPTURE(weights);
    Context host, device(on_device());
    const LossGradient got = evaluate(device, network(weights, pooling, kDevice));
    check_near(got, evaluate(host, network(weights, pooling, {})));
    for (const auto& [id, count] : device.launches()) {
      CAPTURE(id);
      CHECK(id.find(".cpu.") == std::string::npos);
    }
  }
}

TEST_CASE("the kernels for tensor cores carry an evaluation, too") {
  Context host, device(on_device());
  device.request_kernel("gram.fwd", "gram.fwd.cuda.mma.tf32x3");
  device.request_kernel("gram.bwd", "gram.bwd.cuda.mma.tf32x3");
  check_near(evaluate(device, network("vgg.safetensors", PoolKind::max, kDevice)),
             evaluate(host, network("vgg.safetensors", PoolKind::max, {})));
}

TEST_CASE("a picture is painted on simt, with the same bits in every order of threads") {
  for (OptimizerKind optimizer : {OptimizerKind::lbfgs, OptimizerKind::adam}) {
    StylizeSettings settings = settings_for_all();
    settings.optimizer = optimizer;
    settings.iterations = 3;
    Tensor first;
    for (simt::Order order :
         {simt::Order::forward, simt::Order::reverse, simt::Order::priorities}) {
      Context device(on_device({order, 7}));
      Vgg vgg = network("vgg.safetensors", PoolKind::max, kDevice);
      const StylizeResult result = stylize(
          device, vgg, settings, {picture("content"), {picture("style")}, picture("start")});
      CHECK(result.iterations == 3);
      CHECK(result.image.device() == kDevice);
      const Tensor image = result.image.to(Device{});
      if (!first.defined()) first = image;
      CHECK(test::compare_exact(image, first).ok);
    }
    CHECK(test::relative_error(first, picture("start")) > 1e-3);
  }
}

TEST_CASE(
    "an iteration that is recorded once and replayed gives the bits of one that is launched") {
  for (OptimizerKind optimizer : {OptimizerKind::lbfgs, OptimizerKind::adam}) {
    StylizeSettings settings = settings_for_all();
    settings.optimizer = optimizer;
    settings.iterations = 7;
    settings.lbfgs_history = 3;  // goes round
    const auto paint = [&](bool graph, int report_every) {
      Context device(on_device());
      Vgg vgg = network("vgg.safetensors", PoolKind::max, kDevice);
      settings.graph = graph;
      std::vector<double> losses;
      StylizeCallbacks callbacks;
      callbacks.report_every = report_every;
      callbacks.on_evaluation = [&](const EvaluationRecord& record) {
        losses.push_back(record.losses.total);
      };
      StylizeResult result =
          stylize(device, vgg, settings, {picture("content"), {picture("style")}, picture("start")},
                  callbacks);
      CHECK((result.graph_launches > 100) == graph);
      CHECK(result.iterations == 7);
      return std::pair{result.image.to(Device{}), losses};
    };
    const auto [image, losses] = paint(false, 1);
    const auto [replayed, replayed_losses] = paint(true, 1);
    CHECK(test::compare_exact(replayed, image).ok);
    CHECK(replayed_losses == losses);
    CHECK(losses.size() == 7);
    const auto [unobserved, few_losses] = paint(true, 4);
    CHECK(test::compare_exact(unobserved, image).ok);
    CHECK(few_losses == std::vector{losses[0], losses[3], losses[6]});
  }
}

TEST_CASE("replayed iterations that lead nowhere end as launched ones do") {
  for (bool graph : {false, true}) {
    Context device(on_device());
    Vgg vgg = network("vgg.safetensors", PoolKind::max, kDevice);
    StylizeSettings settings = settings_for_all();
    settings.optimizer = OptimizerKind::adam;
    settings.learning_rate = 1e30;  // the next losses are infinite
    settings.iterations = 40;
    settings.graph = graph;
    StylizeCallbacks callbacks;
    callbacks.report_every = 3;
    std::vector<std::string> notes;
    callbacks.on_note = [&](const std::string& text) { notes.push_back(text); };
    const StylizeResult result =
        stylize(device, vgg, settings, {picture("content"), {picture("style")}, picture("start")},
                callbacks);
    CHECK(result.iterations == 9);  // good and bad in turns, the fifth bad one is not counted
    // Iterations 1 and 2, with the first failure, then reports at 3, 6 and 9, where it is over.
    CAPTURE(fmt::format("{}", fmt::join(notes, "; ")));
    CHECK(notes.back().find("5 times in a row") != std::string::npos);
    CHECK(std::ranges::count(notes, notes.back()) == 1);
    CHECK(test::compare_exact(result.image.to(Device{}), picture("start")).ok);
  }
}

// Shows any time, so that some kernels are chosen that otherwise would not be.
Autotuner::Stopwatch broken_stopwatch() {
  return [calls = 0](Context&, const std::function<void()>& work) mutable {
    work();
    return 2e-2 * (1 + ++calls * 7 % 10);
  };
}

TEST_CASE("kernels are tried before an iteration is recorded, and a recording has those chosen") {
  StylizeSettings settings = settings_for_all();
  settings.iterations = 3;
  std::int64_t evaluations = 0;  // launched or recorded, not replayed
  const auto paint = [&](Autotuner& tuner, bool graph) {
    settings.graph = graph;
    Context device(on_device());
    device.set_autotuner(&tuner);
    Vgg vgg = network("vgg.safetensors", PoolKind::max, kDevice);
    const StylizeResult result =
        stylize(device, vgg, settings, {picture("content"), {picture("style")}, picture("start")});
    CHECK((result.graph_launches > 0) == graph);
    evaluations = 0;
    for (const auto& [id, count] : device.launches()) {
      if (id.starts_with("total_variation.fwd.")) evaluations += count;
    }
    return result.image.to(Device{});
  };
  Autotuner tuner({}, broken_stopwatch()), knows;
  const Tensor tuned = paint(tuner, true);
  CHECK(evaluations == 3);  // after the one with trials one without, then the recording
  CHECK(tuner.report().changed > 0);
  for (const bool graph : {true, false}) {
    knows = Autotuner(tuner.choices(), broken_stopwatch());
    CHECK(test::compare_exact(paint(knows, graph), tuned).ok);
    CHECK(knows.report().measured == 0);
    CHECK(evaluations == (graph ? 2 : 3));
  }
}

TEST_CASE("where a recording does not fit, iterations are launched, and somebody is told") {
  StylizeSettings settings = settings_for_all();
  settings.optimizer = OptimizerKind::adam;
  settings.iterations = 4;
  Allocator& allocator = allocator_of(kDevice);
  Context device(on_device());
  Vgg vgg = network("vgg.safetensors", PoolKind::max, kDevice);
  std::vector<std::string> notes;
  StylizeCallbacks callbacks;
  callbacks.on_note = [&](const std::string& text) { notes.push_back(text); };
  const auto paint = [&](bool graph) {
    settings.graph = graph;
    return stylize(device, vgg, settings,
                   {picture("content"), {picture("style")}, picture("start")}, callbacks);
  };
  allocator.reset_peak();
  const Tensor image = paint(false).image.to(Device{});
  CHECK(notes.empty());
  allocator.set_limit(allocator.stats().peak_bytes);
  const StylizeResult launched = paint(true);
  allocator.set_limit(0);
  CHECK(launched.graph_launches == 0);
  REQUIRE(notes.size() == 1);
  CHECK(notes.front().find("no memory to record") != std::string::npos);
  CHECK(test::compare_exact(launched.image.to(Device{}), image).ok);
}

}  // namespace
}  // namespace impasto
