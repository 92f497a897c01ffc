// Every call of CUDA, cuBLAS and cuDNN is checked by one of these.
//
//   IMPASTO_CUDA_CALL(cudaStreamSynchronize(stream));
//
// evaluates the call once and, unless it succeeded, throws: OutOfMemory when the device had no more
// memory, Error otherwise. The message has the library's name and words for the error, the text of
// the call and its place. An error of the CUDA runtime is taken off the thread's record, so that it
// is not reported a second time as that of the next launch.
//
// The _NOTHROW twins are for destructors: a failure there has usually been thrown before, by the
// call that met it. They remember the last one for a debugger or a test.
#pragma once

#include <string>

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#if IMPASTO_CUDNN
#include <cudnn_graph.h>
#endif

namespace impasto {

// Of the last call that failed inside a _NOTHROW macro, in any thread; empty when none has.
std::string last_ignored_cuda_failure();

namespace cuda_detail {

struct Call {
  const char* text;
  const char* file;
  int line;
};

inline bool succeeded(cudaError_t status) {
  return status == cudaSuccess;
}
inline bool succeeded(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS;
}
[[noreturn]] void fail(const Call& call, cudaError_t status);
[[noreturn]] void fail(const Call& call, cublasStatus_t status);
void ignore(const Call& call, cudaError_t status) noexcept;
void ignore(const Call& call, cublasStatus_t status) noexcept;
#if IMPASTO_CUDNN
inline bool succeeded(cudnnStatus_t status) {
  return status == CUDNN_STATUS_SUCCESS;
}
[[noreturn]] void fail(const Call& call, cudnnStatus_t status);
void ignore(const Call& call, cudnnStatus_t status) noexcept;
#endif

// Tells the libraries apart by the type of the status.
template <class Status>
void check(const Call& call, Status status) {
  if (!succeeded(status)) [[unlikely]]
    fail(call, status);
}
template <class Status>
void check_nothrow(const Call& call, Status status) noexcept {
  if (!succeeded(status)) [[unlikely]]
    ignore(call, status);
}

}  // namespace cuda_detail
}  // namespace impasto

#define IMPASTO_CHECKED_CALL_(check, Status, ...) \
  ::impasto::cuda_detail::check<Status>({#__VA_ARGS__, __FILE__, __LINE__}, __VA_ARGS__)

#define IMPASTO_CUDA_CALL(...) IMPASTO_CHECKED_CALL_(check, cudaError_t, __VA_ARGS__)
#define IMPASTO_CUBLAS_CALL(...) IMPASTO_CHECKED_CALL_(check, cublasStatus_t, __VA_ARGS__)
#define IMPASTO_CUDNN_CALL(...) IMPASTO_CHECKED_CALL_(check, cudnnStatus_t, __VA_ARGS__)
#define IMPASTO_CUDA_CALL_NOTHROW(...) \
  IMPASTO_CHECKED_CALL_(check_nothrow, cudaError_t, __VA_ARGS__)
#define IMPASTO_CUBLAS_CALL_NOTHROW(...) \
  IMPASTO_CHECKED_CALL_(check_nothrow, cublasStatus_t, __VA_ARGS__)
#define IMPASTO_CUDNN_CALL_NOTHROW(...) \
  IMPASTO_CHECKED_CALL_(check_nothrow, cudnnStatus_t, __VA_ARGS__)
