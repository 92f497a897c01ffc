# cuDNN 9 or newer, beside the CUDA Toolkit or where IMPASTO_CUDNN_INCLUDE_DIR and
# IMPASTO_CUDNN_LIBRARY say: defines impasto::cudnn, or nothing. Read by the build and by the
# installed package. CMake has no search of its own for it.
find_path(IMPASTO_CUDNN_INCLUDE_DIR cudnn_graph.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
find_library(IMPASTO_CUDNN_LIBRARY NAMES cudnn libcudnn.so.9 HINTS ${CUDAToolkit_LIBRARY_DIR})
mark_as_advanced(IMPASTO_CUDNN_INCLUDE_DIR IMPASTO_CUDNN_LIBRARY)

if(IMPASTO_CUDNN_INCLUDE_DIR AND IMPASTO_CUDNN_LIBRARY AND NOT TARGET impasto::cudnn)
  file(STRINGS "${IMPASTO_CUDNN_INCLUDE_DIR}/cudnn_version.h" cudnn_major
    REGEX "^#define CUDNN_MAJOR [0-9]+")
  string(REGEX MATCH "[0-9]+" cudnn_major "${cudnn_major}")
  if(cudnn_major GREATER_EQUAL 9)
    add_library(impasto::cudnn UNKNOWN IMPORTED)
    set_target_properties(impasto::cudnn PROPERTIES
      IMPORTED_LOCATION "${IMPASTO_CUDNN_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${IMPASTO_CUDNN_INCLUDE_DIR}")
  endif()
endif()
