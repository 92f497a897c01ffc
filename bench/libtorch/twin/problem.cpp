#include "bench/libtorch/twin/problem.h"

namespace impasto::twin {

Problem load_problem(Context& context, const cli::PaintingOptions& options) {
  Problem problem;
  problem.pooling = options.machine.pooling;
  Pictures pictures = cli::load_pictures(options);
  problem.inputs = prepare_inputs(context, pictures, options.sizes, options.settings);
  problem.settings = options.settings;
  problem.spec = cli::load_network_spec(options.machine, &problem.settings);
  problem.layers = resolve_layers(Vgg(problem.spec, problem.pooling), problem.settings);
  return problem;
}

}  // namespace impasto::twin
