#include "tools/impasto/train_options.h"

namespace impasto::cli {
namespace {

struct EvaluateEncoderOptions {
  MachineOptions machine;
  TrainSources sources;
  std::string json;
  bool all = false;
};

void run_evaluation(EvaluateEncoderOptions& o) {
  const std::unique_ptr<Context> context = make_context(o.machine);
  Context host;
  const TrainPictures loaded = load_train_pictures(host, o.sources);
  std::vector<Tensor> pictures = validation_pictures(loaded);
  if (o.all) {
    for (Tensor& one : to_floats(loaded.photos.training)) pictures.push_back(one);
    for (Tensor& one : to_floats(loaded.paintings.training)) pictures.push_back(one);
  }
  train::Teachers teachers = load_teachers(*context, o.sources, pictures);
  Vgg encoder = load_network(o.machine, context->device());
  show_evaluation(train::evaluate_encoder(*context, encoder, teachers, pictures), pictures.size(),
                  o.json);
}

}  // namespace

void add_train_evaluate(CLI::App& train) {
  auto options = std::make_shared<EvaluateEncoderOptions>();
  CLI::App* command =
      train.add_subcommand("evaluate", "How much of what its teachers see does a network see?");
  add_source_options(*command, options->sources);
  command->add_flag("--all", options->all, "All pictures, not only those that are held out");
  command->add_option("--json", options->json, "Write the numbers there; - is standard output");
  add_machine_options(*command, options->machine);
  command->callback([options] { run_evaluation(*options); });
  command->footer(
      "The network is --weights or --network. Relative error: of the teacher's features through "
      "the\n"
      "best linear map of the network's. Gram distances: Spearman's correlation of the network's\n"
      "distances between Gram matrices with the teacher's, over all pairs of pictures.");
}

}  // namespace impasto::cli
