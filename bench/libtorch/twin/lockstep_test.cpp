// The twin computes what we do: on small random networks, with every kind of padding, pooling, loss
// and optimiser, and when it does not, that is seen.
#include "bench/libtorch/twin/lockstep.h"

#include <cmath>

#include <doctest/doctest.h>

#include "bench/libtorch/twin/twin.h"
#include "tensor/random.h"

namespace impasto::twin {
namespace {

Tensor noise(const Shape& shape, std::uint64_t seed, double low, double high) {
  Tensor result = Tensor::empty(shape);
  fill_uniform(result, seed, low, high);
  return result;
}

// conv1_1, conv1_2, conv2_1 with 6, 8 and 10 channels; conv0 in front when asked for.
VggSpec small_network(bool conv0) {
  VggSpec spec;
  std::int64_t ic = 3;
  std::uint64_t seed = 1;
  const auto add = [&](int block, int index, std::int64_t oc, std::int64_t k) {
    const double spread = std::sqrt(6.0 / static_cast<double>(ic * k * k));
    const Tensor wei = noise({oc, k, k, ic}, seed++, -spread, spread);
    spec.convs.push_back({block, index, wei, noise({oc}, seed++, -1, 1)});
    ic = oc;
  };
  if (conv0) add(0, 0, 3, 1);
  add(1, 1, 6, 3);
  add(1, 2, 8, 3);
  add(2, 1, 10, 3);
  return spec;
}

Problem small_problem() {
  Problem problem;
  problem.spec = small_network(false);
  problem.settings.content_layers = {{"relu2_1", 1}};
  problem.settings.style_layers = {{"relu1_1", 1}, {"relu1_2", 0.5}, {"relu2_1", 2}};
  const Tensor content = noise({1, 21, 26, 3}, 100, 0, 255);
  problem.inputs = {content, {noise({1, 24, 19, 3}, 101, 0, 255)}, content};
  return problem;
}

void check(Problem problem) {
  problem.layers = resolve_layers(Vgg(problem.spec, problem.pooling), problem.settings);
  Context context;
  const auto rows = run_lockstep(context, problem, 6, {}).rows;
  REQUIRE(rows.size() == 6);
  for (const LockstepRow& row : rows) {
    CAPTURE(row.iteration);
    CHECK(agrees(row));
    CHECK((row.gradient <= 1e-4 || row.flips > 0));
    for (const auto& [name, layer] : row.layers) {
      CAPTURE(name);
      CHECK(layer.features <= 1e-5);
      CHECK(layer.gram <= 1e-5);
    }
  }
  CHECK(rows.back().ours.total < rows.front().ours.total);
}

TEST_CASE("the twin agrees in lockstep: zero padding, L-BFGS") {
  check(small_problem());
}

TEST_CASE("the twin agrees in lockstep: conv0, reflection, RGB of 0..1, Adam") {
  Problem problem = small_problem();
  problem.spec = small_network(true);
  problem.spec.pad_mode = PadMode::reflect;
  problem.spec.input = {.bgr = false, .range = 1, .mean = {0.4, 0.5, 0.3}, .std = {0.2, 0.3, 0.1}};
  problem.settings.optimizer = OptimizerKind::adam;
  check(problem);
}

TEST_CASE("the twin agrees in lockstep: average pooling, replication, two styles, variation") {
  Problem problem = small_problem();
  problem.pooling = PoolKind::average;
  problem.spec.pad_mode = PadMode::replicate;
  problem.inputs.styles.push_back(noise({1, 30, 17, 3}, 102, 0, 255));
  problem.settings.style_blend = {2, 1};
  problem.settings.tv_weight = 0.1;
  problem.settings.line_search = true;
  check(problem);
}

TEST_CASE("the twin agrees in lockstep: taps before ReLU and on a pool, absolute variation") {
  Problem problem = small_problem();
  problem.settings.content_layers = {{"conv1_2", 1}, {"pool1", 1}};
  problem.settings.tv_weight = 0.1;
  problem.settings.tv_kind = VariationKind::absolute;
  check(problem);
}

TEST_CASE("every exact setting of the processor agrees, autocast is told apart") {
  Problem problem = small_problem();
  problem.layers = resolve_layers(Vgg(problem.spec), problem.settings);
  Context context;
  const Tensor image = noise(problem.inputs.content.shape(), 103, 0, 255);
  for (const Setting& setting : default_settings()) {
    if (!unavailable(setting, Device{}).empty()) continue;
    CAPTURE(setting.name);
    const SettingDifference difference = compare_setting(context, problem, setting, image);
    CHECK(agrees(difference) == setting.exact());
  }
}

TEST_CASE("a wrong weight is seen") {
  Problem problem = small_problem();
  problem.layers = resolve_layers(Vgg(problem.spec), problem.settings);
  Context context;
  Vgg network(problem.spec);
  StyleObjective objective(context, network, problem.settings, problem.inputs.content,
                           problem.inputs.styles);
  Problem wrong = problem;
  wrong.spec.convs[1].wei = wrong.spec.convs[1].wei.clone();
  wrong.spec.convs[1].wei.data<float>()[7] += 0.1f;
  Twin twin(make_torch_vgg(wrong.spec, wrong.pooling, {}, Device{}), wrong.settings, wrong.layers,
            wrong.inputs);
  LockstepRow row;
  const Tensor image = noise(problem.inputs.content.shape(), 103, 0, 255);
  const double ours = objective.evaluate(context, image, false).losses.total;
  row.total = relative_difference(twin.evaluate(image).losses.total, ours, ours);
  CHECK_FALSE(agrees(row));
  row.total = NAN;
  CHECK_FALSE(agrees(row));
}

TEST_CASE("a free run goes where ours goes") {
  Problem problem = small_problem();
  problem.settings.iterations = 10;
  problem.layers = resolve_layers(Vgg(problem.spec), problem.settings);
  for (const OptimizerKind kind : {OptimizerKind::lbfgs, OptimizerKind::adam}) {
    problem.settings.optimizer = kind;
    Context context;
    Vgg network(problem.spec);
    const double ours = stylize(context, network, problem.settings, problem.inputs).losses.total;
    Twin twin(make_torch_vgg(problem.spec, problem.pooling, {}, Device{}), problem.settings,
              problem.layers, problem.inputs);
    int left = problem.settings.iterations;
    double theirs = 0;
    twin.optimise(problem.inputs.start,
                  {[&] { return left-- > 0; }, [&](double loss) { theirs = loss; }});
    CHECK(relative_difference(theirs, ours, ours) < 0.01);
  }
}

TEST_CASE("settings are words, and unknown ones are named") {
  const Setting setting = parse_setting("frozen+channels_last+no_onednn");
  CHECK(setting.frozen);
  CHECK(setting.channels_last);
  CHECK_FALSE(setting.onednn);
  CHECK(setting.exact());
  CHECK_FALSE(parse_setting("tf32").exact());
  CHECK_FALSE(unavailable(parse_setting("graph"), Device{}).empty());
  CHECK_THROWS_WITH_AS(parse_setting("frozen+fast"), doctest::Contains("'fast'"), InputError);
}

}  // namespace
}  // namespace impasto::twin
