#!/usr/bin/env bash
# Is every C++ source as clang-format lays it out? Prints each place that is not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -d '' -t sources < <(git ls-files -z -- '*.h' '*.cpp' '*.cu' '*.cuh')
if ((${#sources[@]} == 0)); then
  echo "check_format: no sources found" >&2
  exit 1
fi
clang-format --dry-run -Werror "${sources[@]}"
echo "check_format: ${#sources[@]} sources are in order"
