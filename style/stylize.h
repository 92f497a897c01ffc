// The optimisation: from a start picture, follow the gradient of the style objective.
//
//   Context context;
//   Vgg network(vgg_spec(read_weights(path), path));
//   StylizeSettings settings;
//   StylizeInputs inputs = prepare_inputs(context, pictures, sizes, settings);
//   StylizeResult result = stylize(context, network, settings, inputs);
//   save_image("out.png", finish_picture(result.image, pictures, ...));
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "style/losses.h"
#include "style/settings.h"

namespace impasto {

// All [1, h, w, 3], RGB, 0..255, on any device; those on another than the context's are copied.
struct StylizeInputs {
  Tensor content;
  std::vector<Tensor> styles;
  Tensor start;  // of content's shape
};

struct EvaluationRecord {
  int evaluation = 0;  // from 0
  int iteration = 0;   // from 0
  double seconds = 0;  // since the start
  LossReport losses;
  // The most bytes that tensors and scratch took at once so far, history of the optimiser included.
  std::size_t peak_bytes = 0;
};

struct StylizeCallbacks {
  // After each iteration whose losses are read, and with a line search at every evaluation.
  std::function<void(const EvaluationRecord&)> on_evaluation;
  // Losses are read after the first iteration, the last, and every so many: reading waits for the
  // device, which goes from one iteration to the next by itself. 0: every one, on a GPU every
  // tenth.
  int report_every = 0;
  // After each iteration, from 1, and where losses are not read each time also after those between
  // one that converged or is stuck and the next report, which change nothing: the picture [1, h, w,
  // 3] on the context's device, not clamped.
  std::function<void(int iteration, const Tensor& image)> on_iteration;
  std::function<void(const std::string& note)> on_note;
  std::function<bool()> should_stop;  // asked between iterations
};

struct StylizeResult {
  Tensor image;        // [1, h, w, 3], on the context's device, not clamped, always finite
  LossReport losses;   // of the last evaluation that was reported
  int iterations = 0;  // finished
  std::size_t graph_launches = 0;  // of a replayed iteration; 0 when none was recorded
  bool stopped = false;
};

// Deterministic: the same inputs give the same bits for every number of threads. Throws InputError
// for unusable settings or pictures, Error when the loss is not even finite at the start.
//
// Nothing is copied to the host but what callbacks are told and what says that it is time to stop:
// after a step that converged or is stuck, further ones, up to the next report, move nothing. With
// settings.graph, nobody else may use the device while an iteration is recorded: of several threads
// that share one, each sets it to false.
//
// The pictures are let go as soon as they have been read: move them in to free their memory.
StylizeResult stylize(Context& context, Vgg& network, const StylizeSettings& settings,
                      StylizeInputs inputs, const StylizeCallbacks& callbacks = {});

}  // namespace impasto
