#include "tools/train/encoder_file.h"

#include "weights/input_preset.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

namespace impasto::train {

void write_encoder(const std::string& path, const VggSpec& spec,
                   const std::map<std::string, std::string>& provenance) {
  NamedTensors file;
  file.metadata = provenance;
  file.metadata["layout"] = "OIHW";
  file.metadata["padding"] = "zero";
  set_input(file.metadata, InputPreset::torchvision);
  for (const VggSpec::Conv& conv : spec.convs) {
    file.tensors[conv.name() + ".weight"] = ohwi_to_oihw(conv.wei).to(DType::f16);
    file.tensors[conv.name() + ".bias"] = conv.bias.to(DType::f16);
  }
  check_finite(path, file);
  write_safetensors(path, file);
}

std::map<std::string, std::string> recommended_for_painting(const VggSpec& spec) {
  std::map<std::string, std::string> settings = {{"stylize.style_weight", "1000000"},
                                                 {"stylize.lbfgs_history", "20"}};
  if (!spec.convs.empty() && spec.convs.back().block >= 5) {
    settings["stylize.style_layers"] = "relu1_1,relu2_1,relu3_1,relu4_1,relu5_1=0.3";
  }
  return settings;
}

}  // namespace impasto::train
