// What failed calls of CUDA and its libraries become; needs the toolkit, no GPU.
#include <string>

#include <doctest/doctest.h>

#include "tensor/cuda/check.h"
#include "tensor/cuda/cublas.h"
#include "tensor/error.h"

namespace impasto {
namespace {

template <class E, class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

int calls = 0;
template <class Status>
Status answer(Status status) {
  ++calls;
  return status;
}

TEST_CASE("a call that succeeds is made once and throws nothing") {
  calls = 0;
  IMPASTO_CUDA_CALL(answer(cudaSuccess));
  IMPASTO_CUBLAS_CALL(answer(CUBLAS_STATUS_SUCCESS));
  CHECK(calls == 2);
}

TEST_CASE("a call that fails is made once; what is thrown says what, which call and where") {
  calls = 0;
  const int line = __LINE__ + 1;
  const auto fail = [] { IMPASTO_CUDA_CALL(answer(cudaErrorInvalidValue)); };
  CHECK(message_of<Error>(fail) ==
        fmt::format("CUDA: invalid argument (cudaErrorInvalidValue) "
                    "[answer(cudaErrorInvalidValue), tests/tensor/cuda_check_test.cpp:{}]",
                    line));
  CHECK(calls == 1);
}

TEST_CASE("each library's errors carry its name for them") {
  const auto cublas = [] { IMPASTO_CUBLAS_CALL(answer(CUBLAS_STATUS_NOT_SUPPORTED)); };
  CHECK(message_of<Error>(cublas).starts_with("cuBLAS: CUBLAS_STATUS_NOT_SUPPORTED (15) [answer"));
#if IMPASTO_CUDNN
  const auto cudnn = [] { IMPASTO_CUDNN_CALL(answer(CUDNN_STATUS_BAD_PARAM)); };
  CHECK(message_of<Error>(cudnn).starts_with("cuDNN: CUDNN_STATUS_BAD_PARAM"));
#endif
}

TEST_CASE("memory that a device does not have is OutOfMemory") {
  const auto cuda = [] { IMPASTO_CUDA_CALL(answer(cudaErrorMemoryAllocation)); };
  CHECK(message_of<OutOfMemory>(cuda).starts_with("out of memory: CUDA: out of memory"));
  CHECK_THROWS_AS(IMPASTO_CUBLAS_CALL(answer(CUBLAS_STATUS_ALLOC_FAILED)), OutOfMemory);
#if IMPASTO_CUDNN
  CHECK_THROWS_AS(IMPASTO_CUDNN_CALL(answer(CUDNN_STATUS_ALLOC_FAILED)), OutOfMemory);
#endif
}

TEST_CASE("the nothrow twins throw nothing and remember the failure") {
  calls = 0;
  IMPASTO_CUDA_CALL_NOTHROW(answer(cudaErrorInvalidValue));
  CHECK(last_ignored_cuda_failure().find("invalid argument") != std::string::npos);
  CHECK(last_ignored_cuda_failure().find("cuda_check_test.cpp") != std::string::npos);
  IMPASTO_CUBLAS_CALL_NOTHROW(answer(CUBLAS_STATUS_INTERNAL_ERROR));
  const std::string remembered = last_ignored_cuda_failure();
  CHECK(remembered.find("INTERNAL_ERROR") != std::string::npos);
  IMPASTO_CUDA_CALL_NOTHROW(answer(cudaSuccess));
  IMPASTO_CUDA_CALL_NOTHROW(answer(cudaErrorCudartUnloading));  // the process ends: no failure
  CHECK(last_ignored_cuda_failure() == remembered);
  CHECK(calls == 4);
}

int destroyed = 0;
void count_destroyed(int*) noexcept {
  ++destroyed;
}

TEST_CASE("owners give up what they are moved from") {
  using Handle = UniqueHandle<int*, count_destroyed>;
  destroyed = 0;
  int first = 0, second = 0;
  {
    Handle a(&first);
    Handle b(std::move(a));
    CHECK(b.get() == &first);
    Handle c(&second);
    c = std::move(b);  // what c held is destroyed
    CHECK(destroyed == 1);
    CHECK(c.get() == &first);
    CHECK(Handle().get() == nullptr);
  }
  CHECK(destroyed == 2);
}

TEST_CASE("cuBLAS is found, and every function that we call of it") {
  CHECK(cublas_version().starts_with(std::to_string(CUBLAS_VER_MAJOR) + "."));
  CHECK((cublas_functions().gemm != nullptr));
  CHECK((cublas_functions().transpose_add != nullptr));
}

}  // namespace
}  // namespace impasto
