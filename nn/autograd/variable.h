// Variable: a tensor, whether it needs a gradient, and how it came about. backward() walks the
// graph.
//
// A graph node keeps only what its gradient rule reads (listed in `saved`) and the gradient side of
// its inputs, never their values: a feature map dies as soon as the next layer has read it, unless
// somebody holds its Variable or a rule saved it. Nothing is recorded for inputs that need no
// gradient, and rules are told which gradients are wanted, so frozen weights cost no kernel and no
// memory.
//
// backward() runs nodes in the reverse of the order in which they were recorded. So who builds a
// loss on a layer as soon as the layer is there also gets its gradient just before the layer's own
// is needed: the gradients of shallow taps do not wait in memory while the deep layers run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/autograd/recipe.h"
#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto {

// What a gradient rule gets, and which of its results are read.
struct BackwardCall {
  Context& context;
  const Tensor& grad_dst;         // gradient of the node's output
  std::span<const Tensor> saved;  // in the order they were given to record()
  std::span<const bool> wanted;   // one an input
  std::span<Tensor> flowing;      // one an input: see take_flowing()

  // The gradient that other rules have already sent to input i, handed over so that this rule adds
  // to it in place and returns the sum, where otherwise the engine would add up two tensors.
  // Undefined when there is none, or when somebody else sees its memory: the rule then returns its
  // own gradient alone. What a rule does not take, the engine adds.
  Tensor take_flowing(std::size_t i) const { return std::exchange(flowing[i], Tensor()); }
};

// Returns one gradient an input; those that are not wanted stay undefined.
using BackwardRule = std::function<std::vector<Tensor>(const BackwardCall&)>;

struct Node;

// The gradient side of a variable: all that a graph holds of its inputs.
struct GradState {
  Shape shape;
  DType dtype = DType::f32;
  bool needs_grad = false;
  Tensor grad;                 // undefined until backward() reaches it; kept for leaves only
  std::shared_ptr<Node> node;  // what produced it; null for leaves
};

struct Node {
  std::string op;
  std::uint64_t sequence = 0;  // larger than that of every node it depends on
  std::vector<std::shared_ptr<GradState>> inputs;
  std::vector<Tensor> saved;
  BackwardRule rule;  // empty once it has run
};

class Variable {
 public:
  Variable() = default;
  explicit Variable(Tensor value, bool needs_grad = false);

  bool defined() const { return value_.defined(); }
  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  bool needs_grad() const { return state_ && state_->needs_grad; }

  // Accumulated by backward() into leaves; undefined before. clear_grad() starts anew.
  const Tensor& grad() const;
  void clear_grad();

  const std::shared_ptr<GradState>& state() const { return state_; }

  // How to compute the value once more; null where that would cost more than to keep it. Ops set
  // it, and rules that would save the value may save this instead.
  const std::shared_ptr<const Recipe>& recipe() const { return recipe_; }
  void set_recipe(Recipe recipe) { recipe_ = std::make_shared<Recipe>(std::move(recipe)); }

 private:
  Tensor value_;
  std::shared_ptr<const Recipe> recipe_;
  std::shared_ptr<GradState> state_;
};

// The output of an op: records a node when an input needs a gradient, otherwise a plain variable.
Variable record(std::string op, Tensor value, std::initializer_list<Variable> inputs,
                std::vector<Tensor> saved, BackwardRule rule);

// True when any of them needs a gradient: ops ask before they compute what only a backward pass
// reads.
bool any_needs_grad(std::initializer_list<Variable> inputs);

// Adds d<root, upstream>/dv to the gradient of every leaf v below root that needs one. An undefined
// upstream is 1 and needs a one-element root. Frees the graph as it goes: a second call on the same
// graph throws Error.
void backward(Context& context, const Variable& root, Tensor upstream = {});

// One line a node, root last: op, output shape, bytes saved. For tests, debugging and teaching.
std::string dump_graph(const Variable& root);

// Bytes that the graph below root keeps for its backward pass, each storage counted once.
std::size_t saved_bytes(const Variable& root);

}  // namespace impasto
