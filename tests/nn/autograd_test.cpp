// The engine: order, accumulation, what is kept, what is skipped.
#include <string>

#include <doctest/doctest.h>

#include "nn/autograd/functions.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gram/gram.h"
#include "tensor/allocator.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using test::random_tensor;

std::int64_t launches_of(const Context& context, const std::string& table) {
  std::int64_t count = 0;
  for (const auto& [id, runs] : context.launches()) {
    if (id.starts_with(table + ".")) count += runs;
  }
  return count;
}

TEST_CASE("a variable used twice gets the sum of its gradients") {
  Context context;
  const Variable x(random_tensor({7}, DType::f64, 1), true);
  backward(context, sum(context, add(context, mul(context, x, x), scale(context, x, 3))));
  Tensor want = linear(context, 2, x.value(), 0, x.value());
  for (double& value : want.values<double>()) value += 3;
  CHECK(test::compare(x.grad(), want, 1e-12).ok);
}

TEST_CASE("a diamond whose rules share one tensor does not sum into it") {
  Context context;
  const Variable x(random_tensor({5}, DType::f64, 1), true);
  const Variable y(random_tensor({5}, DType::f64, 2), true);
  // add() hands the same upstream tensor to both sides; x then gets a second contribution.
  backward(context, sum(context, add(context, add(context, x, y), x)));
  CHECK(test::compare(x.grad(), Tensor::full({5}, 2, DType::f64), 0).ok);
  CHECK(test::compare(y.grad(), Tensor::full({5}, 1, DType::f64), 0).ok);
}

// Adds what its rule is told of the flowing gradient to `taken`; twice the upstream is its
// gradient.
Variable doubled(Context& context, const Variable& x, std::vector<bool>& taken) {
  return record("doubled", scale(context, x.value(), 2), {x}, {},
                [&taken](const BackwardCall& call) {
                  Tensor flowing = call.take_flowing(0);
                  taken.push_back(flowing.defined());
                  if (!flowing.defined()) return std::vector{scale(call.context, call.grad_dst, 2)};
                  axpby(call.context, 2, call.grad_dst, 1, flowing);
                  return std::vector{flowing};
                });
}

TEST_CASE("a rule may add its gradient to the one that flows already, if nobody else sees that") {
  Context context;
  std::vector<bool> taken;
  const Variable x(random_tensor({5}, DType::f64, 1), true);
  const Variable first = doubled(context, x, taken), second = doubled(context, x, taken);
  backward(context, sum(context, add(context, first, second)));
  CHECK(taken == std::vector{false, true});  // nothing flows to x before the second's rule has run
  CHECK(test::compare(x.grad(), Tensor::full({5}, 4, DType::f64), 0).ok);

  const Tensor held = x.grad();
  backward(context, doubled(context, x, taken), Tensor::full({5}, 1, DType::f64));
  CHECK_FALSE(taken.back());
  CHECK(test::compare(x.grad(), Tensor::full({5}, 6, DType::f64), 0).ok);
  CHECK(test::compare(held, Tensor::full({5}, 4, DType::f64), 0).ok);
}

TEST_CASE("an input that is given twice gets both gradients, taken or not") {
  Context context;
  for (bool take : {false, true}) {
    const Variable x(random_tensor({5}, DType::f64, 1), true);
    const Variable twice = record("twice", x.value(), {x, x}, {}, [take](const BackwardCall& call) {
      const Tensor flowing = take ? call.take_flowing(0) : Tensor();
      const Tensor own = scale(call.context, call.grad_dst, 1);
      return std::vector{flowing.defined() ? add(call.context, flowing, own) : own, call.grad_dst};
    });
    backward(context, sum(context, add(context, twice, scale(context, x, 3))));
    CHECK(test::compare(x.grad(), Tensor::full({5}, 5, DType::f64), 0).ok);
  }
}

TEST_CASE("the gradient of gram goes into the flowing one: no tensor and no sum of its own") {
  Context context;
  const Variable x(random_tensor({1, 40, 30, 8}, DType::f32, 1), true);
  const Variable tap = gram(context, x, 0.1);
  const Variable through = scale(context, x, 3);
  const Variable root = add(context, sum(context, tap), sum(context, through));
  gram_backward(context, x.value(), tap.value(), 0.1);  // scratch that is kept
  context.reset_launches();
  const std::size_t before = allocator_of({}).stats().allocations;
  backward(context, root);
  CHECK(launches_of(context, "gram.bwd") == 1);
  CHECK(launches_of(context, "elementwise.map") == 1);  // the rule of scale; nothing adds
  // The upstream scalar, the results of two sums, that of scale.
  CHECK(allocator_of({}).stats().allocations - before == 4);
}

TEST_CASE("gram keeps what a first layer was made from instead of a large map, and loses no bit") {
  Context context;
  const Variable wei(random_tensor({16, 3, 3, 3}, DType::f32, 2));
  const Variable bias(random_tensor({16}, DType::f32, 3));
  const Conv2dParams same{.pad = 1, .relu = true};
  const Variable little(random_tensor({1, 64, 64, 3}, DType::f32, 1), true);
  const Variable little_map = conv2d(context, little, wei, bias, same);
  CHECK(saved_bytes(gram(context, little_map, 1)) >= little_map.value().bytes());
  for (PadMode mode : {PadMode::zero, PadMode::reflect, PadMode::replicate}) {
    CAPTURE(to_string(mode));
    // Rows for more than one band, the last of them of a single row.
    const Variable x(random_tensor({1, 129, 8192, 3}, DType::f32, 1), true);
    const Variable map = conv2d(context, x, wei, bias, {.pad = 1, .pad_mode = mode, .relu = true});
    REQUIRE(map.recipe() != nullptr);
    const Tensor again = map.recipe()->rows(context, map.recipe()->from, 100, 129);
    CHECK(test::compare_exact(again, map_rows(map.value(), 100, 129)).ok);

    const Variable kept(map.value(), true);  // without a recipe
    const Variable tap = gram(context, map, 1e-3), plain = gram(context, kept, 1e-3);
    CHECK(saved_bytes(plain) == map.value().bytes());
    CHECK(saved_bytes(tap) < map.value().bytes() / 2);
    const Tensor upstream = random_tensor(tap.shape(), DType::f32, 4);
    backward(context, plain, upstream);
    const Variable leaf(map.value(), true);
    Variable cooked = leaf;
    cooked.set_recipe(*map.recipe());
    backward(context, gram(context, cooked, 1e-3), upstream);
    CHECK(test::compare_exact(leaf.grad(), kept.grad()).ok);
  }
}

TEST_CASE("mse keeps the difference and nothing else, and adds its gradient to the flowing one") {
  Context context;
  const Variable x(random_tensor({1, 40, 30, 8}, DType::f32, 1), true);
  const Variable loss = mse(context, x, Variable(random_tensor(x.shape(), DType::f32, 2)), 2);
  CHECK(saved_bytes(loss) == x.value().bytes());
  const Variable root = add(context, loss, scale(context, sum(context, x), 3));
  context.reset_launches();
  backward(context, root);
  CHECK(launches_of(context, "mse.bwd") == 1);
  CHECK(launches_of(context, "elementwise.map") == 1);  // the rule of scale; nothing adds
  const Variable frozen(x.value());
  CHECK_FALSE(mse(context, frozen, frozen, 2).needs_grad());
}

TEST_CASE("gradients accumulate over backward passes until cleared") {
  Context context;
  Variable x(random_tensor({5}, DType::f64, 1), true);
  for (int pass = 1; pass <= 2; ++pass) {
    backward(context, sum(context, x));
    CHECK(x.grad().data<double>()[4] == pass);
  }
  x.clear_grad();
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("a second backward pass over one graph is an error") {
  Context context;
  const Variable x(random_tensor({5}, DType::f64, 1), true);
  const Variable loss = sum(context, mul(context, x, x));
  backward(context, loss);
  CHECK_THROWS_WITH_AS(backward(context, loss), doctest::Contains("already used and freed"), Error);
}

TEST_CASE("roots that cannot be differentiated are errors") {
  Context context;
  const Variable frozen(random_tensor({5}, DType::f64, 1));
  const Variable x(random_tensor({5}, DType::f64, 1), true);
  CHECK_THROWS_AS(backward(context, sum(context, frozen)), Error);
  CHECK_THROWS_WITH_AS(backward(context, scale(context, x, 2)),
                       doctest::Contains("needs an upstream gradient"), Error);
  CHECK_THROWS_AS(backward(context, scale(context, x, 2), Tensor::zeros({4}, DType::f64)), Error);
}

TEST_CASE("a rule that returns a wrong shape is caught") {
  Context context;
  const Variable x(random_tensor({5}, DType::f64, 1), true);
  const Variable y = record("wrong", x.value(), {x}, {}, [](const BackwardCall&) {
    return std::vector{Tensor::zeros({6}, DType::f64)};
  });
  CHECK_THROWS_WITH_AS(backward(context, sum(context, y)), doctest::Contains("wrong"), Error);
}

// The identity, whose rule notes that it ran.
Variable noted(const std::string& name, const Variable& x, std::vector<std::string>& ran) {
  return record(name, x.value(), {x}, {}, [name, &ran](const BackwardCall& call) {
    ran.push_back(name);
    return std::vector{call.grad_dst};
  });
}

TEST_CASE("rules run in the reverse order of recording: a tap's just before its layer's") {
  Context context;
  std::vector<std::string> ran;
  const Variable x(random_tensor({5}, DType::f64, 1), true);
  const Variable layer1 = noted("layer1", x, ran);
  const Variable tap1 = noted("tap1", layer1, ran);
  const Variable layer2 = noted("layer2", layer1, ran);
  const Variable tap2 = noted("tap2", layer2, ran);
  const Variable layer3 = noted("layer3", layer2, ran);
  backward(context, sum(context, add(context, add(context, tap2, tap1), layer3)));
  CHECK(ran == std::vector<std::string>{"layer3", "tap2", "layer2", "tap1", "layer1"});
  CHECK(test::compare(x.grad(), Tensor::full({5}, 3, DType::f64), 0).ok);
}

TEST_CASE("long chains need no call stack") {
  Context context;
  const Variable x(Tensor::scalar(1, DType::f64), true);
  Variable y = x;
  for (int i = 0; i < 20000; ++i) y = scale(context, y, 1);
  backward(context, y);
  CHECK(x.grad().item() == 1);
}

TEST_CASE("nothing is recorded and no mask is written when no input needs a gradient") {
  Context context;
  const Variable x(random_tensor({1, 4, 4, 3}, DType::f32, 1));
  const Variable y = sum(context, pool2d(context, relu(context, x), PoolKind::max));
  CHECK_FALSE(y.needs_grad());
  CHECK(dump_graph(y).empty());
}

TEST_CASE("frozen filters cost no kernel: only the picture's gradient is computed") {
  Context context;
  const Variable wei(random_tensor({8, 3, 3, 3}, DType::f32, 1));
  const Variable bias(random_tensor({8}, DType::f32, 2));
  const Variable x(random_tensor({1, 6, 5, 3}, DType::f32, 3), true);
  const Conv2dParams params{1, 1, PadMode::zero, true};
  context.reset_launches();
  backward(context, sum(context, conv2d(context, x, wei, bias, params)));
  CHECK(launches_of(context, "conv2d.fwd") == 1);
  CHECK(launches_of(context, "conv2d.bwd_data") == 1);
  CHECK(launches_of(context, "conv2d.bwd_filter") == 0);
  CHECK(launches_of(context, "reduce.rows") == 0);
}

TEST_CASE("a frozen picture costs no kernel when a filter is trained") {
  Context context;
  const Variable wei(random_tensor({8, 3, 3, 3}, DType::f32, 1), true);
  const Variable x(random_tensor({1, 6, 5, 3}, DType::f32, 3));
  context.reset_launches();
  backward(context, sum(context, conv2d(context, x, wei, Variable(), {})));
  CHECK(launches_of(context, "conv2d.bwd_data") == 0);
  CHECK(launches_of(context, "conv2d.bwd_filter") == 1);
}

TEST_CASE("relu keeps one bit an element and a max pool two bits an output, nothing else") {
  Context context;
  const Variable wei(random_tensor({64, 3, 3, 3}, DType::f32, 1));
  const Variable x(random_tensor({1, 16, 16, 3}, DType::f32, 3), true);
  const Variable y = conv2d(context, x, wei, Variable(), Conv2dParams{1, 1, PadMode::zero, true});
  const std::size_t filter = wei.value().bytes();
  CHECK(saved_bytes(y) == filter + 16 * 16 * 64 / 8);
  const Variable z = pool2d(context, y, PoolKind::max);
  CHECK(saved_bytes(z) == filter + 16 * 16 * 64 / 8 + 8 * 8 * 64 * 2 / 8);
  CHECK(saved_bytes(pool2d(context, x, PoolKind::average)) == 0);
}

TEST_CASE("the graph can be printed") {
  Context context;
  const Variable x(random_tensor({1, 4, 4, 64}, DType::f32, 1), true);
  const Variable y = relu(context, x);
  CHECK(dump_graph(y) == "relu [1, 4, 4, 64] saves 128 bytes\n");
}

}  // namespace
}  // namespace impasto
