# cmake --install, and find_package(impasto) for the installed library.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/impasto")

set_target_properties(impasto PROPERTIES
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  INSTALL_RPATH_USE_LINK_PATH ON)  # a CUDA Toolkit is seldom where the loader looks
install(TARGETS impasto EXPORT impasto-targets)

# Public headers, in the folders of their layers: contracts and what they include, not what serves
# kernels, readers or optimisers inside. tests/package compiles them all from where they are
# installed.
file(GLOB public_headers RELATIVE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tensor/*.h")
file(GLOB ops RELATIVE "${PROJECT_SOURCE_DIR}/ops" "${PROJECT_SOURCE_DIR}/ops/*/CMakeLists.txt")
foreach(op IN LISTS ops)
  cmake_path(GET op PARENT_PATH op)
  list(APPEND public_headers ops/${op}/${op}.h)
endforeach()
list(APPEND public_headers
  tensor/cuda/both_sides.h tensor/cuda/devices.h tensor/cuda/queue.h tensor/simt/options.h
  ops/descent/guard_rules.h ops/descent/lbfgs_layout.h ops/elementwise/adam.h
  ops/elementwise/adam_scalars.h ops/autotune_file.h ops/autotuner.h ops/kernel_info.h ops/launch.h
  ops/operand_copies.h ops/operands.h ops/registry.h
  nn/autograd/functions.h nn/autograd/recipe.h nn/autograd/variable.h
  nn/modules/conv2d.h nn/modules/layers.h nn/modules/module.h nn/vgg.h
  optim/adam.h optim/lbfgs.h optim/optimizer.h optim/safeguard.h optim/schedule.h
  optim/stochastic_adam.h optim/weight_average.h
  weights/archive.h weights/builtin.h weights/convert.h weights/fetch.h weights/find.h weights/input_preset.h
  weights/safetensors.h weights/weights.h
  style/colour.h style/image.h style/layers.h style/losses.h style/pictures.h
  style/recommended.h style/settings.h style/stylize.h style/trace.h)
foreach(header IN LISTS public_headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES "${PROJECT_SOURCE_DIR}/${header}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/impasto/${folder}")
endforeach()

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/impasto")

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/tools/cmake/impasto-config.cmake.in"
  "${PROJECT_BINARY_DIR}/impasto-config.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/impasto-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/impasto-config.cmake"
  "${PROJECT_BINARY_DIR}/impasto-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/tools/cmake/ImpastoCudnn.cmake"
  "${PROJECT_SOURCE_DIR}/tools/cmake/ImpastoDependencies.cmake"
  DESTINATION "${package_dir}")
install(EXPORT impasto-targets NAMESPACE impasto:: DESTINATION "${package_dir}")

# The command finds a shared library of ours wherever the two are moved together.
if(TARGET impasto_command)
  file(RELATIVE_PATH to_library "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(impasto_command PROPERTIES
    INSTALL_RPATH "$ORIGIN/${to_library}" INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS impasto_command)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/bench/shapes"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/impasto" FILES_MATCHING PATTERN "*.txt")
endif()
