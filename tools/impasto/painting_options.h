// What one painting is made from, as options: pictures and their sizes, losses, optimiser, machine.
// Shared by `impasto stylize` and whatever is compared with it.
#pragma once

#include <string>
#include <vector>

#include "tools/impasto/setup.h"

namespace impasto::cli {

struct PaintingOptions {
  MachineOptions machine;
  StylizeSettings settings;
  PictureSizes sizes;
  std::string content;
  std::vector<std::string> styles;
  std::string init_image;
};

// CONTENT and STYLE, too.
void add_painting_options(CLI::App& command, PaintingOptions& options);

// In the command's callback: what one option says about another. Throws InputError.
void resolve_options(const CLI::App& command, PaintingOptions& options);

// The pictures' names.
std::vector<std::string> inputs_of(const PaintingOptions& options);

Pictures load_pictures(const PaintingOptions& options);

}  // namespace impasto::cli
