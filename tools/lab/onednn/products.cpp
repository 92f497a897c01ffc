// Matrix products, and Gram matrices as such: of the whole square, where ours may compute a
// triangle.
#include "tools/lab/onednn/baselines.h"
#include "tools/lab/onednn/call.h"

namespace impasto::lab::onednn {
namespace {

void set_product(PrimitiveCall& call, const Desc& a, const Desc& b, const Desc& c, double scale) {
  dnnl::primitive_attr attributes;
  if (scale != 1) attributes.set_output_scales(0, {static_cast<float>(scale)});
  const dnnl::matmul::primitive_desc plan({a, b, c}, attributes, engine());
  call.set<dnnl::matmul>(plan);
}

std::unique_ptr<LibraryCall> product(int threads, const GemmProblem& p, const GemmArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Desc a = matrix(p.m, p.k, p.params.transpose_a),
               b = matrix(p.k, p.n, p.params.transpose_b);
    const Desc c = matrix(p.m, p.n, false);
    set_product(call, a, b, c, p.params.alpha);
    call.input(DNNL_ARG_SRC, args.a, a);
    call.input(DNNL_ARG_WEIGHTS, args.b, b);
    call.result(DNNL_ARG_DST, args.c, c);
  });
}

// One more axis in front: the pictures.
Desc batch(std::int64_t n, std::int64_t rows, std::int64_t cols, bool transposed) {
  return f32({n, rows, cols}, transposed ? Tag::acb : Tag::abc);
}

std::unique_ptr<LibraryCall> gram(int threads, const GramProblem& p, const GramForwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Desc left = batch(p.n, p.c, p.m, true), right = batch(p.n, p.m, p.c, false);
    const Desc square = batch(p.n, p.c, p.c, false);
    set_product(call, left, right, square, p.scale);
    call.input(DNNL_ARG_SRC, args.features, left);
    call.input(DNNL_ARG_WEIGHTS, args.features, right);
    call.result(DNNL_ARG_DST, args.gram, square);
  });
}

Tensor symmetric_sum(const Tensor& g, std::int64_t n, std::int64_t c) {
  Tensor sum = Tensor::empty(g.shape());
  for (std::int64_t k = 0; k < n * c * c; ++k) {
    const std::int64_t picture = k / (c * c), row = k / c % c, col = k % c;
    const std::int64_t mirrored = (picture * c + col) * c + row;
    sum.data<float>()[k] = g.data<float>()[k] + g.data<float>()[mirrored];
  }
  return sum;
}

// The sum of the gradient and its transpose is small, and made before.
std::unique_ptr<LibraryCall> gram_gradient(int threads, const GramProblem& p,
                                           const GramBackwardArgs& args) {
  return prepared(threads, [&](PrimitiveCall& call) {
    const Desc features = batch(p.n, p.m, p.c, false), square = batch(p.n, p.c, p.c, false);
    set_product(call, features, square, features, p.scale);
    call.input(DNNL_ARG_SRC, args.features, features);
    call.own(DNNL_ARG_WEIGHTS, symmetric_sum(args.grad_gram, p.n, p.c), square, square);
    call.result(DNNL_ARG_DST, args.grad_features, features);
  });
}

constexpr Baseline<GemmProblem, GemmArgs> kGemm[] = {
    {{.id = "gemm.fwd.onednn.matmul", .idea = "oneDNN"}, product}};
constexpr Baseline<GramProblem, GramForwardArgs> kGramForward[] = {
    {{.id = "gram.fwd.onednn.matmul", .idea = "oneDNN"}, gram}};
constexpr Baseline<GramProblem, GramBackwardArgs> kGramBackward[] = {
    {{.id = "gram.bwd.onednn.matmul", .idea = "oneDNN"}, gram_gradient}};

}  // namespace

Baselines<GemmProblem, GemmArgs> gemm() {
  return kGemm;
}
Baselines<GramProblem, GramForwardArgs> gram_forward() {
  return kGramForward;
}
Baselines<GramProblem, GramBackwardArgs> gram_backward() {
  return kGramBackward;
}

}  // namespace impasto::lab::onednn
