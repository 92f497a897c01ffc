# cmake --install, and find_package(impasto) for the installed library.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/impasto")

set_target_properties(impasto PROPERTIES
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
install(TARGETS impasto EXPORT impasto-targets)

# Headers keep their layers. What serves kernels alone stays at home.
foreach(layer tensor ops nn optim weights style)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${layer}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/impasto"
    FILES_MATCHING PATTERN "*.h" PATTERN "*_kernels.h" EXCLUDE PATTERN "simd" EXCLUDE)
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
  "${PROJECT_SOURCE_DIR}/tools/cmake/ImpastoDependencies.cmake"
  DESTINATION "${package_dir}")
install(EXPORT impasto-targets NAMESPACE impasto:: DESTINATION "${package_dir}")

# The command finds a shared library of ours wherever the two are moved together.
if(TARGET impasto_command)
  file(RELATIVE_PATH to_library "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(impasto_command PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
  install(TARGETS impasto_command)
endif()
