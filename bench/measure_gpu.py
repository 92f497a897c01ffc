#!/usr/bin/env python3
"""Measures a GPU: every kernel of every op, NVIDIA's libraries beside ours, and the whole iteration
beside LibTorch's where a Python has torch. Appends rows to a file and prints a short table last. Python's
standard library is all it needs. tools/gpu_check.sh runs it.

    bench/measure_gpu.py out/gpu/results.jsonl --build build/gpu [--torch-python ~/torch/bin/python]
    bench/measure_gpu.py out/gpu/results.jsonl --table      only prints it, of all rows of the file

On simt, the host executor, it runs the same way and its times mean nothing. Exits 1 when a kernel or an
iteration failed.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

from driver.gpu_ops import SHAPES, gpu_ops
from driver.results import ROOT, Results
from driver.short_table import short_table
from libtorch.compare_gpu import LIMITS, gpu_iteration

RUNS = ("eager", "graph")
# On the host executor there is no library of NVIDIA's.
OF_LIBRARIES = [variant for variant in LIMITS if variant.startswith("library")]


def words(known, kind=str):
    def parse(text):
        given = [kind(word) for word in text.split(",") if word]
        if known and not set(given) <= set(known):
            raise argparse.ArgumentTypeError(f"'{text}'; there are {', '.join(map(str, known))}")
        return given
    return parse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=pathlib.Path, help="where rows go")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--device", default="cuda:0", help="cuda:N or simt")
    parser.add_argument("--seconds", type=int, default=180,
                        help="begin nothing afterwards; half of it for ops")
    parser.add_argument("--ops", type=words(SHAPES), default=list(SHAPES))
    parser.add_argument("--shapes", type=pathlib.Path, default=ROOT / "bench" / "shapes")
    parser.add_argument("--sizes", type=words(None, int), default=[512, 1024])
    parser.add_argument("--variants", type=words(LIMITS), help="of bench/support/math_mode.h")
    parser.add_argument("--runs", type=words(RUNS), default=list(RUNS), help="of ours; graph: replayed")
    parser.add_argument("--rounds", type=int, default=5, help="0: only what the first evaluation takes")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--torch-python", default=sys.executable, help="a Python that may have torch")
    parser.add_argument("--torch-device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if options.table:
        return options
    on_gpu = options.device.startswith("cuda")
    options.variants = options.variants or [v for v in LIMITS if on_gpu or v not in OF_LIBRARIES]
    if not has_torch(options.torch_python, options.torch_device):
        print(f"no LibTorch: {options.torch_python} has no torch for {options.torch_device}", flush=True)
        options.torch_python = None
    return options


def has_torch(python, device):
    test = "import torch" + ("; assert torch.cuda.is_available()" if device == "cuda" else "")
    try:
        return subprocess.run([python, "-c", test], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measure(options):
    """The rows that were added."""
    results = Results(options.file, options.device)
    before = len(rows_of(options.file)) if options.file.exists() else 0
    if options.ops:
        gpu_ops(options, results, options.seconds * (0.5 if options.sizes else 1))
    if options.sizes:
        gpu_iteration(options, results, options.seconds * (0.5 if options.ops else 1))
    print(flush=True)
    return rows_of(options.file)[before:]


def bad(row):
    return row.get("failed") or (row.get("who") == "impasto" and row.get("agrees") is False)


def main():
    options = arguments()
    rows = rows_of(options.file) if options.table else measure(options)
    print(*short_table(rows), sep="\n", flush=True)
    return 1 if any(map(bad, rows)) else 0


if __name__ == "__main__":
    sys.exit(main())
