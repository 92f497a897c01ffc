#include "ops/autotune_file.h"

#include <filesystem>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

#include "tensor/atomic_file.h"
#include "tensor/cuda/devices.h"
#include "tensor/error.h"

namespace impasto {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr double kSecondsPerMs = 1e-3;

json to_json(const TunedChoice& choice) {
  json rivals = json::array();
  for (const auto& [kernel, seconds] : choice.rivals) {
    rivals.push_back({{"kernel", kernel}, {"ms", seconds / kSecondsPerMs}});  // infinite: null
  }
  return {{"kernel", choice.kernel}, {"rivals", rivals}};
}

TunedChoice choice_from(const json& entry) {
  TunedChoice choice;
  choice.kernel = entry.at("kernel").get<std::string>();
  for (const json& rival : entry.at("rivals")) {
    const json& ms = rival.at("ms");
    const double seconds =
        ms.is_null() ? std::numeric_limits<double>::infinity() : kSecondsPerMs * ms.get<double>();
    choice.rivals.push_back({rival.at("kernel").get<std::string>(), seconds});
  }
  return choice;
}

// By machine. An empty object when there is no file.
json read_machines(const std::string& path) {
  std::ifstream file(path);
  if (!file && !std::filesystem::exists(path)) return json::object();
  try {
    const json whole = json::parse(file);
    if (whole.at("format") != kFormat) throw InputError("it is of another version of Impasto");
    return whole.at("machines").get<json::object_t>();
  } catch (const std::exception& error) {
    throw InputError(fmt::format("{} holds no kernel choices: {}", path, error.what()));
  }
}

TunedChoices choices_of(const json& machines, const std::string& machine, const std::string& path) {
  TunedChoices choices;
  if (!machines.contains(machine)) return choices;
  try {
    for (const auto& [problem, entry] : machines.at(machine).items()) {
      choices.emplace(problem, choice_from(entry));
    }
  } catch (const json::exception& error) {
    throw InputError(fmt::format("{} holds no kernel choices: {}", path, error.what()));
  }
  return choices;
}

std::string gpu_software() {
  const CudaVersions versions = cuda_versions();
  return fmt::format("driver {}, runtime {}, cuDNN {}, cuBLAS {}", versions.driver,
                     versions.runtime, versions.cudnn, versions.cublas);
}

}  // namespace

std::string tuning_machine(Context& context) {
  const bool cuda = context.device().type == DeviceType::cuda;
  return fmt::format("{}; {}; {}; {}; impasto {}", device_name(context.device()),
                     to_string(context.features()),
                     cuda ? gpu_software() : fmt::format("{} threads", context.threads().size()),
                     context.precision() == Precision::mixed ? "mixed" : "f32", IMPASTO_BUILD);
}

TunedChoices read_choices(const std::string& path, const std::string& machine) {
  return choices_of(read_machines(path), machine, path);
}

void store_choices(const std::string& path, const std::string& machine,
                   const TunedChoices& choices) {
  json machines = json::object();
  TunedChoices all = choices;
  try {
    machines = read_machines(path);
    all.merge(choices_of(machines, machine, path));
  } catch (const InputError&) {  // what is damaged is as if it were not there
  }
  json& ours = machines[machine] = json::object();
  for (const auto& [problem, choice] : all) ours[problem] = to_json(choice);
  std::error_code ignored;  // what is wrong with the folder shows when the file is written
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const std::string text = json{{"format", kFormat}, {"machines", machines}}.dump(1) + "\n";
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace impasto
