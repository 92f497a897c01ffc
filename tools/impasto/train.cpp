#include "tools/impasto/command.h"

namespace impasto::cli {

void add_train(CLI::App& app) {
  CLI::App* train = app.add_subcommand("train", "Train a network, and see what it has learned");
  train->require_subcommand(1);
  add_train_encoder(*train);
  add_train_evaluate(*train);
}

}  // namespace impasto::cli
