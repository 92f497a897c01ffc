// The tables of basis: best first, reference last.
#include "ops/basis/basis_kernels.h"
#include "ops/kernel_entry.h"

namespace impasto {
namespace basis_kernels {
namespace {

std::int64_t dot_length(const BasisProblem& problem) {
  return problem.count;
}

std::int64_t combine_length(const BasisProblem& problem) {
  return problem.rows;
}

template <const Lanes& lanes>
constexpr Kernel<BasisProblem, InnerProductsArgs> blocked_dot(std::string_view id, Features needs) {
  return {.info = {.id = id,
                   .idea = "all vectors past one cached block after the other",
                   .needs = needs,
                   .dtypes = {DType::f32, DType::f64}},
          .workspace_bytes = dot_blocked_workspace,
          .reduction_length = dot_length,
          .run = [](Context& context, const BasisProblem& problem, const InnerProductsArgs& args,
                    void* workspace) { dot_blocked(context, problem, args, workspace, lanes); }};
}

template <const Lanes& lanes>
constexpr Kernel<BasisProblem, CombineArgs> blocked_combine(std::string_view id, Features needs) {
  return {
      .info = {.id = id,
               .idea = "all vectors into one cached block of sums after the other",
               .needs = needs,
               .dtypes = {DType::f32, DType::f64}},
      .workspace_bytes = combine_blocked_workspace,
      .reduction_length = combine_length,
      .run = [](Context& context, const BasisProblem& problem, const CombineArgs& args,
                void* workspace) { combine_blocked(context, problem, args, workspace, lanes); }};
}

}  // namespace

const Kernel<BasisProblem, InnerProductsArgs> kDot[] = {
    {.info = {.id = "basis.dot.cuda.streamed",
              .idea = "a block a piece of a vector, pieces added in order",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = dot_cuda_workspace,
     .reduction_length = dot_length,
     .run = dot_cuda},
#if defined(__x86_64__)
    blocked_dot<avx512::kLanes>("basis.dot.cpu.blocked.avx512", Feature::avx512),
    blocked_dot<avx2::kLanes>("basis.dot.cpu.blocked.avx2", Feature::avx2),
#endif
    blocked_dot<generic::kLanes>("basis.dot.cpu.blocked.generic", {}),
    {.info = {.id = "basis.dot.cpu.reference",
              .idea = "plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = dot_length,
     .run = dot_reference},
};

const Kernel<BasisProblem, CombineArgs> kCombine[] = {
    {.info = {.id = "basis.combine.cuda.streamed",
              .idea = "a thread an element, vectors' addresses as parameters",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .workspace_bytes = combine_cuda_workspace,
     .reduction_length = combine_length,
     .run = combine_cuda},
#if defined(__x86_64__)
    blocked_combine<avx512::kLanes>("basis.combine.cpu.blocked.avx512", Feature::avx512),
    blocked_combine<avx2::kLanes>("basis.combine.cpu.blocked.avx2", Feature::avx2),
#endif
    blocked_combine<generic::kLanes>("basis.combine.cpu.blocked.generic", {}),
    {.info = {.id = "basis.combine.cpu.reference",
              .idea = "plain loops, sums in double",
              .dtypes = {DType::f32, DType::f64}},
     .reduction_length = combine_length,
     .run = combine_reference},
};

const Kernel<BasisProblem, StoreArgs> kStore[] = {
    {.info = {.id = "basis.store.cuda.vector",
              .idea = "packs of four to the slot that the index names",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .run = store_cuda},
    {.info = {.id = "basis.store.cpu.copy",
              .idea = "a copy, blocks over the threads",
              .dtypes = {DType::f32, DType::f64}},
     .run = store_copy},
    {.info = {.id = "basis.store.cpu.reference",
              .idea = "plain loop",
              .dtypes = {DType::f32, DType::f64}},
     .run = store_reference},
};

}  // namespace basis_kernels

KernelTable<BasisProblem, InnerProductsArgs> inner_products_table() {
  return {"basis.dot", basis_kernels::kDot};
}

KernelTable<BasisProblem, CombineArgs> combine_table() {
  return {"basis.combine", basis_kernels::kCombine};
}

KernelTable<BasisProblem, StoreArgs> store_table() {
  return {"basis.store", basis_kernels::kStore};
}

}  // namespace impasto
