#include "tools/train/trainer.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/support/compare.h"
#include "tests/support/device.h"
#include "tests/support/files.h"
#include "tests/train/tiny_run.h"
#include "tools/train/checkpoint.h"
#include "tools/train/encoder_file.h"
#include "weights/weights.h"

namespace impasto {
namespace {

using train::Trainer;
using train::write_encoder;

NamedTensors state_of(const Trainer& trainer) {
  NamedTensors file;
  trainer.save(file);
  for (auto& [name, tensor] : file.tensors) tensor = tensor.clone();
  return file;
}

void check_same_bits(const NamedTensors& got, const NamedTensors& want) {
  CHECK(got.metadata == want.metadata);
  REQUIRE(got.tensors.size() == want.tensors.size());
  for (const auto& [name, tensor] : want.tensors) {
    CAPTURE(name);
    CHECK(test::compare_exact(got.tensors.at(name), tensor).ok);
  }
}

TEST_CASE("six steps are three, a checkpoint, and three more, bit by bit") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "run.safetensors";
  Context context;
  train::Teachers teachers = test::tiny_teachers();
  Trainer whole(context, test::tiny_settings(), teachers, test::noise_batch);
  for (int i = 0; i < 6; ++i) whole.step();
  const train::RunSettings settings = {{"train.batch", "4"}};
  {
    Trainer half(context, test::tiny_settings(), teachers, test::noise_batch);
    for (int i = 0; i < 3; ++i) half.step();
    write_checkpoint(path, half, settings);
  }
  Trainer resumed(context, test::tiny_settings(), teachers, test::noise_batch);
  const train::Checkpoint checkpoint = train::read_checkpoint(path);
  check_settings(checkpoint, settings);
  resumed.restore(checkpoint.file, path);
  CHECK(resumed.steps_done() == 3);
  for (int i = 0; i < 3; ++i) resumed.step();
  check_same_bits(state_of(resumed), state_of(whole));
  CHECK(state_of(whole).tensors.size() == 4 * (2 * 4 + 3));
}

TEST_CASE("a run does not depend on the number of threads") {
  train::Teachers teachers = test::tiny_teachers();
  std::vector<NamedTensors> states;
  for (int threads : {1, 2}) {
    Context context({.threads = threads});
    Trainer trainer(context, test::tiny_settings(), teachers, test::noise_batch);
    for (int i = 0; i < 3; ++i) trainer.step();
    states.push_back(state_of(trainer));
  }
  check_same_bits(states[0], states[1]);
}

TEST_CASE("steps on a device are those of the processor, within rounding") {
  std::vector<double> losses;
  for (const Device device : {Device{}, test::test_device(parse_device("simt"))}) {
    Context context({.device = device});
    train::Teachers teachers = test::tiny_teachers(device);
    Trainer trainer(context, test::tiny_settings(), teachers, test::noise_batch);
    trainer.step();
    losses.push_back(trainer.step().loss);
    losses.push_back(trainer.validate({test::noise_batch(9)}).loss);
  }
  CHECK(losses[2] == doctest::Approx(losses[0]).epsilon(1e-4));
  CHECK(losses[3] == doctest::Approx(losses[1]).epsilon(1e-4));
}

TEST_CASE("the loss falls, and that of the averaged weights") {
  Context context;
  train::Teachers teachers = test::tiny_teachers();
  const auto one_batch = [](std::int64_t) { return test::noise_batch(0); };
  train::TrainerSettings settings = test::tiny_settings();
  settings.rate.steps = 60;
  settings.average_decay = 0.9;
  Trainer trainer(context, settings, teachers, one_batch);
  const double validated = trainer.validate({test::noise_batch(0)}).loss;
  const double first = trainer.step().loss;
  CHECK(std::abs(validated - first) <= 1e-5 * first);  // the average begins at the start
  double last = first;
  while (trainer.steps_done() < 60) last = trainer.step().loss;
  CHECK(last < 0.6 * first);
  CHECK(trainer.validate({test::noise_batch(0)}).loss < 0.6 * first);
}

TEST_CASE("a batch that is not finite is left out, and five in a row end the run") {
  Context context;
  train::Teachers teachers = test::tiny_teachers();
  const auto batches = [](std::int64_t step) {
    Tensor batch = test::noise_batch(step);
    if (step == 1 || step > 3) {
      batch.values<float>()[5] = std::numeric_limits<float>::quiet_NaN();
    }
    return batch;
  };
  Trainer trainer(context, test::tiny_settings(), teachers, batches);
  CHECK_FALSE(trainer.step().skipped);
  NamedTensors before = state_of(trainer);
  CHECK(trainer.step().skipped);
  NamedTensors after = state_of(trainer);
  CHECK(after.metadata.at("train.step") == "2");
  CHECK(after.metadata.at("train.skipped") == "1");
  after.metadata = before.metadata;
  check_same_bits(after, before);
  CHECK_FALSE(trainer.step().skipped);
  CHECK(state_of(trainer).metadata.at("train.skipped") == "0");
  trainer.step();
  for (int i = 0; i < 4; ++i) CHECK(trainer.step().skipped);
  CHECK_THROWS_WITH_AS(trainer.step(), doctest::Contains("5 steps in a row, up to step 9"),
                       InputError);
}

TEST_CASE("a checkpoint of another run is refused, naming what differs") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "run.safetensors";
  Context context;
  train::Teachers teachers = test::tiny_teachers();
  Trainer trainer(context, test::tiny_settings(), teachers, test::noise_batch);
  trainer.step();
  write_checkpoint(path, trainer, {{"train.batch", "4"}, {"train.seed", "7"}});
  const train::Checkpoint checkpoint = train::read_checkpoint(path);
  CHECK_THROWS_WITH_AS(check_settings(checkpoint, {{"train.batch", "4"}, {"train.seed", "8"}}),
                       doctest::Contains("train.seed was 7 and is 8 now"), InputError);
  train::TrainerSettings wider = test::tiny_settings();
  wider.shape.channels[0] = 8;
  Trainer other(context, wider, teachers, test::noise_batch);
  CHECK_THROWS_WITH_AS(other.restore(checkpoint.file, path),
                       doctest::Contains("conv1_1.weight is missing or not f32 [8, 3, 3, 3]"),
                       InputError);
  write_encoder(path, trainer.encoder(), {});
  CHECK_THROWS_WITH_AS(train::read_checkpoint(path), doctest::Contains("is no checkpoint"),
                       InputError);
}

TEST_CASE("the encoder is a weights file that every command reads") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "encoder.safetensors";
  Context context;
  train::Teachers teachers = test::tiny_teachers();
  Trainer trainer(context, test::tiny_settings(), teachers, test::noise_batch);
  trainer.step();
  write_encoder(path, trainer.encoder(), {{"train.steps", "1"}});
  const NamedTensors file = read_weights(path);
  CHECK(file.metadata.at("train.steps") == "1");
  const VggSpec spec = vgg_spec(file, path), want = trainer.encoder();
  CHECK_FALSE(spec.input.bgr);
  CHECK(spec.input.mean == want.input.mean);
  CHECK(spec.input.std == want.input.std);
  CHECK(spec.input.range == want.input.range);
  REQUIRE(spec.convs.size() == want.convs.size());
  for (std::size_t i = 0; i < spec.convs.size(); ++i) {
    CHECK(spec.convs[i].name() == want.convs[i].name());
    CHECK(test::compare(spec.convs[i].wei, want.convs[i].wei, 1e-6, 0x1p-11).ok);
  }
}

}  // namespace
}  // namespace impasto
