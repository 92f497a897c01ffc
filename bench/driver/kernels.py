"""Rows of single kernels: speed, by Google Benchmark or by `impasto kernels bench`; error of convolutions."""

import json
import subprocess

from driver.results import ROOT

# The textbook's loops are no rung of the ladder; the gradient of filters is no part of the iteration.
FILTER = r"conv2d\.(fwd|bwd_data)\."


def run(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def kernels(build, results):
    """Every kernel of conv2d on the layers of VGG-19."""
    shapes = ROOT / "bench" / "shapes" / "vgg19_256.txt"
    report = json.loads(run(build / "bench" / "conv2d_bench", shapes, f"--benchmark_filter={FILTER}",
                            "--benchmark_min_time=0.2", "--benchmark_format=json"))
    for one in report["benchmarks"]:
        kernel, layer = one["name"].split("/")[:2]
        if one.get("error_occurred"):
            raise SystemExit(f"{kernel} on {layer}: {one['error_message']}")
        kept = ("median_ms", "p10_ms", "p90_ms", "gmacs", "fma_peak_gmacs", "threads", "times", "error")
        results.add("kernels", problem=f"{shapes.stem} {layer}", kernel=kernel,
                    **{name: one[name] for name in kept})


def errors(build, results):
    """Every kernel of conv2d against f64."""
    for line in run(build / "bench" / "conv2d_error").splitlines():
        results.add("errors", **json.loads(line))


def ops(build, results):
    """Every kernel of every op beside oneDNN's. The command writes the rows itself, each with the commit that
    it was built from."""
    done = subprocess.run([build / "tools" / "impasto", "kernels", "bench", "-o", results.path], check=False)
    if done.returncode != 0:
        raise SystemExit(f"impasto kernels bench ended with {done.returncode}; what it measured is kept")


SECTIONS = {"kernels": kernels, "ops": ops, "errors": errors}
