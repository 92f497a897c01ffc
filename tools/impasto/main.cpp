// impasto: neural style transfer from the command line.
#include <new>

#include <fmt/core.h>

#include "tensor/error.h"
#include "tools/impasto/command.h"

namespace {

using namespace impasto;

void say(const std::string& message) {
  fmt::print(stderr, "impasto: {}\n", message);
}

int run(int argc, char** argv) {
  CLI::App app{"Neural style transfer: paint one picture in the style of another."};
  app.footer(
      "Examples:\n"
      "  impasto stylize photo.jpg painting.jpg -o result.png\n"
      "  impasto stylize photo.jpg painting.jpg -o result.png --size 1024 --iterations 300\n"
      "  impasto weights fetch vgg19\n"
      "\n"
      "`impasto COMMAND --help` explains each command.\n"
      "Exit codes: 0 done, 2 wrong usage or bad input, 3 out of memory, 130 interrupted.");
  app.set_version_flag("--version", "impasto " IMPASTO_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->take_last();
  cli::add_stylize(app);
  cli::add_inspect(app);
  cli::add_evaluate(app);
  cli::add_weights(app);
  cli::add_train(app);
  cli::add_devices(app);
  cli::add_profile(app);
  cli::add_kernels(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    say(fmt::format("{}; see impasto --help", error.what()));
    return cli::kExitUsage;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const cli::ExitCode& exit) {
    return exit.code;
  } catch (const InputError& error) {
    say(error.what());
    return cli::kExitUsage;
  } catch (const OutOfMemory& error) {
    say(error.what());
    return cli::kExitOutOfMemory;
  } catch (const std::bad_alloc&) {
    say("out of memory");
    return cli::kExitOutOfMemory;
  } catch (const std::exception& error) {
    say(fmt::format("internal error: {}", error.what()));
    return 1;
  }
}
