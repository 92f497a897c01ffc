// The networks that a student learns from. Each layer is taught by the first teacher that has it: a
// network that ends early can be followed by another, poorer one for the layers behind its end.
// Every teacher looks at the same picture through its own input convention.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nn/vgg.h"

namespace impasto::train {

class Teachers {
 public:
  // Throws InputError when nobody teaches one of the layers.
  Teachers(const std::vector<VggSpec>& specs, const std::vector<std::string>& layers,
           Device device);

  const std::vector<std::string>& layers() const { return layers_; }
  std::int64_t channels(const std::string& layer) const { return channels_.at(layer); }

  // pictures [n, h, w, 3], RGB, 0..255. No gradients.
  std::map<std::string, Tensor> features(Context& context, const Tensor& pictures);

 private:
  struct Teacher {
    std::unique_ptr<Vgg> network;
    std::vector<std::string> layers;
  };
  std::vector<Teacher> teachers_;
  std::vector<std::string> layers_;
  std::map<std::string, std::int64_t> channels_;
};

}  // namespace impasto::train
