#!/usr/bin/env bash
# What only a machine with a GPU can tell, in one command and without a network: builds, runs every test
# that needs a GPU and every kernel of every op there against the processor's reference, and looks for
# bad accesses and races with compute-sanitizer. What is missing on the machine is staged beforehand by
# tools/stage_gpu.sh.
#
#   tools/gpu_check.sh [FOLDER]     logs and results.jsonl; default out/gpu
#
# A table comes last; the exit status is 1 when anything failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-out/gpu}
build=build/gpu
mkdir -p "$out"

if [[ -d .gpu ]]; then
  stage=$PWD/.gpu/usr
  export CMAKE_PREFIX_PATH=$stage CPATH=$stage/include
  export PKG_CONFIG_SYSROOT_DIR=$PWD/.gpu
  export PKG_CONFIG_LIBDIR=$stage/lib/x86_64-linux-gnu/pkgconfig:$stage/share/pkgconfig
  export LIBRARY_PATH=$stage/lib/x86_64-linux-gnu
  export LD_LIBRARY_PATH=$stage/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi

failed=0
table=()

# step NAME SECONDS COMMAND...: runs it into a log of its own, and notes how it went.
step() {
  local name=$1 limit=$2 begin=$SECONDS state=passed
  shift 2
  echo "== $name"
  if ! timeout "$limit" "$@" >"$out/$name.log" 2>&1; then
    state=FAILED
    failed=1
    tail -n 15 "$out/$name.log"
  fi
  table+=("$(printf '%-22s %-7s %4d s' "$name" "$state" $((SECONDS - begin)))")
  printf '{"schema": 2, "section": "gpu_check", "problem": "%s", "state": "%s", "seconds": %d, "commit": "%s", "device": "%s"}\n' \
    "$name" "$state" $((SECONDS - begin)) "$commit" "$device" >>"$out/results.jsonl"
}

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
device=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -1 || true)
: >"$out/results.jsonl"

configure() {
  cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DIMPASTO_CUDA=ON
}
compile() {
  cmake --build $build --target tools/impasto test_cuda test_ops test_style test_tensor
}
on_gpu() {
  IMPASTO_TEST_DEVICE=cuda:0 "$@"
}
sanitized() {
  on_gpu compute-sanitizer --error-exitcode 9 --tool "$1" $build/tests/ops/test_ops \
    --test-case="*exact on integers*,*relu*,*pool*" --test-case-exclude="*gram*,*number of threads*"
}
paint() {
  $build/tools/impasto stylize tools/samples/townscape.jpg tools/samples/night.jpg \
    -o "$out/painted.png" --size 512 --iterations 100 --device cuda --trace "$out/trace.json"
}

step configure 120 configure
step build 420 compile
step devices 30 $build/tools/impasto devices
cat "$out/devices.log"
step runtime-and-twins 120 $build/tests/tensor/test_cuda
step kernels 300 on_gpu $build/tests/ops/test_ops
step evaluation 120 on_gpu $build/tests/style/test_style --test-case="*simt*,*tensor cores*"
step painting 120 paint
if command -v compute-sanitizer >/dev/null; then
  step memcheck 180 sanitized memcheck
  step racecheck 180 sanitized racecheck
fi

printf '%s\n' "${table[@]}"
exit $failed
