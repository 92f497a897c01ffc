// The subcommands of `impasto`. Each add_* registers its options; the callback runs after parsing
// and returns through exceptions alone: InputError ends in exit code 2, OutOfMemory in 3, ExitCode
// in its own.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace impasto::cli {

// 0 done, 1 a fault of ours, then as here.
inline constexpr int kExitUsage = 2;
inline constexpr int kExitOutOfMemory = 3;

// Ends the program with a code after everything was said and saved.
struct ExitCode {
  int code;
};

void add_stylize(CLI::App& app);
void add_inspect(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_weights(CLI::App& app);
void add_train(CLI::App& app);
void add_train_encoder(CLI::App& train);
void add_train_evaluate(CLI::App& train);
void add_devices(CLI::App& app);
void add_profile(CLI::App& app);
void add_kernels(CLI::App& app);
void add_kernels_bench(CLI::App& kernels);
void add_kernels_check(CLI::App& kernels);
void add_kernels_compare(CLI::App& kernels);

}  // namespace impasto::cli
