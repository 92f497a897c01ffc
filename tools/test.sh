#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test; ctest has the last word.
#
#   tools/test.sh               the optimised build
#   tools/test.sh --sanitize    the build with AddressSanitizer and UndefinedBehaviorSanitizer
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1-}" in
  "") preset=release ;;
  --sanitize) preset=debug ;;
  *) echo "usage: tools/test.sh [--sanitize]" >&2 && exit 2 ;;
esac

tools/setup.sh
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_CUDA_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS=pch_defines,time_macros  # what precompiled headers need
fi
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(nproc)"
ctest --preset "$preset" --parallel "$(nproc)"
