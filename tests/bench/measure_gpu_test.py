#!/usr/bin/env python3
"""bench/measure_gpu.py on the host executor, on tiny problems: programs, protocol, rows and table are those
of a GPU, where alone its times mean something. And the short table of planted rows."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from driver.gpu_ops import benchmarks
from driver.short_table import short_table

SHAPES = {"vgg19_512.txt": "first 1 1 5 6 3 16 3 3 1 1\ninner 2 1 5 6 16 16 3 3 1 1\n",
          "maps_512.txt": "odd 1 1 7 9 3\n"}


def measure(folder, *arguments):
    """Exit status, output and rows."""
    file = pathlib.Path(folder, "rows.jsonl")
    done = subprocess.run([sys.executable, "-B", ROOT / "bench" / "measure_gpu.py", file, "--device", "simt",
                           "--build", os.environ["IMPASTO_BUILD"], "--shapes", folder, "--rounds", "0",
                           "--torch-python", "none", *arguments],
                          capture_output=True, text=True, check=False, timeout=120)
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return done.returncode, done.stdout + done.stderr, rows


class MeasureTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        for name, text in SHAPES.items():
            pathlib.Path(self.folder, name).write_text(text)

    def test_kernels_are_verified_and_timed(self):
        status, output, rows = measure(self.folder, "--ops", "conv2d,relu", "--sizes", "")
        self.assertEqual(status, 0, output)
        by_kernel = {(row["kernel"], row["problem"]): row for row in rows}
        relu = by_kernel["relu.fwd.cuda.vector", "maps_512 odd"]
        self.assertEqual((relu["schema"], relu["section"], relu["error"]), (2, "gpu_ops", 0))
        self.assertGreater(relu["median_ms"], 0)
        self.assertIn("cold_median_ms", relu)
        self.assertIn("simt", relu["device"])
        gemm = by_kernel["conv2d.fwd.cuda.implicit_gemm.tf32", "vgg19_512 inner"]
        self.assertEqual(gemm["times"], 2)
        self.assertGreater(gemm["error"], 1e-5)  # it rounds
        self.assertIn("at most 4 channels",
                      by_kernel["conv2d.fwd.cuda.first", "vgg19_512 inner"]["skipped"])
        self.assertFalse([row for row in rows if ".cpu." in row["kernel"] or "cudnn" in row["kernel"]])
        self.assertRegex(output, r"conv2d\.fwd +tf32 +\d")

    def test_iteration_agrees_with_the_processor(self):
        status, output, rows = measure(self.folder, "--ops", "", "--sizes", "16", "--variants", "f32")
        self.assertEqual(status, 0, output)
        eager, graph = rows
        self.assertEqual((eager["run"], graph["run"]), ("eager", "graph"))
        self.assertLess(eager["gradient_error"], 1e-3)
        self.assertEqual(eager["gradient_error"], graph["gradient_error"])  # a replay gives the same bits
        self.assertRegex(output, r"16 +f32 +[\d.]+ +(eager|graph) +\d+ +none")

    def test_rounding_iteration_is_within_its_limits(self):
        status, output, rows = measure(self.folder, "--ops", "", "--sizes", "16", "--variants", "tf32",
                                       "--runs", "eager")
        self.assertEqual(status, 0, output)
        self.assertTrue(rows[0]["agrees"])
        self.assertGreater(rows[0]["gradient_error"], 1e-4)
        self.assertIn("conv2d.fwd.cuda.implicit_gemm.tf32", rows[0]["kernels"])

    def test_variant_that_cannot_run_is_a_failure(self):
        status, output, rows = measure(self.folder, "--ops", "", "--sizes", "16", "--variants", "library_f32")
        self.assertEqual(status, 1, output)
        self.assertIn("ended with 2", rows[0]["failed"])


def op_row(kernel, problem, ms, times=1):
    return {"section": "gpu_ops", "kernel": kernel, "problem": problem, "median_ms": ms, "times": times}


class TableTest(unittest.TestCase):
    def test_best_of_each_side_is_added_up_over_the_network(self):
        rows = [op_row("conv2d.fwd.cuda.first", "a", 1), op_row("conv2d.fwd.cuda.tiled", "a", 2),
                op_row("conv2d.fwd.cuda.mma.tf32x3", "b", 1, 3), op_row("conv2d.fwd.cudnn.f32", "a", 4),
                op_row("conv2d.fwd.cudnn.f32", "b", 2, 3), op_row("conv2d.fwd.cudnn.tf32", "b", 0.5, 3),
                {**op_row("conv2d.fwd.cuda.x.tf32", "b", 1), "median_ms": 0.25, "times": 3}]
        text = short_table(rows)
        self.assertRegex(text[1], r"^conv2d.fwd +f32 +4.000 +mma.tf32x3 first +10.000 +f32 +2.50$")
        self.assertRegex(text[2], r"^conv2d.fwd +tf32 +0.750 +x.tf32 +1.500 +tf32 +2.00$")

    def test_iteration_beside_the_fastest_way_of_the_other(self):
        ours = {"section": "gpu_iteration", "who": "impasto", "size": 512, "variant": "tf32", "median_ms": 10,
                "run": "graph", "first_ms": 50, "loss_error": 1e-4, "gradient_error": 1e-2, "agrees": False}
        theirs = {**ours, "who": "libtorch 9", "memory_format": "contiguous", "run": "eager", "median_ms": 30}
        failed = {"section": "gpu_iteration", "who": "impasto", "size": 512, "variant": "f16",
                  "problem": "iteration 512", "failed": "why"}
        text = short_table([{**ours, "run": "eager", "median_ms": 15}, ours, theirs, {**theirs, "run": "graph", "median_ms": 20}, failed])
        self.assertRegex(text[2], r"512 +tf32 +10.00 +graph +50 +20.00 +contiguous graph +2.00 +1e-04 1e-02 TOO FAR")
        self.assertIn("FAILED", text[3])
        self.assertEqual(text[-1], "FAILED impasto on iteration 512: why")

    def test_report_that_breaks_off_counts_as_far_as_it_goes(self):
        text = '{"context": {}, "benchmarks": [\n {"name": "a"},\n {"name": "b"},\n {"na'
        self.assertEqual([entry["name"] for entry in benchmarks(text)], ["a", "b"])
        self.assertEqual(list(benchmarks("no report")), [])


if __name__ == "__main__":
    unittest.main()
