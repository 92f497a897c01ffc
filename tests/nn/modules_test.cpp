#include <doctest/doctest.h>

#include "nn/modules/conv2d.h"
#include "nn/modules/layers.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using test::random_tensor;

TEST_CASE("filters change layout and back") {
  const Tensor oihw = random_tensor({2, 3, 4, 5}, DType::f32, 1);
  const Tensor ohwi = oihw_to_ohwi(oihw);
  CHECK(ohwi.shape() == Shape{2, 4, 5, 3});
  // [1, 2, 3, 4] of oihw is [1, 3, 4, 2] of ohwi.
  CHECK(ohwi.data<float>()[((1 * 4 + 3) * 5 + 4) * 3 + 2] ==
        oihw.data<float>()[((1 * 3 + 2) * 4 + 3) * 5 + 4]);
  CHECK(test::compare_exact(ohwi_to_oihw(ohwi), oihw).ok);
}

TEST_CASE("a sequential network runs in order and names its parameters") {
  Context context;
  std::vector<std::unique_ptr<Module>> modules;
  modules.push_back(std::make_unique<Conv2d>(random_tensor({4, 3, 3, 3}, DType::f64, 1),
                                             random_tensor({4}, DType::f64, 2),
                                             Conv2dParams{1, 1, PadMode::reflect, false}, false));
  modules.push_back(std::make_unique<InstanceNorm2d>(4, DType::f64));
  modules.push_back(std::make_unique<Relu>());
  modules.push_back(std::make_unique<Pool2d>(PoolKind::average));
  modules.push_back(std::make_unique<Upsample>(2, ResizeMode::nearest));
  Sequential network(std::move(modules));

  const Variable y = network.forward(context, Variable(random_tensor({1, 6, 8, 3}, DType::f64, 3)));
  CHECK(y.shape() == Shape{1, 6, 8, 4});
  std::vector<std::string> names;
  for (const auto& [name, parameter] : network.parameters()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias"});

  backward(context, sum(context, mul(context, y, y)));
  for (const auto& [name, parameter] : network.parameters()) {
    CAPTURE(name);
    CHECK(parameter.grad().defined());
  }
}

TEST_CASE("a frozen convolution has no gradient and equals a trained one") {
  Context context;
  const Tensor wei = random_tensor({8, 3, 3, 5}, DType::f32, 1);
  const Tensor bias = random_tensor({8}, DType::f32, 2);
  const Conv2dParams params{1, 1, PadMode::zero, true};
  Conv2d frozen(wei, bias, params, true), trained(wei, bias, params, false);
  const Variable x(random_tensor({1, 7, 9, 5}, DType::f32, 3));
  for (int pass = 0; pass < 2; ++pass) {  // the second pass reads the cached filter
    CHECK(
        test::compare_exact(frozen.forward(context, x).value(), trained.forward(context, x).value())
            .ok);
  }
  CHECK_FALSE(frozen.forward(context, x).needs_grad());
  CHECK(trained.forward(context, x).needs_grad());
}

}  // namespace
}  // namespace impasto
