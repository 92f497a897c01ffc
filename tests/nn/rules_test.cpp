// Every gradient rule against central differences in double, for every input, with a random
// upstream.
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "nn/autograd/functions.h"
#include "ops/elementwise/elementwise.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using test::random_tensor;
using Function = std::function<Variable(Context&, const std::vector<Variable>&)>;

void check_rule(const Function& function, const std::vector<Tensor>& inputs) {
  Context context;
  const auto evaluate = [&](const std::vector<Tensor>& values, std::size_t wanted) {
    std::vector<Variable> variables;
    for (std::size_t i = 0; i < values.size(); ++i) {
      variables.emplace_back(values[i], wanted == values.size() || i == wanted);
    }
    return std::pair(function(context, variables), variables);
  };
  // All inputs at once, then each alone: a rule must not depend on the others being wanted.
  auto [all, variables] = evaluate(inputs, inputs.size());
  const Tensor upstream = random_tensor(all.shape(), DType::f64, 99);
  backward(context, all, upstream);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(i);
    const auto of_input = [&](const Tensor& x) {
      std::vector<Tensor> values = inputs;
      values[i] = x;
      return evaluate(values, i).first.value();
    };
    const auto result = test::check_gradient(of_input, inputs[i], upstream, variables[i].grad());
    CHECK_MESSAGE(result.ok, result.message);
    auto [alone, alone_variables] = evaluate(inputs, i);
    backward(context, alone, upstream);
    CHECK(test::compare_exact(alone_variables[i].grad(), variables[i].grad()).ok);
    // Once more, into the gradient that is there: a rule that adds to it must add the same.
    backward(context, function(context, alone_variables), upstream);
    const Tensor twice = scale(context, variables[i].grad(), 2);
    CHECK(test::compare(alone_variables[i].grad(), twice, 1e-15 * test::max_abs(twice)).ok);
  }
}

Tensor input(const Shape& shape, std::uint64_t seed) {
  return random_tensor(shape, DType::f64, seed);
}

TEST_CASE("conv2d") {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    for (bool with_relu : {false, true}) {
      const Conv2dParams params{1, 1, mode, with_relu};
      check_rule(
          [&](Context& c, const std::vector<Variable>& v) {
            return conv2d(c, v[0], v[1], v[2], params);
          },
          {input({1, 5, 4, 2}, 1), input({3, 3, 3, 2}, 2), input({3}, 3)});
    }
  }
}

TEST_CASE("conv2d 1x1 with stride, no bias") {
  check_rule(
      [](Context& c, const std::vector<Variable>& v) {
        return conv2d(c, v[0], v[1], Variable(), {.stride = 2});
      },
      {input({2, 5, 4, 3}, 1), input({2, 1, 1, 3}, 2)});
}

TEST_CASE("relu") {
  check_rule([](Context& c, const std::vector<Variable>& v) { return relu(c, v[0]); },
             {input({3, 7}, 1)});
}

TEST_CASE("pool2d") {
  for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
    check_rule([&](Context& c, const std::vector<Variable>& v) { return pool2d(c, v[0], kind); },
               {input({1, 5, 6, 3}, 1)});
  }
}

TEST_CASE("pad") {
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    check_rule(
        [&](Context& c, const std::vector<Variable>& v) {
          return pad(c, v[0], {1, 2, 0, 3, mode});
        },
        {input({1, 5, 4, 2}, 1)});
  }
}

TEST_CASE("resize") {
  for (ResizeMode mode : {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                          ResizeMode::bicubic, ResizeMode::lanczos}) {
    check_rule(
        [&](Context& c, const std::vector<Variable>& v) { return resize(c, v[0], 7, 3, mode); },
        {input({1, 5, 4, 2}, 1)});
  }
}

TEST_CASE("instance_norm") {
  check_rule(
      [](Context& c, const std::vector<Variable>& v) { return instance_norm(c, v[0], v[1], v[2]); },
      {input({2, 3, 4, 3}, 1), input({3}, 2), input({3}, 3)});
}

TEST_CASE("gram") {
  check_rule([](Context& c, const std::vector<Variable>& v) { return gram(c, v[0], 0.1); },
             {input({2, 3, 4, 3}, 1)});
}

TEST_CASE("gemm, every combination of transposes") {
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      check_rule(
          [&](Context& c, const std::vector<Variable>& v) {
            return gemm(c, v[0], v[1], {ta, tb, 1.5});
          },
          {input(ta ? Shape{4, 3} : Shape{3, 4}, 1), input(tb ? Shape{5, 4} : Shape{4, 5}, 2)});
    }
  }
}

TEST_CASE("mse") {
  check_rule([](Context& c, const std::vector<Variable>& v) { return mse(c, v[0], v[1], 3); },
             {input({3, 5}, 1), input({3, 5}, 2)});
}

TEST_CASE("total_variation") {
  for (VariationKind kind : {VariationKind::squared, VariationKind::absolute}) {
    check_rule([&](Context& c,
                   const std::vector<Variable>& v) { return total_variation(c, v[0], kind, 2); },
               {input({1, 4, 5, 3}, 1)});
  }
}

TEST_CASE("add, sub, mul, scale, reshape, sum") {
  const std::vector<Tensor> two = {input({2, 6}, 1), input({2, 6}, 2)};
  using Inputs = std::vector<Variable>;
  check_rule([](Context& c, const Inputs& v) { return add(c, v[0], v[1]); }, two);
  check_rule([](Context& c, const Inputs& v) { return sub(c, v[0], v[1]); }, two);
  check_rule([](Context& c, const Inputs& v) { return mul(c, v[0], v[1]); }, two);
  check_rule([](Context& c, const Inputs& v) { return scale(c, v[0], -0.7); }, {two[0]});
  check_rule([](Context&, const Inputs& v) { return reshape(v[0], {3, 4}); }, {two[0]});
  check_rule([](Context& c, const Inputs& v) { return sum(c, v[0]); }, {two[0]});
}

}  // namespace
}  // namespace impasto
