// What the picture commands share: device, threads, memory limit, network, loss options.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nn/vgg.h"
#include "style/pictures.h"
#include "tools/impasto/command.h"

namespace impasto::cli {

// Options of every command that runs a network.
struct MachineOptions {
  std::string device = "cpu";
  int threads = 0;
  std::int64_t memory_limit_mib = -1;  // -1: what the machine has available
  std::string weights;
  std::string network;  // "random:SEED"
  PoolKind pooling = PoolKind::max;
  Precision precision = Precision::f32;
  std::vector<std::string> kernels;   // "conv2d.fwd=conv2d.fwd.cpu.reference"
  const CLI::App* command = nullptr;  // knows which options were given
};
void add_machine_options(CLI::App& command, MachineOptions& options);
// Those of them that choose no network.
void add_compute_options(CLI::App& command, MachineOptions& options);

// --kernel OP.DIRECTION=ID, any number of times.
CLI::Option* add_kernel_option(CLI::App& command, std::vector<std::string>& kernels);

// Bytes; 0 means none.
std::size_t memory_limit(const MachineOptions& options);

// Applies the memory limit, too.
std::unique_ptr<Context> make_context(const MachineOptions& options);

// The network that the options ask for or the search finds; says on stderr which one, and how to
// get the full one where it is the one that is built in. Settings that the user did not choose
// become what the network's file recommends.
VggSpec load_network_spec(const MachineOptions& options, StylizeSettings* settings = nullptr);
Vgg load_network(const MachineOptions& options, Device device, StylizeSettings* settings = nullptr);

// Options of the objective: weights, layers, blending. Applied to settings by the parser.
void add_loss_options(CLI::App& command, StylizeSettings& settings);

// An option that takes one of a few words.
template <class T>
CLI::Option* add_choice(CLI::App& command, const std::string& name, T& value,
                        const std::map<std::string, T>& choices, const std::string& help) {
  std::vector<std::string> words;
  for (const auto& [word, choice] : choices) words.push_back(word);
  return command
      .add_option_function<std::string>(
          name, [&value, choices](const std::string& word) { value = choices.at(word); }, help)
      ->check(CLI::IsMember(words));
}

// One line on stderr.
void note(const std::string& text);

// Throws InputError when the output would overwrite one of the inputs.
void check_not_input(const std::string& output, const std::vector<std::string>& inputs);

}  // namespace impasto::cli
