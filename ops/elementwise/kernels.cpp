// The tables of the elementwise ops: best first, reference last.
#include "ops/elementwise/elementwise_kernels.h"
#include "ops/kernel_entry.h"

namespace impasto {
namespace elementwise_kernels {

const Kernel<ElementwiseProblem, ElementwiseArgs> kMap[] = {
    {.info = {.id = "elementwise.map.cuda.vector",
              .idea = "packs of four, in double",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .run = map_cuda},
    {.info = {.id = "elementwise.map.cpu.vector",
              .idea = "vectorised loop, blocks over the threads",
              .dtypes = {DType::f32, DType::f64}},
     .run = map_vector},
    {.info = {.id = "elementwise.map.cpu.reference",
              .idea = "plain loop, in double",
              .dtypes = {DType::f32, DType::f64}},
     .run = map_reference},
};

const Kernel<AdamProblem, AdamArgs> kAdam[] = {
    {.info = {.id = "elementwise.adam.cuda.fused",
              .idea = "one pass over g, m, v and x in packs of four",
              .backend = Backend::gpu,
              .dtypes = {DType::f32, DType::f64}},
     .run = adam_cuda},
    {.info = {.id = "elementwise.adam.cpu.vector",
              .idea = "one pass over g, m, v and x, blocks over the threads",
              .dtypes = {DType::f32, DType::f64}},
     .run = adam_vector},
    {.info = {.id = "elementwise.adam.cpu.reference",
              .idea = "plain loop, in double",
              .dtypes = {DType::f32, DType::f64}},
     .run = adam_reference},
};

}  // namespace elementwise_kernels

KernelTable<ElementwiseProblem, ElementwiseArgs> elementwise_table() {
  return {"elementwise.map", elementwise_kernels::kMap};
}

KernelTable<AdamProblem, AdamArgs> adam_table() {
  return {"elementwise.adam", elementwise_kernels::kAdam};
}

}  // namespace impasto
