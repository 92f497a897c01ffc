# oneDNN 2, by which kernels of the processor are measured: defines impasto::onednn, or nothing. Only
# tools/lab uses it; what the library computes never does. Debian and Ubuntu: libdnnl-dev.
#
#   IMPASTO_ONEDNN = AUTO   where it is found (the default)
#                    ON     with it, or configuring fails
#                    OFF    without, and nothing is looked for
#
# Not through its CMake files, which want OpenCL to be installed, too.
set(IMPASTO_ONEDNN AUTO CACHE STRING "Measure by oneDNN: AUTO, ON or OFF")
set_property(CACHE IMPASTO_ONEDNN PROPERTY STRINGS AUTO ON OFF)

if(IMPASTO_ONEDNN STREQUAL "AUTO" OR IMPASTO_ONEDNN)
  find_path(IMPASTO_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
  find_library(IMPASTO_ONEDNN_LIBRARY dnnl)
  mark_as_advanced(IMPASTO_ONEDNN_INCLUDE_DIR IMPASTO_ONEDNN_LIBRARY)
  find_package(OpenMP COMPONENTS CXX QUIET)  # Debian's oneDNN runs on its threads
  set(onednn_major 0)
  if(IMPASTO_ONEDNN_INCLUDE_DIR AND IMPASTO_ONEDNN_LIBRARY AND OpenMP_CXX_FOUND)
    file(STRINGS "${IMPASTO_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h" onednn_major
      REGEX "^#define DNNL_VERSION_MAJOR [0-9]+")
    string(REGEX MATCH "[0-9]+" onednn_major "${onednn_major}")
  endif()
  if(onednn_major EQUAL 2)
    add_library(impasto::onednn UNKNOWN IMPORTED)
    set_target_properties(impasto::onednn PROPERTIES
      IMPORTED_LOCATION "${IMPASTO_ONEDNN_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${IMPASTO_ONEDNN_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES OpenMP::OpenMP_CXX)
  elseif(NOT IMPASTO_ONEDNN STREQUAL "AUTO")
    message(FATAL_ERROR "IMPASTO_ONEDNN=${IMPASTO_ONEDNN}, and no oneDNN of version 2 with OpenMP is "
      "found: install it (Debian: libdnnl-dev), or build without it with -DIMPASTO_ONEDNN=OFF")
  endif()
endif()
