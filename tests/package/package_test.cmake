# cmake -D BUILD=... -D WORK=... -D GENERATOR=... -D COMPILER=... [-D FLAGS=...] [-D PROGRAM=...]
#       -P package_test.cmake
#
# Install, move the prefix elsewhere (an installation must not remember where it was made),
# configure the project in outside/ against it, build, run.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(status)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed with status ${status}: ${command}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/staging")
file(RENAME "${WORK}/staging" "${WORK}/prefix")

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/outside" -B "${WORK}/build"
  -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
  "-DCMAKE_PREFIX_PATH=${WORK}/prefix" -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_FIND_PACKAGE_NO_PACKAGE_REGISTRY=ON)
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/outside")

if(PROGRAM)
  run("${WORK}/prefix/${PROGRAM}" --version)
endif()
file(REMOVE_RECURSE "${WORK}")
