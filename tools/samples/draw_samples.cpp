// Draws the sample pictures anew: draw_samples FOLDER. Those in this folder of the repository are
// its output; a test compares them.
#include <cstdio>
#include <exception>

#include "tools/samples/pictures.h"

int main(int argc, char** argv) {
  using namespace impasto;
  if (argc != 2) {
    std::fputs("usage: draw_samples FOLDER\n", stderr);
    return 2;
  }
  try {
    Context context;
    for (const samples::Sample& sample : samples::kSamples) {
      const auto path = std::filesystem::path(argv[1]) / sample.name;
      check_writable(path);
      save_image(path, sample.draw().to_image(context, samples::kSampleSize),
                 samples::kSampleQuality);
      std::printf("%s\n", path.c_str());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "draw_samples: %s\n", error.what());
    return 2;
  }
}
