// A run small enough for a test: two tiny random teachers, a tinier student, pictures of noise.
#pragma once

#include "tensor/random.h"
#include "tools/train/trainer.h"

namespace impasto::test {

inline VggSpec tiny_teacher(const train::StudentShape& shape, std::uint64_t seed) {
  const train::Teachers nobody({}, {}, Device{});
  const train::Layout layout = train::student_layout(shape, nobody);
  return train::student_spec(layout, shape, train::initial_parameters(layout, shape, nobody, seed));
}

inline train::Teachers tiny_teachers(Device device = {}) {
  return {{tiny_teacher({{6, 8}, {1, 1}}, 1), tiny_teacher({{5, 7, 9}, {1, 1, 1}}, 2)},
          {"relu1_1", "relu2_1", "relu3_1"},
          device};
}

inline train::TrainerSettings tiny_settings() {
  train::TrainerSettings settings;
  settings.shape = {{4, 5, 6}, {1, 2, 1}};
  settings.rate = {.peak = 1e-2, .warmup = 2, .steps = 20};
  settings.seed = 7;
  return settings;
}

inline Tensor noise_batch(std::int64_t step) {
  Tensor batch = Tensor::empty({4, 16, 16, 3});
  fill_uniform(batch, 1000 + static_cast<std::uint64_t>(step), 0, 255);
  return batch;
}

}  // namespace impasto::test
