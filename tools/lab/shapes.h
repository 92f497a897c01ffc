// Files of bench/shapes: the problems that kernels are timed on, one a line. An installed program
// has its own, in share/impasto/shapes of its prefix.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace impasto::lab {

// Name, times, and the words behind them, of which the columns are an op's. `times` is how often
// the network has the shape.
struct ShapeLine {
  std::string file;  // "vgg19_256"
  std::string name;  // "conv3_2"
  int times = 1;
  std::string words;

  std::string problem() const { return file + " " + name; }  // as rows of bench/results name it
};

// A path, or the name of a file of bench/shapes. Throws InputError when it cannot be read, has no
// line, or has one that is no shape.
std::vector<ShapeLine> read_shapes(const std::string& file);

// Extents and the like: whole numbers from 1 to a million, or the words fail.
template <class... Number>
void read_sizes(std::istream& words, Number&... numbers) {
  (words >> ... >> numbers);
  const bool fit = ((numbers >= 1 && numbers <= 1'000'000) && ...);
  if (!fit) words.setstate(std::ios::failbit);
}

// A feature map, as lines of bench/shapes/maps*.txt have it.
struct Map {
  std::int64_t n = 0, h = 0, w = 0, c = 0;

  std::int64_t count() const { return n * h * w * c; }
};
Map parse_map(std::istream& words);

}  // namespace impasto::lab
