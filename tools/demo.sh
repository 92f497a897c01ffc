#!/usr/bin/env bash
# Installs what is missing, builds the impasto command, and makes a picture from the samples.
#
#   tools/demo.sh                                      with weights of yours, if any, or the built-in network
#   IMPASTO_WEIGHTS=FILE_OR_FOLDER tools/demo.sh       with these
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools/setup.sh
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
cmake --preset release
cmake --build --preset release --parallel "$(nproc)" --target impasto_command

mkdir -p out
build/release/tools/impasto stylize tools/samples/townscape.jpg tools/samples/night.jpg \
  -o out/demo.png --size 512 --iterations 200
echo "Your picture: $PWD/out/demo.png"
