"""Rows of every kernel that a device runs, ours and NVIDIA's: bench/ops with --device."""

import json
import subprocess
import time

# The programs, most important first, and what they run on: the layers of VGG-19 at 512 x 512 where an
# op is part of the network.
SHAPES = {"conv2d": "vgg19_512.txt", "gram": "maps_512.txt", "gemm": "gemm_512.txt",
          "pool2d": "pools_512.txt", "mse": "maps_512.txt", "relu": "maps_512.txt",
          "elementwise": "maps_512.txt", "reduce": "maps_512.txt", "normalize": "maps_512.txt",
          "pad": "maps_512.txt", "total_variation": "pictures.txt", "resize": "resize.txt",
          "basis": "basis.txt", "descent": "steps.txt"}
# Of the time that is left, what a program may take; the same share of the rest for the next one.
SHARE = {"conv2d": 0.6, "gram": 0.3, "gemm": 0.3, "pool2d": 0.3}
OTHER_SHARE = 0.25
# What has begun is finished, and a program takes a moment to start.
GRACE = 20
NUMBERS = ("median_ms", "p10_ms", "p90_ms", "samples", "cold_median_ms", "cold_p10_ms", "cold_p90_ms",
           "gflops", "gb_s", "times", "error")


def benchmarks(text):
    """The entries of Google Benchmark's report, also of one that breaks off."""
    decoder, begin = json.JSONDecoder(), text.find('"benchmarks": [')
    begin = len(text) if begin < 0 else begin + len('"benchmarks": [')
    while True:
        begin += len(text[begin:]) - len(text[begin:].lstrip(" \n,"))
        try:
            entry, begin = decoder.raw_decode(text, begin)
        except json.JSONDecodeError:
            return
        yield entry


def run(command, seconds):
    """What it printed, and why it failed, if it did."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0], f"no end after {seconds:.0f} s"
    last = err.strip().splitlines()[-1:] or [f"ended with {process.returncode}"]
    return out, last[0] if process.returncode else None


def row_of(entry, shapes):
    kernel, shape = entry["name"].split("/")[:2]
    row = {"problem": f"{shapes} {shape}", "kernel": kernel}
    if not entry.get("error_occurred"):
        return {**row, **{name: float(f"{entry[name]:.6g}") for name in NUMBERS if name in entry}}
    why = entry["error_message"]
    if why.startswith("skipped: "):
        return {**row, "skipped": why.removeprefix("skipped: ")}
    return {**row, "failed": why.removeprefix("failed: ")}


def gpu_ops(options, results, seconds):
    """Adds rows; those that begin after that many seconds are skipped by the programs themselves."""
    end = time.monotonic() + seconds
    for op in options.ops:
        left = max(1, int((end - time.monotonic()) * SHARE.get(op, OTHER_SHARE)))
        shapes = options.shapes / SHAPES[op]
        # simt times nothing, so one sample does.
        samples = 20 if options.device.startswith("cuda") else 1
        out, failed = run([options.build / "bench" / f"{op}_bench", shapes, "--device", options.device,
                           "--samples", samples, "--cold", "--seconds", left,
                           "--benchmark_format=json"], left + GRACE)
        for entry in benchmarks(out):
            results.add("gpu_ops", **row_of(entry, shapes.stem))
        if failed:
            results.add("gpu_ops", problem=f"{shapes.stem}", kernel=op, failed=failed)
