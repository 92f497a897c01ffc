// The optimisers that every test of their common behaviour loops over.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "optim/adam.h"
#include "optim/lbfgs.h"

namespace impasto::test {

struct NamedOptimizer {
  std::string name;
  bool searches = false;
  std::function<std::unique_ptr<Optimizer>(double learning_rate)> make;
};

inline std::vector<NamedOptimizer> optimizers() {
  return {
      {"lbfgs", false, [](double rate) { return make_lbfgs({.learning_rate = rate}); }},
      {"wolfe", true,
       [](double rate) { return make_lbfgs({.learning_rate = rate, .strong_wolfe = true}); }},
      {"adam", false,
       [](double rate) { return std::make_unique<Adam>(AdamOptions{.learning_rate = rate}); }},
  };
}

}  // namespace impasto::test
