// The scratch memory of ordered reductions on a GPU (cuda_ordered.cuh), for kernels and their host
// code. Plain.
#pragma once

#include <cstddef>

namespace impasto {

constexpr unsigned kMaxPartials = 1024;  // blocks: enough for every GPU, few enough for one to join
constexpr std::size_t kPartialsBytes = kMaxPartials * sizeof(double);

}  // namespace impasto
