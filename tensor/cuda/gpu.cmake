# Adds a GPU kernel's source, a .cu file, to `target` once for each way of running it: for the host
# executor; for the executor with a race detector, where the build has one; for NVIDIA GPUs, where the
# build has CUDA. Rules for such sources are in tensor/cuda/kernel.h.

# The host's compiler takes the source through a wrapper, because CMake gives a file one language.
function(impasto_gpu_host_source target path mode)
  string(MAKE_C_IDENTIFIER "${path}" name)
  set(wrapper "${PROJECT_BINARY_DIR}/gpu/${mode}_${name}.cpp")
  file(CONFIGURE OUTPUT "${wrapper}" CONTENT "#include \"${path}\"\n")
  set(objects ${target}_${name}_${mode})
  add_library(${objects} OBJECT "${wrapper}")
  impasto_defaults(${objects})
  target_include_directories(${objects} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${objects} PRIVATE IMPASTO_GPU=${mode})
  # threadIdx is unsigned and sizes are int: kernels would be more casts than arithmetic.
  # And the host has no registers to unroll for.
  target_compile_options(${objects} PRIVATE -Wno-sign-conversion -Wno-unknown-pragmas ${ARGN})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
endfunction()

# compute_90a, not compute_90: only the former has Hopper's own instructions. Both are compiled to
# machine code, so a program starts without compiling anything.
function(impasto_gpu_device_source target path)
  string(MAKE_C_IDENTIFIER "${path}" name)
  set(objects ${target}_${name}_cuda)
  add_library(${objects} OBJECT "${PROJECT_SOURCE_DIR}/${path}")
  set_target_properties(${objects} PROPERTIES
    CUDA_ARCHITECTURES OFF POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${objects} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${objects} PRIVATE IMPASTO_GPU=cuda)
  target_compile_options(${objects} PRIVATE
    -std=c++20  # CMake 3.25 does not know that nvcc can
    -gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_90a,code=sm_90a
    -lineinfo -Xcompiler=-Wall,-Wextra
    $<$<BOOL:${IMPASTO_WERROR}>:-Werror=all-warnings$<SEMICOLON>-Xcompiler=-Werror>)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
endfunction()

function(impasto_gpu_source target source)
  file(RELATIVE_PATH path "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
  # Without the check of null pointers: GCC asks the flags of the addition that makes the address of a
  # thread-local variable, which the linker may turn into an instruction that leaves flags alone.
  impasto_gpu_host_source(${target} "${path}" simt
    $<$<BOOL:${IMPASTO_SANITIZE}>:-fno-sanitize=null>)
  if(NOT IMPASTO_SANITIZE)
    # Compiled only, not linked: tensor/simt/race_hooks.cpp is what it calls.
    impasto_gpu_host_source(${target} "${path}" simt_race -fsanitize=thread)
  endif()
  if(IMPASTO_CUDA_FOUND)
    impasto_gpu_device_source(${target} "${path}")
  endif()
endfunction()
