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

}  // namespace impasto::train
