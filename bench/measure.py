#!/usr/bin/env python3
"""Builds the benchmarks, measures what README tables show, and appends the rows to
bench/results/MACHINE/DATE-COMMIT.jsonl. About thirteen minutes on an otherwise idle machine.

    bench/measure.py xeon-sapphire-rapids-2-cores --torch-python ~/torch/bin/python
    bench/measure.py xeon-sapphire-rapids-2-cores --sections kernels,errors

Sections: iteration, avx2, busy, memory (against LibTorch: --torch-python), kernels,
ops (every op, beside oneDNN where the build has it), errors.
"""

import argparse
import os
import pathlib
import subprocess
import time

from driver import kernels
from driver.results import ROOT, Results
from libtorch import compare

PROGRAMS = ["iteration_worker", "conv2d_bench", "conv2d_error", "impasto_command"]
SECTIONS = {**compare.SECTIONS, **kernels.SECTIONS}


def words(known):
    def parse(text):
        given = text.split(",")
        if not set(given) <= set(known):
            raise argparse.ArgumentTypeError(f"'{text}'; there are {', '.join(map(str, known))}")
        return given
    return parse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("machine", help="a folder of bench/results")
    parser.add_argument("--torch-python", help="a Python that has torch; see bench/libtorch/README.md")
    parser.add_argument("--sections", type=words(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--sizes", type=words([str(size) for size in compare.ROUNDS]),
                        default=list(compare.ROUNDS))
    parser.add_argument("--variants", type=lambda text: text.split(","), default=["f32"],
                        help="of iteration_worker, comma-separated")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    options = parser.parse_args()
    options.sizes = [int(size) for size in options.sizes]
    if set(options.sections) & set(compare.SECTIONS):
        if not options.torch_python:
            parser.error("the sections against LibTorch need --torch-python")
        check_torch(parser, options.torch_python)
    return options


def check_torch(parser, python):
    try:
        subprocess.run([python, "-c", "import torch"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        parser.error(f"--torch-python {python}: {error}")


def main():
    options = arguments()
    results = Results.of_machine(options.machine)
    subprocess.run(["cmake", "--build", options.build, "--target", *PROGRAMS], check=True)
    load = os.getloadavg()[0]
    if load > 0.3:
        print(f"the load is {load:.2f}: something else runs here, and times will show it", flush=True)
    sides = compare.Sides(options.build, options.torch_python, options.threads, options.variants)
    for section in options.sections:
        begin = time.monotonic()
        if section in compare.SECTIONS:
            compare.SECTIONS[section](sides, results, options.sizes)
        else:
            kernels.SECTIONS[section](options.build, results)
        print(f"{section}: {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
