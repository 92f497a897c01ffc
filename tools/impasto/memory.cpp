#include "tools/impasto/memory.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "tensor/allocator.h"

namespace impasto::cli {
namespace {

std::size_t read_number(const char* path) {
  std::ifstream file(path);
  std::size_t value = 0;
  return file >> value ? value : 0;  // "max" is no number: no limit
}

std::size_t meminfo(const std::string& key) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key + ":")) continue;
    std::istringstream fields(line.substr(key.size() + 1));
    std::size_t kib = 0;
    fields >> kib;
    return kib * 1024;
  }
  return 0;
}

// Bytes a pixel of one evaluation, and bytes that do not depend on the picture.
struct Cost {
  double per_pixel = 0;
  double fixed = 0;
};

double peak_at(Context& context, Vgg& network, const StylizeSettings& settings, std::int64_t side) {
  Allocator& allocator = allocator_of(context.device());
  const Tensor picture = Tensor::full({1, side, side, 3}, 100, DType::f32, context.device());
  allocator.reset_peak();
  StyleObjective objective(context, network, settings, picture, {picture});
  objective.evaluate(context, picture, true);
  return static_cast<double>(allocator.stats().peak_bytes);
}

Cost measure(Context& context, Vgg& network, const StylizeSettings& settings) {
  constexpr std::int64_t kSmall = 64, kLarge = 160;
  const double small = peak_at(context, network, settings, kSmall);
  const double large = peak_at(context, network, settings, kLarge);
  Cost cost;
  cost.per_pixel = (large - small) / (kLarge * kLarge - kSmall * kSmall);
  cost.fixed = large - cost.per_pixel * kLarge * kLarge;
  return cost;
}

// Vectors of the picture's size that the optimiser keeps: history pairs, previous point and
// gradient, ...
double optimizer_vectors(const StylizeSettings& settings) {
  if (settings.optimizer == OptimizerKind::adam) return 6;
  return 2.0 * std::min(settings.lbfgs_history, settings.iterations) + 8;
}

}  // namespace

std::size_t available_memory() {
  const std::size_t machine = meminfo("MemAvailable");
  const std::size_t limit = read_number("/sys/fs/cgroup/memory.max");
  const std::size_t used = read_number("/sys/fs/cgroup/memory.current");
  if (limit == 0) return machine;
  const std::size_t container = limit > used ? limit - used : 0;
  return machine == 0 ? container : std::min(machine, container);
}

std::string memory_advice(Context& context, Vgg& network, const StylizeSettings& settings,
                          const Shape& picture, std::size_t limit) {
  const Cost cost = measure(context, network, settings);
  const double vector_bytes = 3 * sizeof(float) * optimizer_vectors(settings);
  const double per_pixel = cost.per_pixel + vector_bytes;
  const double h = static_cast<double>(picture[1]), w = static_cast<double>(picture[2]);
  std::string advice = fmt::format("this picture ({:.0f} x {:.0f}) needs about {:.0f} MiB", w, h,
                                   (cost.fixed + per_pixel * h * w) / 1048576);
  const double room = static_cast<double>(limit) * 0.95 - cost.fixed;
  if (limit == 0) return advice + "; try a smaller --size";
  advice += fmt::format(", {:.0f} MiB are available", static_cast<double>(limit) / 1048576);
  if (room <= 0) return advice + ", too little for this network at any size";
  const double side = std::max(h, w) * std::min(1.0, std::sqrt(room / (per_pixel * h * w)));
  advice += fmt::format("; --size {} would fit", std::max(16, static_cast<int>(side / 16) * 16));
  if (vector_bytes > cost.per_pixel / 4 && settings.lbfgs_history > 10) {
    advice += " (or a smaller --lbfgs-history)";
  }
  return advice;
}

}  // namespace impasto::cli
