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
  run("${WORK}/prefix/${PROGRAM}" kernels bench --filter "relu.fwd.cpu.vector on maps_256 block5"
    --rounds 1 --seconds 0 --no-baseline --no-cold)
  # They were its own, not those of the sources that it was built from.
  execute_process(COMMAND "${WORK}/prefix/${PROGRAM}" kernels bench --shapes none.txt
    RESULT_VARIABLE status ERROR_VARIABLE message)
  if(NOT status EQUAL 2 OR NOT message MATCHES "/prefix/share/impasto/shapes")
    message(FATAL_ERROR "status ${status}: ${message}")
  endif()
endif()
file(REMOVE_RECURSE "${WORK}")
