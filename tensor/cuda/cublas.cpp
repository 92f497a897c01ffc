#include "tensor/cuda/cublas.h"

#include <dlfcn.h>

#include "tensor/cuda/check.h"
#include "tensor/cuda/devices.h"
#include "tensor/error.h"

namespace impasto {
namespace {

// What cuBLAS is advised to have on large devices; it splits long sums in it.
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

// The library whose headers this was compiled with; another major version is another interface.
std::string library_name() {
  return fmt::format("libcublas.so.{}", CUBLAS_VER_MAJOR);
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw InputError(fmt::format("{} has no {}", library_name(), name));
}

CublasFunctions load() {
  void* library = ::dlopen(library_name().c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed
  if (library == nullptr) {
    const char* reason = ::dlerror();
    throw InputError(fmt::format("cuBLAS cannot be loaded: {}", reason == nullptr ? "" : reason));
  }
  CublasFunctions functions = {};
  find(library, "cublasCreate_v2", functions.create);
  find(library, "cublasDestroy_v2", functions.destroy);
  find(library, "cublasGetProperty", functions.get_property);
  find(library, "cublasSetStream_v2", functions.set_stream);
  find(library, "cublasSetWorkspace_v2", functions.set_workspace);
  find(library, "cublasGemmStridedBatchedEx_64", functions.gemm);
  find(library, "cublasSgeam_64", functions.transpose_add);
  return functions;
}

cublasHandle_t make_handle() {
  cublasHandle_t handle = nullptr;
  IMPASTO_CUBLAS_CALL(cublas_functions().create(&handle));
  return handle;
}

}  // namespace

const CublasFunctions& cublas_functions() {
  static const CublasFunctions functions = load();
  return functions;
}

std::string cublas_version() {
  int parts[3] = {};
  try {
    const auto get = cublas_functions().get_property;
    IMPASTO_CUBLAS_CALL(get(MAJOR_VERSION, &parts[0]));
    IMPASTO_CUBLAS_CALL(get(MINOR_VERSION, &parts[1]));
    IMPASTO_CUBLAS_CALL(get(PATCH_LEVEL, &parts[2]));
  } catch (const InputError&) {
    return "";
  }
  return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]);
}

namespace cuda_detail {
void destroy_cublas(cublasHandle_t handle) noexcept {
  IMPASTO_CUBLAS_CALL_NOTHROW(cublas_functions().destroy(handle));
}
}  // namespace cuda_detail

CublasHandle::CublasHandle(int device)
    : workspace_(device, kWorkspaceBytes), handle_(make_handle()) {
  // In this order: choosing a stream takes the workspace away.
  IMPASTO_CUBLAS_CALL(cublas_functions().set_stream(get(), cuda_stream(device)));
  IMPASTO_CUBLAS_CALL(
      cublas_functions().set_workspace(get(), workspace_.data(), workspace_.bytes()));
}

void CublasHandle::multiply(const CublasProduct& p, CudaMath math) {
  // Read by columns, row-major C is C^T = op(B)^T op(A)^T.
  const cublasOperation_t b_form = p.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
  const cublasOperation_t a_form = p.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
  const std::int64_t b_row = p.transpose_b ? p.k : p.n, a_row = p.transpose_a ? p.m : p.k;
  const cublasComputeType_t compute =
      math == CudaMath::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  IMPASTO_CUBLAS_CALL(cublas_functions().gemm(get(), b_form, a_form, p.n, p.m, p.k, &p.alpha, p.b,
                                              CUDA_R_32F, b_row, p.k * p.n, p.a, CUDA_R_32F, a_row,
                                              p.m * p.k, &p.beta, p.c, CUDA_R_32F, p.n, p.m * p.n,
                                              p.count, compute, CUBLAS_GEMM_DEFAULT));
}

void CublasHandle::symmetrize(const float* src, float* dst, std::int64_t n, std::int64_t count,
                              float factor) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float* from = src + i * n * n;
    IMPASTO_CUBLAS_CALL(cublas_functions().transpose_add(get(), CUBLAS_OP_N, CUBLAS_OP_T, n, n,
                                                         &factor, from, n, &factor, from, n,
                                                         dst + i * n * n, n));
  }
}

}  // namespace impasto
