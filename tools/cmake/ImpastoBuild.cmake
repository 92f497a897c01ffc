# How every target of ours is compiled.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(IMPASTO_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
if(IMPASTO_SANITIZE)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined;\
-fno-sanitize-recover=all;-fno-omit-frame-pointer>")
  add_link_options(-fsanitize=address,undefined)
endif()

# Messages name sources as seen from the repository root, also where ccache has made paths relative.
file(RELATIVE_PATH source_from_build "${PROJECT_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")

function(impasto_defaults target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Wcast-qual
    "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=" "-fmacro-prefix-map=${source_from_build}="
    $<$<BOOL:${IMPASTO_WERROR}>:-Werror>)
endfunction()

# For targets that are built more often than they compute: with sanitizers, optimising them is two
# fifths of compiling them.
function(impasto_compile_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
endfunction()

# Headers that nearly every source includes, read once for a target instead of once for a source: half
# of what a small source takes to compile is reading them. Off by default, because it hides that a
# source includes less than it uses. The presets have it on; the library's own sources are then still
# compiled as they are where there are no sanitizers, and what they miss is found there.
option(IMPASTO_PRECOMPILE "Precompile the headers that most sources include" OFF)
function(impasto_precompile target)
  if(IMPASTO_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <cmath> <cstdint> <functional> <map> <memory> <string> <thread> <vector>
      <fmt/core.h> ${ARGN})
  endif()
endfunction()
