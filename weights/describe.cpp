#include "weights/describe.h"

#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "weights/input_file.h"
#include "weights/network.h"
#include "weights/quote.h"
#include "weights/weights.h"

namespace impasto {
namespace {

struct Description {
  Archive archive;
  std::uint64_t bytes = 0;      // of the file
  std::int64_t parameters = 0;  // of the tensors that are used
};

Description open(const std::string& path) {
  Description result{open_weights(path), InputFile(path).size(), 0};
  for (const auto& [name, tensor] : result.archive.tensors) {
    result.parameters += tensor.shape.numel();
  }
  return result;
}

std::string line(const std::string& key, const std::string& value) {
  return fmt::format("{:<15} {}", key, value);
}

// Text of the file without its quotes, safe to print.
std::string printable(const std::string& text) {
  const std::string quoted = quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

std::vector<std::string> describe_weights(const std::string& path) {
  const Description description = open(path);
  std::vector<std::string> lines = {
      line("file", printable(path)),
      line("format",
           fmt::format("{}, {}", description.archive.format, megabytes(description.bytes))),
      line("parameters", fmt::format("{}", description.parameters)),
  };
  for (const auto& [key, value] : description.archive.metadata) {
    lines.push_back(line(printable(key), printable(value)));
  }
  for (const auto& [name, tensor] : description.archive.tensors) {
    lines.push_back(line(printable(name),
                         fmt::format("{} {}", to_string(tensor.dtype), tensor.shape.to_string())));
  }
  return lines;
}

std::string describe_weights_json(const std::string& path) {
  const Description description = open(path);
  nlohmann::ordered_json json = {{"path", path},
                                 {"format", description.archive.format},
                                 {"bytes", description.bytes},
                                 {"parameters", description.parameters},
                                 {"metadata", description.archive.metadata}};
  nlohmann::ordered_json& tensors = json["tensors"] = nlohmann::ordered_json::object();
  for (const auto& [name, tensor] : description.archive.tensors) {
    const auto dims = tensor.shape.dims();
    tensors[name] = {{"dtype", to_string(tensor.dtype)},
                     {"shape", std::vector<std::int64_t>(dims.begin(), dims.end())}};
  }
  // Names that are not UTF-8 must not make the description fail.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string summarize_weights(const std::string& path) {
  const Description description = open(path);
  const auto& tensors = description.archive.tensors;
  return fmt::format("{}; {}, {}, {}", network_name(check_network(description.archive)),
                     to_string(tensors.at("conv1_1.weight").dtype), megabytes(description.bytes),
                     description.archive.format);
}

}  // namespace impasto
