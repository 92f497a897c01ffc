// Modules: parameters plus a forward function. A network is a Sequential, or holds modules by name.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/autograd/functions.h"

namespace impasto {

class Module {
 public:
  virtual ~Module() = default;

  // src [n, h, w, c].
  virtual Variable forward(Context& context, const Variable& src) = 0;

  // Name -> parameter, names as in weights files: "weight", "0.bias". Copies share state, so an
  // optimiser that steps them steps the module.
  virtual std::vector<std::pair<std::string, Variable>> parameters() const { return {}; }
};

class Sequential final : public Module {
 public:
  explicit Sequential(std::vector<std::unique_ptr<Module>> modules);

  Variable forward(Context& context, const Variable& src) override;
  std::vector<std::pair<std::string, Variable>> parameters() const override;

 private:
  std::vector<std::unique_ptr<Module>> modules_;
};

}  // namespace impasto
