# LibTorch, where CMAKE_PREFIX_PATH or Torch_DIR has it: defines impasto::libtorch, IMPASTO_LIBTORCH_VERSION
# and IMPASTO_LIBTORCH_CUDA (1 when it and Impasto are both built for CUDA), or nothing.
#
# Its own package file is found but not run: one of a CUDA build ends the configuration with an error
# unless a toolkit of its own version is there, also for who only wants the processor.
find_path(IMPASTO_TORCH_PACKAGE TorchConfig.cmake
  HINTS "${Torch_DIR}" PATH_SUFFIXES Torch share/cmake/Torch NO_CACHE)
set(IMPASTO_LIBTORCH_CUDA 0)
if(NOT IMPASTO_TORCH_PACKAGE)
  return()
endif()

cmake_path(SET torch_root NORMALIZE "${IMPASTO_TORCH_PACKAGE}/../../../.")
string(REGEX REPLACE "/$" "" torch_root "${torch_root}")
find_library(torch_cpu torch_cpu PATHS "${torch_root}/lib" NO_DEFAULT_PATH NO_CACHE)
find_library(torch_c10 c10 PATHS "${torch_root}/lib" NO_DEFAULT_PATH NO_CACHE)
if(NOT torch_cpu OR NOT torch_c10)
  return()
endif()
file(STRINGS "${IMPASTO_TORCH_PACKAGE}/TorchConfigVersion.cmake" torch_version REGEX "PACKAGE_VERSION \"")
string(REGEX MATCH "[0-9.]+" IMPASTO_LIBTORCH_VERSION "${torch_version}")

# Behind the system's folders: what it bundles, fmt among it, must not hide what we link.
add_library(impasto::libtorch INTERFACE IMPORTED)
target_compile_options(impasto::libtorch INTERFACE
  "SHELL:-idirafter \"${torch_root}/include\""
  "SHELL:-idirafter \"${torch_root}/include/torch/csrc/api/include\"")
target_link_libraries(impasto::libtorch INTERFACE "${torch_cpu}" "${torch_c10}")

find_library(torch_cuda torch_cuda PATHS "${torch_root}/lib" NO_DEFAULT_PATH NO_CACHE)
find_library(torch_c10_cuda c10_cuda PATHS "${torch_root}/lib" NO_DEFAULT_PATH NO_CACHE)
if(IMPASTO_CUDA_FOUND AND torch_cuda AND torch_c10_cuda)
  set(IMPASTO_LIBTORCH_CUDA 1)
  # Loading the library is what makes its device known, so it stays although little of it is named.
  target_link_libraries(impasto::libtorch INTERFACE
    -Wl,--push-state,--no-as-needed "${torch_cuda}" -Wl,--pop-state "${torch_c10_cuda}" CUDA::cudart)
  # It finds its own NCCL when it is loaded; the linker would hold it to the system's, which may be older.
  target_link_options(impasto::libtorch INTERFACE -Wl,--unresolved-symbols=ignore-in-shared-libs)
endif()
