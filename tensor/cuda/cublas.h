// cuBLAS, loaded when it is first needed: linked, it would add 100 ms and 200 MiB to every start of
// every program, also where no GPU is used. What is called of it is listed here.
//
//   CublasHandle& cublas = context.cuda().libraries.cublas();
//   IMPASTO_CUBLAS_CALL(cublas->gemm(cublas.get(), ...));
#pragma once

#include <string>

#include <cublas_v2.h>

#include "tensor/cuda/handles.h"
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

// Computes on the device's stream. What it needs beside the operands is memory of its own, taken
// from the device's allocator: so it is accounted, and captured graphs hold no memory of cuBLAS.
// The device must be the current one wherever this is made or used.
class CublasHandle {
 public:
  explicit CublasHandle(int device);

  cublasHandle_t get() const { return handle_.get(); }
  const CublasFunctions* operator->() const { return &cublas_functions(); }

 private:
  CudaMemory workspace_;
  UniqueHandle<cublasHandle_t, cuda_detail::destroy_cublas> handle_;
};

}  // namespace impasto
