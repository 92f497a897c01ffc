#include "nn/autograd/variable.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <unordered_set>

#include "ops/elementwise/elementwise.h"

namespace impasto {
namespace {

constexpr std::size_t kMaxInputs = 8;

// Larger at each call. Only the order within a graph matters, and there inputs exist before
// outputs.
std::uint64_t next_sequence() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// Nodes below root in the order of their recording, so inputs before outputs. No recursion: graphs
// are deeper than call stacks.
std::vector<std::shared_ptr<GradState>> recorded_order(const std::shared_ptr<GradState>& root) {
  std::vector<std::shared_ptr<GradState>> order;
  std::unordered_set<const GradState*> seen;
  const auto enter = [&](const std::shared_ptr<GradState>& state) {
    if (state && state->needs_grad && state->node && seen.insert(state.get()).second) {
      order.push_back(state);
    }
  };
  enter(root);
  for (std::size_t next = 0; next < order.size(); ++next) {
    const Node& node = *order[next]->node;  // `order` grows, the node stays
    for (const auto& input : node.inputs) enter(input);
  }
  std::ranges::sort(order, {}, [](const auto& state) { return state->node->sequence; });
  return order;
}

void check_gradient_fits(const GradState& state, const Tensor& gradient, const std::string& op) {
  IMPASTO_CHECK(gradient.shape() == state.shape && gradient.dtype() == state.dtype,
                "backward of {}: gradient is {} {}, the input is {} {}", op,
                to_string(gradient.dtype()), gradient.shape().to_string(), to_string(state.dtype),
                state.shape.to_string());
}

// A rule may hand the same tensor to several inputs, so a sum goes in place only into memory that
// nobody else sees.
void accumulate(Context& context, GradState& state, Tensor gradient) {
  if (!state.grad.defined()) {
    state.grad = std::move(gradient);
  } else if (state.grad.solely_owned()) {
    axpby(context, 1, gradient, 1, state.grad);
  } else {
    state.grad = add(context, state.grad, gradient);
  }
}

// Runs the rule. What flows to an input is lent to it for that time, unless somebody else sees it.
std::vector<Tensor> call_rule(Context& context, const Node& node, const Tensor& grad_dst,
                              std::span<const bool> wanted) {
  std::array<Tensor, kMaxInputs> flowing;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!wanted[i] || !node.inputs[i]->grad.solely_owned()) continue;
    flowing[i] = std::exchange(node.inputs[i]->grad, Tensor());
  }
  std::vector<Tensor> gradients =
      node.rule({context, grad_dst, node.saved, wanted, {flowing.data(), node.inputs.size()}});
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (flowing[i].defined()) node.inputs[i]->grad = std::move(flowing[i]);
  }
  return gradients;
}

void run_rule(Context& context, GradState& state) {
  Node& node = *state.node;
  IMPASTO_CHECK(node.rule != nullptr, "backward: the graph of {} was already used and freed",
                node.op);
  const Tensor grad_dst = std::exchange(state.grad, Tensor());
  std::array<bool, kMaxInputs> wanted{};
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    wanted[i] = node.inputs[i] && node.inputs[i]->needs_grad;
  }
  std::vector<Tensor> gradients =
      call_rule(context, node, grad_dst, {wanted.data(), node.inputs.size()});
  node.rule = nullptr;
  node.saved.clear();
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!wanted[i]) continue;
    IMPASTO_CHECK(i < gradients.size() && gradients[i].defined(),
                  "backward of {}: no gradient for input {}", node.op, i);
    check_gradient_fits(*node.inputs[i], gradients[i], node.op);
    accumulate(context, *node.inputs[i], std::move(gradients[i]));
  }
}

}  // namespace

Variable::Variable(Tensor value, bool needs_grad)
    : value_(std::move(value)), state_(std::make_shared<GradState>()) {
  state_->shape = value_.shape();
  state_->dtype = value_.dtype();
  state_->needs_grad = needs_grad;
}

const Tensor& Variable::grad() const {
  IMPASTO_CHECK(state_ != nullptr, "grad of an undefined variable");
  return state_->grad;
}

void Variable::clear_grad() {
  if (state_) state_->grad = Tensor();
}

bool any_needs_grad(std::initializer_list<Variable> inputs) {
  for (const Variable& input : inputs) {
    if (input.needs_grad()) return true;
  }
  return false;
}

Variable record(std::string op, Tensor value, std::initializer_list<Variable> inputs,
                std::vector<Tensor> saved, BackwardRule rule) {
  if (!any_needs_grad(inputs)) return Variable(std::move(value));
  IMPASTO_CHECK(inputs.size() <= kMaxInputs, "record {}: {} inputs", op, inputs.size());
  Variable output(std::move(value), true);
  auto node = std::make_shared<Node>();
  node->op = std::move(op);
  node->sequence = next_sequence();
  for (const Variable& input : inputs) node->inputs.push_back(input.state());
  node->saved = std::move(saved);
  node->rule = std::move(rule);
  output.state()->node = std::move(node);
  return output;
}

void backward(Context& context, const Variable& root, Tensor upstream) {
  IMPASTO_CHECK(root.needs_grad(), "backward: nothing below the root needs a gradient");
  if (!upstream.defined()) {
    IMPASTO_CHECK(root.value().numel() == 1,
                  "backward: a root of shape {} needs an upstream gradient",
                  root.shape().to_string());
    upstream = Tensor::full(root.shape(), 1, root.value().dtype(), root.value().device());
  }
  check_gradient_fits(*root.state(), upstream, "the root");
  std::vector<std::shared_ptr<GradState>> order = recorded_order(root.state());
  accumulate(context, *root.state(), std::move(upstream));
  while (!order.empty()) {
    run_rule(context, *order.back());
    order.pop_back();
  }
}

std::string dump_graph(const Variable& root) {
  std::string text;
  for (const auto& state : recorded_order(root.state())) {
    std::size_t bytes = 0;
    for (const Tensor& tensor : state->node->saved) bytes += tensor.bytes();
    text += fmt::format("{} {} saves {} bytes\n", state->node->op, state->shape.to_string(), bytes);
  }
  return text;
}

std::size_t saved_bytes(const Variable& root) {
  std::set<const void*> counted;
  std::size_t bytes = 0;
  for (const auto& state : recorded_order(root.state())) {
    for (const Tensor& tensor : state->node->saved) {
      if (tensor.defined() && counted.insert(tensor.raw()).second) bytes += tensor.bytes();
    }
  }
  return bytes;
}

}  // namespace impasto
