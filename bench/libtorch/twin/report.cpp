#include "bench/libtorch/twin/report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/libtorch/twin/worker.h"

namespace impasto::twin {
namespace {

constexpr double kFinalLimit = 0.02;

double mib(std::size_t bytes) {
  return static_cast<double>(bytes) / 1048576;
}

bool ran_to_the_end(const Racer& racer) {
  return racer.exact && !racer.gave_up;
}

// Of a final loss from ours.
double final_difference(const Racer& racer, const Racer& ours) {
  const double want = ours.losses.back();
  return relative_difference(racer.losses.back(), want, want);
}

// How much longer it takes than we do to the loss that both reach.
double time_ratio(const Racer& racer, const Racer& ours) {
  const auto least = [](const Racer& r) { return *std::ranges::min_element(r.losses); };
  const double loss = std::max(least(racer), least(ours));
  return racer.ms_to(loss) / ours.ms_to(loss);
}

struct Worst {
  double value = 0;
  int iteration = 0;
  void include(double found, int at) {
    if (found <= value) return;
    value = found;
    iteration = at;
  }
  std::string text() const { return fmt::format("{:9.1e} @{:<4}", value, iteration); }
};

nlohmann::json loss_json(const LossReport& losses) {
  return {{"total", losses.total},
          {"content", losses.content},
          {"style", losses.style},
          {"tv", losses.tv}};
}

nlohmann::json row_json(const LockstepRow& row) {
  nlohmann::json layers;
  for (const auto& [name, layer] : row.layers) {
    layers[name] = {{"features", layer.features},
                    {"gram", layer.gram},
                    {"loss", layer.loss},
                    {"gradient", layer.gradient}};
  }
  return {{"iteration", row.iteration},
          {"losses", {{"impasto", loss_json(row.ours)}, {"libtorch", loss_json(row.theirs)}}},
          {"differences",
           {{"total", row.total},
            {"worst_loss", row.worst_loss},
            {"gradient", row.gradient},
            {"gradient_same_choices", row.same_choices},
            {"flips", row.flips},
            {"layers", layers}}},
          {"agrees", agrees(row)}};
}

nlohmann::json setting_json(const SettingRow& row) {
  if (!row.skipped.empty()) return {{"setting", row.setting.name}, {"skipped", row.skipped}};
  return {{"setting", row.setting.name},
          {"exact", row.setting.exact()},
          {"loss", row.difference.loss},
          {"gradient", row.difference.gradient},
          {"gradient_same_choices", row.difference.same_choices},
          {"flips", row.difference.flips}};
}

nlohmann::json racer_json(const Racer& racer, const Racer& ours) {
  return {{"name", racer.name},
          {"exact", racer.exact},
          {"gave_up", racer.gave_up},
          {"setup_ms", racer.setup_ms},
          {"first_ms", racer.first_ms()},
          {"steady_ms", racer.steady_ms()},
          {"least_ms", racer.least_ms()},
          {"ms", racer.ms},
          {"losses", racer.losses},
          {"resident_before_bytes", racer.resident_before_bytes},
          {"peak_resident_bytes", racer.peak_resident_bytes},
          {"peak_gpu_bytes", racer.peak_gpu_bytes},
          {"steady_over_impasto", racer.steady_ms() / ours.steady_ms()},
          {"time_to_equal_loss_over_impasto", time_ratio(racer, ours)}};
}

std::string race_line(const Racer& racer, const Racer& ours) {
  const double memory =
      static_cast<double>(racer.bytes()) / std::max(1.0, static_cast<double>(ours.bytes()));
  std::string line =
      fmt::format("{:46} {:8.0f} {:8.0f} {:9.2f} {:9.2f} {:6.2f} {:7.0f} {:6.2f}", racer.name,
                  racer.setup_ms, racer.first_ms(), racer.steady_ms(), racer.least_ms(),
                  racer.steady_ms() / ours.steady_ms(), mib(racer.bytes()), memory);
  if (racer.gave_up) return line + fmt::format("   left after {} iterations\n", racer.ms.size());
  return line + fmt::format(" {:11.5g} {:6.2f}\n", racer.losses.back(), time_ratio(racer, ours));
}

}  // namespace

bool agrees(const Results& results) {
  const auto row_agrees = [](const LockstepRow& row) { return agrees(row); };
  if (!std::ranges::all_of(results.lockstep, row_agrees)) return false;
  for (const SettingRow& row : results.settings) {
    if (row.skipped.empty() && row.setting.exact() && !agrees(row.difference)) return false;
  }
  for (const Racer& racer : results.racers) {
    if (!ran_to_the_end(racer)) continue;
    if (!(final_difference(racer, results.racers.front()) <= kFinalLimit)) return false;
  }
  return true;
}

std::string lockstep_heading() {
  return fmt::format(
      "Lockstep: both at the same picture. Relative differences of the total loss and of the "
      "worst\n"
      "layer's; of the gradient as it comes, how many choices of ReLU and pools rounding flipped,\n"
      "and with the same choices; of the worst layer's features, Gram matrix and gradient.\n"
      "{:>4} {:>12} {:>9} {:>9} {:>9} {:>5} {:>9} {:>9} {:>9} {:>9}\n",
      "it", "loss", "total", "layer", "gradient", "flips", "same", "features", "Gram", "layer's");
}

std::string lockstep_line(const LockstepRow& row) {
  LayerDifference worst;
  for (const auto& [name, layer] : row.layers) {
    worst.features = std::max(worst.features, layer.features);
    worst.gram = std::max(worst.gram, layer.gram);
    worst.gradient = std::max(worst.gradient, layer.gradient);
  }
  return fmt::format(
      "{:4} {:12.6g} {:9.1e} {:9.1e} {:9.1e} {:5} {:9.1e} {:9.1e} {:9.1e} {:9.1e}{}\n",
      row.iteration, row.ours.total, row.total, row.worst_loss, row.gradient, row.flips,
      row.same_choices, worst.features, worst.gram, worst.gradient,
      agrees(row) ? "" : "  DISAGREES");
}

std::string layers_text(const std::vector<LockstepRow>& rows) {
  std::string text =
      fmt::format("\nWorst of each layer, and at which iteration.\n{:10} {:15} {:15} {:15} {:15}\n",
                  "", " features", " Gram", " loss", " gradient");
  for (const auto& [name, first] : rows.front().layers) {
    Worst features, gram, loss, gradient;
    for (const LockstepRow& row : rows) {
      const LayerDifference& layer = row.layers.at(name);
      features.include(layer.features, row.iteration);
      gram.include(layer.gram, row.iteration);
      loss.include(layer.loss, row.iteration);
      gradient.include(layer.gradient, row.iteration);
    }
    text += fmt::format("{:10} {} {} {} {}\n", name, features.text(), gram.text(), loss.text(),
                        gradient.text());
  }
  return text;
}

std::string settings_text(const std::vector<SettingRow>& rows) {
  std::string text = fmt::format(
      "\nLibTorch's settings at the last of these pictures.\n{:46} {:>9} {:>9} {:>5} {:>9}\n", "",
      "loss", "gradient", "flips", "same");
  for (const SettingRow& row : rows) {
    const SettingDifference& d = row.difference;
    text += fmt::format("{:46} ", row.setting.name);
    text += row.skipped.empty()
                ? fmt::format("{:9.1e} {:9.1e} {:5} {:9.1e}{}\n", d.loss, d.gradient, d.flips,
                              d.same_choices, row.setting.exact() ? "" : "  not f32")
                : fmt::format("skipped: {}\n", row.skipped);
  }
  return text;
}

std::string race_text(const std::vector<Racer>& racers) {
  std::string text = fmt::format(
      "\nFree runs of {} iterations, in turns. x: in units of impasto's; memory above what "
      "program\n"
      "and libraries take; equal: time to the lowest loss that both reach.\n"
      "{:46} {:>8} {:>8} {:>9} {:>9} {:>6} {:>7} {:>6} {:>11} {:>6}\n",
      racers.front().ms.size(), "", "setup ms", "first ms", "median ms", "least ms", "x", "MiB",
      "x", "last loss", "equal");
  for (const Racer& racer : racers) text += race_line(racer, racers.front());
  const Racer* best = best_of_theirs(racers);
  if (best == nullptr) return text;
  const Racer& ours = racers.front();
  return text +
         fmt::format(
             "\nLibTorch at its best in f32, {}: takes {:.2f} x impasto's time an iteration, "
             "{:.2f} x its\nmemory, {:.2f} x its time to equal loss; last losses differ by "
             "{:.2g} %.\n",
             best->name, best->steady_ms() / ours.steady_ms(),
             static_cast<double>(best->bytes()) / static_cast<double>(ours.bytes()),
             time_ratio(*best, ours), 100 * final_difference(*best, ours));
}

std::string verdict_text(const Results& results) {
  const Limits limits;
  const auto flipped = std::ranges::count_if(results.lockstep, [&](const LockstepRow& row) {
    return row.flips > 0 && row.gradient > limits.gradient;
  });
  std::string text = fmt::format(
      "\n{}. Limits, at each of {} iterations: losses {:.0e}; gradients {:.0e} unless a choice "
      "flipped\n(needed {} times), with the same choices {:.0e}",
      agrees(results) ? "Agrees" : "DISAGREES", results.lockstep.size(), limits.loss,
      limits.gradient, flipped, limits.same_choices);
  if (!results.racers.empty()) text += fmt::format("; last losses {:.0f} %", 100 * kFinalLimit);
  return text + ".\n";
}

std::string to_json(const Results& results) {
  nlohmann::json json = {{"schema", 1}, {"machine", results.machine}, {"agrees", agrees(results)}};
  const auto fill = [&](const char* name, const auto& rows, const auto& convert) {
    json[name] = nlohmann::json::array();
    for (const auto& row : rows) json[name].push_back(convert(row));
  };
  fill("lockstep", results.lockstep, row_json);
  fill("settings", results.settings, setting_json);
  fill("free_runs", results.racers,
       [&](const Racer& racer) { return racer_json(racer, results.racers.front()); });
  const Racer* best = best_of_theirs(results.racers);
  if (best != nullptr) json["best"] = best->name;
  return json.dump(2);
}

}  // namespace impasto::twin
