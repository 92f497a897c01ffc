#include "tools/lab/shapes.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tensor/error.h"

namespace impasto::lab {
namespace {

namespace fs = std::filesystem;

// Beside the program where it is installed, else of the sources that it was built from.
fs::path shapes_folder() {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const fs::path installed = (program.parent_path() / IMPASTO_INSTALLED_SHAPES).lexically_normal();
  if (fs::is_directory(installed, none)) return installed;
  if (fs::is_directory(IMPASTO_SHAPES, none)) return IMPASTO_SHAPES;
  throw InputError(fmt::format("no shapes: neither {} nor {} is a folder; name a file of them",
                               installed.string(), IMPASTO_SHAPES));
}

}  // namespace

std::vector<ShapeLine> read_shapes(const std::string& file) {
  const fs::path path = fs::is_regular_file(file) ? fs::path(file) : shapes_folder() / file;
  std::ifstream lines(path);
  if (!fs::is_regular_file(path) || !lines) {
    throw InputError(fmt::format("cannot read shapes from {}: name a file, or one of {}", file,
                                 path.parent_path().string()));
  }
  std::vector<ShapeLine> shapes;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    ShapeLine shape;
    shape.file = path.stem();
    std::istringstream words(line);
    words >> shape.name >> shape.times;
    std::getline(words, shape.words);
    if (words.bad() || shape.words.empty() || shape.times < 1) {
      throw InputError(fmt::format("{}:{}: not a shape, which is NAME TIMES NUMBERS...: {}",
                                   path.string(), number, line));
    }
    shapes.push_back(shape);
  }
  if (shapes.empty()) throw InputError(fmt::format("{}: no shapes in it", path.string()));
  return shapes;
}

Map parse_map(std::istream& words) {
  Map map;
  read_sizes(words, map.n, map.h, map.w, map.c);
  return map;
}

}  // namespace impasto::lab
