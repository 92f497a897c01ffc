#include "tools/verify/session.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include <fmt/core.h>

#include "tests/support/random_tensors.h"

namespace impasto::verify {
namespace {

simt::Options executor_options(const Settings& settings) {
  if (settings.simt) return *settings.simt;
  const char* text = std::getenv("IMPASTO_SIMT");
  return text == nullptr ? simt::Options() : simt::simt_options_from(text);
}

std::unique_ptr<Context> make_context(Device device, int threads, simt::Options simt) {
  ContextOptions options;
  options.device = device;
  options.threads = threads;
  options.simt = simt;
  return std::make_unique<Context>(options);
}

}  // namespace

Session::Session(Settings settings) : settings_(std::move(settings)) {}

Tensor Session::make(Fill fill, const Shape& shape, DType dtype, std::uint64_t k) const {
  const std::uint64_t seed = k + 1'000'003 * settings_.seed;
  return fill == Fill::integers ? test::random_integers(shape, dtype, seed)
                                : test::random_tensor(shape, dtype, seed);
}

Features Session::features(Backend backend) const {
  if (settings_.pretended) {
    return settings_.pretended->on(backend == Backend::cpu ? DeviceType::cpu : DeviceType::cuda);
  }
  return device_features(host_features(), backend == Backend::cpu ? Device{} : settings_.gpu);
}

Context& Session::context_of(Backend backend) {
  std::unique_ptr<Context>& context = backend == Backend::cpu ? cpu_ : gpu_;
  if (!context) {
    const Device device = backend == Backend::cpu ? Device{} : settings_.gpu;
    context = make_context(device, 0, executor_options(settings_));
  }
  return *context;
}

const std::vector<std::unique_ptr<Context>>& Session::variants(Backend backend) {
  auto& contexts = backend == Backend::cpu ? cpu_variants_ : gpu_variants_;
  if (!contexts.empty()) return contexts;
  if (backend == Backend::cpu) {
    for (int threads : {1, 2, 5, 5}) contexts.push_back(make_context({}, threads, {}));
    return contexts;
  }
  simt::Options options = executor_options(settings_);
  contexts.push_back(make_context(settings_.gpu, 1, options));
  int threads = 2;
  for (simt::Order order : {simt::Order::reverse, simt::Order::priorities}) {
    options.order = order;
    contexts.push_back(make_context(settings_.gpu, threads++, options));
  }
  return contexts;
}

bool Session::is_sampled(const KernelInfo& kernel) {
  const int rarer = settings_.sample > 1 && kernel.needs.has(Feature::sm80) ? 8 : 1;
  return kernel.backend == Backend::cpu ||
         met_[std::string(kernel.id)]++ % (settings_.sample * rarer) == 0;
}

test::Comparison near(double got, double want, double tolerance) {
  if (got == want) return {true, 0, {}};
  const double share = std::abs(got - want) / tolerance;
  if (share <= 1) return {true, share, {}};
  const double worst = std::isnan(share) ? std::numeric_limits<double>::infinity() : share;
  return {false, worst,
          fmt::format("got {:.17g}, want {:.17g}, tolerance {:.3g}", got, want, tolerance)};
}

}  // namespace impasto::verify
