#include "nn/modules/module.h"

namespace impasto {

Sequential::Sequential(std::vector<std::unique_ptr<Module>> modules)
    : modules_(std::move(modules)) {}

Variable Sequential::forward(Context& context, const Variable& src) {
  Variable x = src;
  for (const auto& module : modules_) x = module->forward(context, x);
  return x;
}

std::vector<std::pair<std::string, Variable>> Sequential::parameters() const {
  std::vector<std::pair<std::string, Variable>> all;
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    for (auto& [name, parameter] : modules_[i]->parameters()) {
      all.emplace_back(fmt::format("{}.{}", i, name), parameter);
    }
  }
  return all;
}

}  // namespace impasto
