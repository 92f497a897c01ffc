#include "bench/libtorch/twin/race.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>

#include <nlohmann/json.hpp>

#include "bench/libtorch/twin/process.h"
#include "bench/libtorch/twin/worker.h"
#include "tensor/error.h"

namespace impasto::twin {
namespace {

constexpr int kTurn = 10;  // iterations
// Times the least iteration of LibTorch's best exact setting; a turn's median is too noisy.
constexpr double kHopeless = 1.5;
// Idle threads of one side spin for a while; they are asleep when the next one begins.
constexpr std::chrono::milliseconds kPause{200};

struct Running {
  Racer racer;
  std::unique_ptr<Process> process;
};

Running start(const RaceOptions& options, const std::string& name, bool exact) {
  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.end(), {"--role", name});
  Running running;
  running.racer.name = name;
  running.racer.exact = exact;
  running.process = std::make_unique<Process>(arguments);
  const nlohmann::json ready = running.process->read();
  running.racer.setup_ms = ready.at("setup_ms");
  running.racer.resident_before_bytes = ready.at("resident_before_bytes");
  return running;
}

void take_turn(Running& running, int iterations) {
  std::this_thread::sleep_for(kPause);
  running.process->send(std::to_string(iterations));
  const nlohmann::json answer = running.process->read();
  Racer& racer = running.racer;
  for (double ms : answer.at("ms")) racer.ms.push_back(ms);
  for (double loss : answer.at("loss")) racer.losses.push_back(loss);
  racer.peak_resident_bytes = answer.at("peak_resident_bytes");
  racer.peak_gpu_bytes = answer.at("peak_gpu_bytes");
  if (std::ssize(answer.at("ms")) < iterations) running.process.reset();  // it converged
  if (racer.ms.empty()) throw Error(fmt::format("{} made no iteration", racer.name));
}

void drop_hopeless(std::vector<Running>& field) {
  double best = INFINITY;
  for (const Running& running : field) {
    const Racer& racer = running.racer;
    if (racer.name != kOurs && racer.exact) best = std::min(best, racer.least_ms());
  }
  for (Running& running : field) {
    Racer& racer = running.racer;
    if (racer.name == kOurs || racer.least_ms() <= kHopeless * best) continue;
    racer.gave_up = true;
    running.process.reset();
  }
}

}  // namespace

double Racer::steady_ms() const {
  if (ms.size() < 2) return first_ms();
  std::vector<double> others(ms.begin() + 1, ms.end());
  const auto middle = others.begin() + std::ssize(others) / 2;
  std::ranges::nth_element(others, middle);
  return *middle;
}

double Racer::least_ms() const {
  return *std::ranges::min_element(ms);
}

double Racer::ms_to(double loss) const {
  double sum = 0;
  for (std::size_t i = 0; i < ms.size(); ++i) {
    sum += ms[i];
    if (losses[i] <= loss) return sum;
  }
  return NAN;
}

std::size_t Racer::bytes() const {
  if (peak_gpu_bytes > 0) return peak_gpu_bytes;
  return peak_resident_bytes - std::min(peak_resident_bytes, resident_before_bytes);
}

std::vector<Racer> race(const RaceOptions& options, const std::vector<Setting>& settings,
                        const std::function<void(int iterations)>& on_turn) {
  std::vector<Running> field;
  field.push_back(start(options, kOurs, true));
  for (const Setting& setting : settings) {
    field.push_back(start(options, setting.name, setting.exact()));
  }
  for (int done = 0, turn = 0; done < options.iterations; ++turn) {
    const int count = std::min(kTurn, options.iterations - done);
    for (std::size_t i = 0; i < field.size(); ++i) {  // each turn begins with another one
      Running& running = field[(i + static_cast<std::size_t>(turn)) % field.size()];
      if (running.process) take_turn(running, count);
    }
    done += count;
    on_turn(done);
    if (turn == 0 && done < options.iterations) drop_hopeless(field);
  }
  std::vector<Racer> racers;
  for (Running& running : field) racers.push_back(std::move(running.racer));
  return racers;
}

const Racer* best_of_theirs(const std::vector<Racer>& racers) {
  const Racer* best = nullptr;
  for (const Racer& racer : racers) {
    if (racer.name == kOurs || !racer.exact || racer.gave_up) continue;
    if (best == nullptr || racer.steady_ms() < best->steady_ms()) best = &racer;
  }
  return best;
}

}  // namespace impasto::twin
