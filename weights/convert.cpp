#include "weights/convert.h"

#include <filesystem>

#include "tensor/error.h"
#include "weights/digest.h"
#include "weights/quote.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto {
namespace {

void check_options(const ConvertOptions& options) {
  if (options.dtype != DType::f32 && options.dtype != DType::f16 && options.dtype != DType::bf16) {
    throw InputError(fmt::format("weights cannot be written as {}: use f32, f16 or bf16",
                                 to_string(options.dtype)));
  }
  if (!options.padding.empty() && options.padding != "zero" && options.padding != "reflect" &&
      options.padding != "replicate") {
    throw InputError(
        fmt::format("unknown padding {}: use zero, reflect or replicate", quote(options.padding)));
  }
}

// A file that was converted before keeps pointing to where it first came from.
void record_source(std::map<std::string, std::string>& metadata, const std::string& in,
                   const std::string& source) {
  if (!metadata.contains("source.sha256")) {
    const auto older = metadata.find("source");
    std::string text = source.empty() ? std::filesystem::path(in).filename().string() : source;
    if (older != metadata.end()) text += ": " + older->second;
    metadata["source"] = text;
    metadata["source.sha256"] = file_digest(in, Digest::sha256);
  }
  metadata["converter"] = "impasto " IMPASTO_VERSION;
}

}  // namespace

void convert_weights(const std::string& in, const std::string& out, const ConvertOptions& options) {
  check_options(options);
  NamedTensors weights = read_weights(in, options.input);
  for (auto& [name, tensor] : weights.tensors) tensor = tensor.to(options.dtype);
  check_finite(in, weights);  // f16 ends at 65504
  if (!options.padding.empty()) weights.metadata["padding"] = options.padding;
  if (!options.license.empty()) weights.metadata["license"] = options.license;
  record_source(weights.metadata, in, options.source);
  write_safetensors(out, weights);
}

}  // namespace impasto
