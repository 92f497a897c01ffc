# CUDA, where it is found. Without it the same library is built, with the same interface, and its
# CUDA entries throw (tensor/cuda/devices_none.cpp).
#
#   IMPASTO_CUDA = AUTO   with CUDA where nvcc and a toolkit of version 12 or newer are found (the
#                         default)
#                  ON     with CUDA, or configuring fails
#                  OFF    without, and nothing is looked for
#
# Sets IMPASTO_CUDA_FOUND and IMPASTO_CUDNN_FOUND, 1 or 0, and CMAKE_CUDA_RUNTIME_LIBRARY: objects
# that nvcc makes use the same shared runtime as ours, because two of them in one program do not see
# each other's errors.
set(IMPASTO_CUDA AUTO CACHE STRING "Build for CUDA: AUTO, ON or OFF")
set_property(CACHE IMPASTO_CUDA PROPERTY STRINGS AUTO ON OFF)
set(IMPASTO_CUDA_FOUND 0)
set(IMPASTO_CUDNN_FOUND 0)

if(IMPASTO_CUDA STREQUAL "AUTO" OR IMPASTO_CUDA)
  find_package(CUDAToolkit 12 QUIET)
  include(CheckLanguage)
  if(NOT CMAKE_CUDA_COMPILER AND CUDAToolkit_NVCC_EXECUTABLE)
    set(CMAKE_CUDA_COMPILER "${CUDAToolkit_NVCC_EXECUTABLE}")
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND AND TARGET CUDA::cudart AND TARGET CUDA::cublas)
    set(IMPASTO_CUDA_FOUND 1)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
    set(CMAKE_CUDA_ARCHITECTURES OFF)  # tensor/cuda/gpu.cmake says which
    enable_language(CUDA)
    include(ImpastoCudnn)
    if(TARGET impasto::cudnn)
      set(IMPASTO_CUDNN_FOUND 1)
    endif()
  elseif(NOT IMPASTO_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "IMPASTO_CUDA=${IMPASTO_CUDA}, and no CUDA Toolkit of version 12 or newer "
      "with nvcc and cuBLAS is found: name its folder with -DCUDAToolkit_ROOT=FOLDER, or build without it "
      "with -DIMPASTO_CUDA=OFF")
  endif()
endif()

# Lets the sources of a target use what was found: headers, libraries, IMPASTO_CUDA=1 and
# IMPASTO_CUDNN=1. Does nothing where nothing was.
#
# cuBLAS gives its headers only. Linked, it would cost every start of every program 100 ms and
# 200 MiB, also where no GPU is used; tensor/cuda/cublas.cpp loads it when it is first called.
function(impasto_use_cuda target)
  if(NOT IMPASTO_CUDA_FOUND)
    return()
  endif()
  target_compile_definitions(${target} PRIVATE IMPASTO_CUDA=1)
  target_link_libraries(${target} PRIVATE CUDA::cudart ${CMAKE_DL_LIBS})
  if(IMPASTO_CUDNN_FOUND)
    target_compile_definitions(${target} PRIVATE IMPASTO_CUDNN=1)
    target_link_libraries(${target} PRIVATE impasto::cudnn)
  endif()
endfunction()
