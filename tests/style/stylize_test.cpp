// The optimisation loop on a small random network.
#include "style/stylize.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tensor/allocator.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

Vgg small_network(PadMode mode = PadMode::zero) {
  VggSpec spec;
  std::int64_t ic = 3;
  std::uint64_t seed = 1;
  for (auto [block, index, oc] :
       {std::array{1, 1, 16}, std::array{1, 2, 16}, std::array{2, 1, 24}}) {
    Tensor wei = test::random_tensor({oc, 3, 3, ic}, DType::f32, seed++);
    for (float& value : wei.values<float>()) {
      value *= static_cast<float>(std::sqrt(2.0 / (9.0 * static_cast<double>(ic))));
    }
    spec.convs.push_back({block, index, wei, Tensor::zeros({oc})});
    ic = oc;
  }
  spec.pad_mode = mode;
  return Vgg(spec);
}

StylizeInputs small_inputs() {
  const auto picture = [](std::int64_t h, std::int64_t w, std::uint64_t seed) {
    Tensor image = test::random_tensor({1, h, w, 3}, DType::f32, seed);
    for (float& value : image.values<float>()) value = 127 + 40 * value;
    return image;
  };
  const Tensor content = picture(21, 34, 5);
  return {content, {picture(30, 19, 6)}, content};
}

TEST_CASE("the loss falls, with every optimiser") {
  for (int kind = 0; kind < 3; ++kind) {
    CAPTURE(kind);
    Context context;
    Vgg network = small_network();
    StylizeSettings settings;
    settings.optimizer = kind == 2 ? OptimizerKind::adam : OptimizerKind::lbfgs;
    settings.line_search = kind == 1;
    settings.learning_rate = kind == 2 ? 2 : 0;
    settings.iterations = 25;
    std::vector<double> losses;
    StylizeCallbacks callbacks;
    callbacks.on_evaluation = [&](const EvaluationRecord& record) {
      losses.push_back(record.losses.total);
    };
    const StylizeResult result = stylize(context, network, settings, small_inputs(), callbacks);
    CHECK(result.iterations == 25);
    CHECK(result.losses.total == losses.back());
    CHECK(losses.back() < 0.2 * losses.front());
  }
}

TEST_CASE("one and two threads, and two runs, give the same bits") {
  Tensor first;
  for (int threads : {1, 2, 2, 3}) {
    ContextOptions options;
    options.threads = threads;
    Context context(options);
    Vgg network = small_network();
    StylizeSettings settings;
    settings.iterations = 12;
    settings.tv_weight = 0.01;
    const Tensor image = stylize(context, network, settings, small_inputs()).image;
    if (!first.defined()) first = image;
    CHECK(test::compare_exact(image, first).ok);
  }
}

TEST_CASE("a stop request ends the run between iterations and keeps the picture") {
  Context context;
  Vgg network = small_network();
  StylizeSettings settings;
  settings.iterations = 50;
  int asked = 0;
  StylizeCallbacks callbacks;
  callbacks.should_stop = [&] { return asked++ == 7; };
  const StylizeResult result = stylize(context, network, settings, small_inputs(), callbacks);
  CHECK(result.stopped);
  CHECK(result.iterations == 7);
}

TEST_CASE("steady iterations allocate no more memory") {
  Context context;
  Vgg network = small_network();
  StylizeSettings settings;
  settings.iterations = 12;
  settings.lbfgs_history = 3;
  std::vector<std::size_t> peaks;
  Allocator& allocator = allocator_of({});
  StylizeCallbacks callbacks;
  callbacks.on_iteration = [&](int, const Tensor&) {
    peaks.push_back(allocator.stats().peak_bytes);
    allocator.reset_peak();
  };
  stylize(context, network, settings, small_inputs(), callbacks);
  for (std::size_t i = 7; i < peaks.size(); ++i) CHECK(peaks[i] == peaks[6]);
}

// Of all that is not the network's: activations, gradients, scratch, targets and pictures.
double evaluation_bytes_per_pixel(std::int64_t side) {
  Allocator& allocator = allocator_of({});
  Vgg network(random_vgg_spec(1));
  std::size_t peak = 0;
  {
    Context context({.threads = 2});
    const Tensor image = Tensor::full({1, side, side, 3}, 100);
    StyleObjective objective(context, network, {}, image, {image});
    objective.evaluate(context, image, true);  // transforms the filters
    allocator.reset_peak();
    objective.evaluate(context, image, true);
    peak = allocator.stats().peak_bytes;
  }
  const std::size_t bytes = peak - allocator.stats().live_bytes;
  return static_cast<double>(bytes) / static_cast<double>(side * side);
}

TEST_CASE("an evaluation over VGG-19 takes little more than what the deep layers need at once") {
  CHECK(evaluation_bytes_per_pixel(256) < 850);  // a quarter of it is relu1_1
#ifndef __SANITIZE_ADDRESS__                     // takes a minute there, and counts the same bytes
  CHECK(evaluation_bytes_per_pixel(544) < 600);  // larger pictures drop that
#endif
}

TEST_CASE("the peak that is reported has the pairs of L-BFGS in it, two pictures each") {
  const auto peak_with = [](int history) {
    Context context;
    Vgg network = small_network();
    StylizeSettings settings;
    settings.iterations = 12;
    settings.lbfgs_history = history;
    allocator_of({}).reset_peak();
    std::size_t peak = 0;
    StylizeCallbacks callbacks;
    callbacks.on_evaluation = [&](const EvaluationRecord& record) {
      CHECK(record.peak_bytes >= peak);
      peak = record.peak_bytes;
    };
    stylize(context, network, settings, small_inputs(), callbacks);
    return peak;
  };
  const std::size_t picture = small_inputs().content.bytes();
  const std::size_t more = peak_with(7) - peak_with(2);
  CHECK(more >= 5 * 2 * picture);
  CHECK(more < 5 * 2 * picture + 1024);    // inner products among the pairs
  CHECK(peak_with(50) == peak_with(100));  // pairs are allocated as they come
}

TEST_CASE("pictures that are moved in are let go, and a start that nobody holds is not copied") {
  Context context;
  Vgg network = small_network();
  StylizeSettings settings;
  settings.iterations = 1;
  StylizeInputs inputs = small_inputs();
  inputs.start = inputs.start.clone();
  const void* start = inputs.start.raw();
  const Tensor held = inputs.styles.front();
  StylizeCallbacks callbacks;
  callbacks.on_evaluation = [&](const EvaluationRecord&) { CHECK(held.solely_owned()); };
  CHECK(stylize(context, network, settings, std::move(inputs), callbacks).image.raw() == start);
  inputs = small_inputs();
  const Tensor before = inputs.start.clone();
  stylize(context, network, settings, inputs);
  CHECK(test::compare_exact(inputs.start, before).ok);
}

TEST_CASE("losses too large for f32 end in an error, not in a black picture") {
  Context context;
  Vgg network = small_network();
  StylizeInputs inputs = small_inputs();
  for (float& value : inputs.start.values<float>()) value = 1e30f;
  CHECK_THROWS_WITH_AS(stylize(context, network, {}, inputs), doctest::Contains("not finite"),
                       Error);
}

TEST_CASE("several styles blend their Gram matrices") {
  Context context;
  Vgg network = small_network();
  StylizeInputs inputs = small_inputs();
  inputs.styles.push_back(inputs.content);
  StylizeSettings settings;
  const auto style_loss = [&](std::vector<double> blend) {
    settings.style_blend = std::move(blend);
    StyleObjective objective(context, network, settings, inputs.content, inputs.styles);
    double total = 0;
    for (const auto& [layer, loss] :
         objective.evaluate(context, inputs.content, false).losses.style) {
      total += loss;
    }
    return total;
  };
  CHECK(style_loss({0, 1}) < 1e-9);  // the content's own Gram
  const double full = style_loss({3, 0});
  // Half way between the targets the difference halves, and its square is a quarter.
  CHECK(std::abs(style_loss({2, 2}) / full - 0.25) < 1e-4);
  CHECK(style_loss({}) == style_loss({1, 1}));
  CHECK_THROWS_WITH_AS(style_loss({1}), doctest::Contains("1 numbers for 2 style pictures"),
                       InputError);
}

TEST_CASE("a picture too small for the layers says which one") {
  Context context;
  Vgg network = small_network();
  StylizeInputs inputs = small_inputs();
  inputs.styles = {Tensor::zeros({1, 1, 9, 3})};
  CHECK_THROWS_WITH_AS(StyleObjective(context, network, {}, inputs.content, inputs.styles),
                       doctest::Contains("the style picture (9 x 1) cannot be used"), InputError);
}

}  // namespace
}  // namespace impasto
