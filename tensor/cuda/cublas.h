// cuBLAS, loaded when it is first needed: linked, it would add 100 ms and 200 MiB to every start of
// every program, also where no GPU is used. What is called of it is listed here.
//
//   context.cuda().libraries.cublas().multiply({.m = 3, ...}, CudaMath::f32);
#pragma once

#include <string>

#include <cublas_v2.h>

#include "tensor/cuda/handles.h"
#include "tensor/cuda/math.h"
#include "tensor/cuda/memory.h"

namespace impasto {

struct CublasFunctions {
  decltype(&cublasCreate_v2) create;
  decltype(&cublasDestroy_v2) destroy;
  decltype(&cublasGetProperty) get_property;
  decltype(&cublasSetStream_v2) set_stream;
  decltype(&cublasSetWorkspace_v2) set_workspace;
  decltype(&cublasGemmStridedBatchedEx_64) gemm;
  decltype(&cublasSgeam_64) transpose_add;
};

// Loads the library, once. Throws InputError that names it when it is not to be found.
const CublasFunctions& cublas_functions();

// "13.1.0"; empty when the library is not to be found.
std::string cublas_version();

namespace cuda_detail {
void destroy_cublas(cublasHandle_t handle) noexcept;
}

// C = alpha op(A) op(B) + beta C for `count` triples of matrices, each operand's one after another.
// Row-major, as everywhere here; cuBLAS, which is not, is asked for the transposed product.
struct CublasProduct {
  std::int64_t m = 0, n = 0, k = 0, count = 1;
  const float* a = nullptr;  // [m, k], or [k, m] when transposed
  const float* b = nullptr;  // [k, n], or [n, k] when transposed
  float* c = nullptr;        // [m, n]; not read where beta is 0
  bool transpose_a = false, transpose_b = false;
  float alpha = 1, beta = 0;
};

// Computes on the device's stream. What it needs beside the operands is memory of its own, taken
// from the device's allocator: so it is accounted, and captured graphs hold no memory of cuBLAS.
// The device must be the current one wherever this is made or used.
class CublasHandle {
 public:
  explicit CublasHandle(int device);

  cublasHandle_t get() const { return handle_.get(); }

  // Deterministic on one stream.
  void multiply(const CublasProduct& product, CudaMath math);
  // dst = factor (src + src^T) for `count` matrices [n, n] one after another: symmetric to the bit.
  void symmetrize(const float* src, float* dst, std::int64_t n, std::int64_t count, float factor);

 private:
  CudaMemory workspace_;
  UniqueHandle<cublasHandle_t, cuda_detail::destroy_cublas> handle_;
};

}  // namespace impasto
