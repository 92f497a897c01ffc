#!/usr/bin/env bash
# What only a machine with a GPU can tell, in one command, without a network and in under 8 minutes:
# builds, runs every test that needs a GPU and every kernel of every op there against the processor's
# reference, measures the kernels beside NVIDIA's libraries and the iteration beside LibTorch, and looks
# for bad accesses and races with compute-sanitizer. What is missing on the machine is staged beforehand
# by tools/stage_gpu.sh; LibTorch is used where $IMPASTO_TORCH_PYTHON, or python3, has it.
#
#   tools/gpu_check.sh [FOLDER]     logs and results.jsonl; default out/gpu
#
# Tables come last; the exit status is 1 when anything failed, or had no time left. Building takes most of
# it where there are few cores: a second run finds everything built. $IMPASTO_GPU_SECONDS allows more.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
out=${1:-out/gpu}
build=build/gpu
end=$(($(date +%s) + ${IMPASTO_GPU_SECONDS:-470}))
python=${IMPASTO_TORCH_PYTHON:-python3}
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

# left LIMIT: seconds that a step may take, of its own limit and of what the whole has left.
left() {
  local rest=$((end - $(date +%s)))
  echo $((rest < $1 ? rest : $1))
}

# step NAME SECONDS COMMAND...: runs it into a log of its own, and notes how it went. A shell of its own,
# because timeout knows no functions.
step() {
  local name=$1 limit begin=$SECONDS state=passed
  limit=$(left "$2")
  shift 2
  echo "== $name"
  if ((limit < 5)); then
    state="NO TIME"
    failed=1
  elif ! timeout -k 5 "$limit" bash -c '"$@"' "$name" "$@" >"$out/$name.log" 2>&1; then
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
  cmake --build $build --target tools/impasto test_cuda test_ops test_style test_tensor \
    iteration_worker op_benches
}
on_gpu() {
  IMPASTO_TEST_DEVICE=cuda:0 "$@"
}
# Without the processor's kernels, which need no GPU; accuracies are told from each other by all.
kernels() {
  on_gpu env IMPASTO_TEST_KERNELS=gpu $build/tests/ops/test_ops --test-case-exclude="*accuracy*" &&
    on_gpu $build/tests/ops/test_ops --test-case="*accuracy*"
}
sanitized() {
  local filter
  for filter in ": exact on integers" relu. pool2d.; do
    compute-sanitizer --error-exitcode 9 --tool "$1" $build/tools/impasto kernels check \
      --device cuda:0 --sample 4 --filter "$filter" || return
  done
}
paint() {
  $build/tools/impasto stylize tools/samples/townscape.jpg tools/samples/night.jpg \
    -o "$out/painted.png" --size 512 --iterations 100 --device cuda --trace "$out/trace.json"
}
# Begins nothing when two thirds of its limit are over; what has begun then ends in time.
measure() {
  "$python" -B bench/measure_gpu.py "$out/results.jsonl" --build $build --torch-python "$python" \
    --seconds "$(($(left 180) * 2 / 3))"
}

export out build end python
export -f left configure compile on_gpu kernels sanitized paint measure

step configure 60 configure
step build 420 compile
step devices 30 $build/tools/impasto devices
cat "$out/devices.log"
step runtime-and-twins 60 $build/tests/tensor/test_cuda
step kernels 150 kernels
step evaluation 60 on_gpu $build/tests/style/test_style --test-case="*simt*,*tensor cores*,*record*,*replay*"
step painting 60 paint
step benchmarks 180 measure
if command -v compute-sanitizer >/dev/null; then
  step memcheck 90 sanitized memcheck
  step racecheck 90 sanitized racecheck
fi

printf '%s\n' "${table[@]}" ""
"$python" -B bench/measure_gpu.py "$out/results.jsonl" --table
exit $failed
