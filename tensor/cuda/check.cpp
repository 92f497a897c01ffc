#include "tensor/cuda/check.h"

#include <mutex>

#include "tensor/error.h"

namespace impasto {
namespace {

std::mutex ignored_mutex;
std::string& ignored() {
  static auto* const text = new std::string;  // never destroyed: destructors run late
  return *text;
}

bool is_out_of_memory(cudaError_t status) {
  return status == cudaErrorMemoryAllocation;
}
bool is_out_of_memory(cublasStatus_t status) {
  return status == CUBLAS_STATUS_ALLOC_FAILED;
}

// The name, and words where the library has some. cuBLAS has its own, but is not loaded for them.
std::string describe(cudaError_t status) {
  return fmt::format("CUDA: {} ({})", cudaGetErrorString(status), cudaGetErrorName(status));
}

const char* name_of(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_MAPPING_ERROR:
      return "CUBLAS_STATUS_MAPPING_ERROR";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "an unknown status";
  }
}
std::string describe(cublasStatus_t status) {
  return fmt::format("cuBLAS: {} ({})", name_of(status), static_cast<int>(status));
}

// Forgets an error that is not sticky.
void clear(cudaError_t) noexcept {
  static_cast<void>(cudaGetLastError());
}
void clear(cublasStatus_t) noexcept {}

#if IMPASTO_CUDNN
bool is_out_of_memory(cudnnStatus_t status) {
  return status == CUDNN_STATUS_ALLOC_FAILED ||
         status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ||
         status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
}
std::string describe(cudnnStatus_t status) {
  char details[512] = {};
  cudnnGetLastErrorString(details, sizeof details);
  return fmt::format("cuDNN: {}{}{}", cudnnGetErrorString(status), details[0] == 0 ? "" : ": ",
                     details);
}
void clear(cudnnStatus_t) noexcept {}
#endif

std::string message(const cuda_detail::Call& call, const std::string& error) {
  return fmt::format("{} [{}, {}:{}]", error, call.text, call.file, call.line);
}

template <class Status>
[[noreturn]] void fail_with(const cuda_detail::Call& call, Status status) {
  clear(status);
  const std::string text = message(call, describe(status));
  if (is_out_of_memory(status)) throw OutOfMemory("out of memory: " + text);
  throw Error(text);
}

template <class Status>
void ignore_with(const cuda_detail::Call& call, Status status) noexcept {
  clear(status);
  try {
    const std::lock_guard lock(ignored_mutex);
    ignored() = message(call, describe(status));
  } catch (...) {  // no memory for the message: then there is none
  }
}

}  // namespace

std::string last_ignored_cuda_failure() {
  const std::lock_guard lock(ignored_mutex);
  return ignored();
}

namespace cuda_detail {

void fail(const Call& call, cudaError_t status) {
  fail_with(call, status);
}
void fail(const Call& call, cublasStatus_t status) {
  fail_with(call, status);
}
void ignore(const Call& call, cudaError_t status) noexcept {
  // While the process ends the runtime may be gone before its last users: nothing is wrong then.
  if (status != cudaErrorCudartUnloading) ignore_with(call, status);
}
void ignore(const Call& call, cublasStatus_t status) noexcept {
  ignore_with(call, status);
}
#if IMPASTO_CUDNN
void fail(const Call& call, cudnnStatus_t status) {
  fail_with(call, status);
}
void ignore(const Call& call, cudnnStatus_t status) noexcept {
  ignore_with(call, status);
}
#endif

}  // namespace cuda_detail
}  // namespace impasto
