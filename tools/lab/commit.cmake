# Writes OUTPUT, a source that knows the commit of SOURCE, unless it says so already: run at each
# build, so that a measurement names what was built and not what is checked out when it runs.
find_package(Git QUIET)
set(commit "unknown")
set(dirty "true")
if(GIT_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" rev-parse --short=7 HEAD WORKING_DIRECTORY "${SOURCE}"
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    # The measurement's own files do not count: they are on their way to being committed.
    execute_process(COMMAND "${GIT_EXECUTABLE}" status --porcelain --untracked-files=no -- .
      ":!bench/results" WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE changes ERROR_QUIET)
    set(commit "${head}")
    if(changes STREQUAL "")
      set(dirty "false")
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
#include "tools/lab/commit.h"

namespace impasto::lab {

const char* commit() {
  return "@commit@";
}
bool dirty() {
  return @dirty@;
}

}  // namespace impasto::lab
]])
