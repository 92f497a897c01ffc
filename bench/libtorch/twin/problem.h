// What both sides work on.
#pragma once

#include "nn/vgg.h"
#include "style/layers.h"
#include "style/stylize.h"
#include "tools/impasto/painting_options.h"

namespace impasto::twin {

struct Problem {
  VggSpec spec;
  PoolKind pooling = PoolKind::max;
  StylizeSettings settings;
  LossLayers layers;
  StylizeInputs inputs;
};

// Pictures and network that the options name, as `impasto stylize` would take them. Says on stderr
// which weights. Throws InputError.
Problem load_problem(Context& context, const cli::PaintingOptions& options);

}  // namespace impasto::twin
