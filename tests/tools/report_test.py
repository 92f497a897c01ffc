#!/usr/bin/env python3
"""The report of measurements: of the committed rows, and of planted ones."""

import html.parser
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tools" / "report.py"
SECTIONS = ("iteration", "roofline", "layers", "ladder", "memory", "accuracy")
COMMON = {"schema": 2, "device": "A processor", "cores": 2, "dirty": False, "commit": "abc1234",
          "time": "2026-01-01T10:00:00+00:00"}
TIMES = {"median_ms": 100.0, "p10_ms": 90.0, "p90_ms": 120.0}
OURS = {**COMMON, **TIMES, "section": "iteration", "problem": "iteration 256", "size": 256, "who": "impasto",
        "variant": "f32"}
THEIRS = {**OURS, "who": "libtorch 9", "memory_format": "contiguous", "median_ms": 250.0}
ERROR = {**COMMON, "section": "errors", "problem": "any", "kernel": "conv2d.fwd.cpu.direct.avx2", "channels": 64,
         "frobenius": 1e-6, "worst": 2e-6}
ON_GPU = {**COMMON, **TIMES, "section": "gpu_ops", "problem": "vgg19_512 conv3_2", "times": 3, "gflops": 4e4,
          "gb_s": 900.0, "kernel": "conv2d.fwd.cuda.tiled"}

OP = {**COMMON, **TIMES, "section": "ops", "problem": "maps_256 block1", "times": 2, "cache": "warm", "noise": 0.02,
      "threads": 2, "kernel": "relu.fwd.cpu.vector", "gb_s": 10.0, "bandwidth_gbs": 12.0, "fma_peak_gmacs": 60.0}


class Markup(html.parser.HTMLParser):
    """Every tag is closed, in order; what it saw of tags and attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.wrong = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


class ReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.output = self.folder / "report.html"

    def run_program(self, *folders, **more):
        return subprocess.run([sys.executable, PROGRAM, *folders, "-o", self.output], capture_output=True,
                              text=True, check=False, **more)

    def report(self, *folders, **more):
        result = self.run_program(*folders, **more)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return self.output.read_text(encoding="utf-8")

    def plant(self, *lines, name="box"):
        folder = self.folder / "results" / name
        folder.mkdir(parents=True, exist_ok=True)
        lines = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / "rows.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return folder.parent

    def assert_says(self, text, *words):
        """Without the whole page in the message."""
        self.assertEqual([one for one in words if one not in text], [])

    def sections(self, text):
        """By name, what stands in each."""
        tree = xml.etree.ElementTree.fromstring(text.split("\n", 1)[1])
        return {section.get("id"): section for section in tree.iter("section")}


class CommittedTest(ReportTest):
    def test_every_section_has_plots_that_say_what_they_show(self):
        sections = self.sections(self.report())
        wanted = [f"xeon-sapphire-rapids-2-cores-{name}" for name in SECTIONS] + ["nvcc-13-0-compiler"]
        self.assertEqual([name for name in wanted if name not in sections], [])
        for name in wanted:
            plots = list(sections[name].iter("svg"))
            self.assertTrue(plots, name)
            for plot in plots:
                self.assertEqual(plot.get("role"), "img")
                self.assertTrue(plot.find("title").text and len(plot.find("desc").text) > 20, name)
                self.assertTrue([mark for mark in plot.iter() if "mark" in mark.get("class", "")], name)
            self.assertTrue(list(sections[name].iter("table")), name)

    def test_well_formed_and_alone(self):
        text = self.report()
        markup = Markup(text)
        self.assertEqual((markup.wrong, markup.open), ([], []))
        ids = [attributes["id"] for _, attributes in markup.seen if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        links = [attributes["href"] for _, attributes in markup.seen if "href" in attributes]
        self.assertTrue(links)
        self.assertEqual([link for link in links if link.removeprefix("#") not in ids], [])
        never = ("http", "://", "url(", "@import", "<script", "<link", "src=", ">nan", ">inf", ">None")
        self.assertEqual([word for word in never if word in text], [])

    def test_same_bytes(self):
        first = self.report()
        there = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
        self.assertEqual(first, self.report(cwd=self.folder, env=there))


class PlantedTest(ReportTest):
    def test_ratio_of_medians_beside_our_time(self):
        text = self.report(self.plant(OURS, THEIRS))
        self.assert_says(text, "Impasto f32: 100 ms, 2.50×")

    def test_last_row_of_a_thing_counts(self):
        text = self.report(self.plant(OURS, THEIRS, {**OURS, "median_ms": 50.0}))
        self.assert_says(text, "Impasto f32: 50.0 ms, 5.00×")

    def test_no_rows_no_plot_but_a_line(self):
        text = self.report(self.plant(ERROR))
        self.assertEqual(list(self.sections(text)), ["box-accuracy"])
        self.assert_says(text, "--sections kernels", "--sections memory", "tools/gpu_check.sh",
                         "tools/kernel_figures.py")

    def test_roofs_as_far_as_rows_have_them(self):
        self.assert_says(self.report(self.plant(ON_GPU)), "bandwidth has not been measured")
        text = self.report(self.plant({**ON_GPU, "bandwidth_gbs": 3000.0, "fma_peak_gmacs": 3e4}))
        self.assert_says(text, "memory, 3000 GB/s", "FMA peak, 60000")

    def test_ladder_compares_on_the_same_layers(self):
        slow = {**ON_GPU, "kernel": "conv2d.fwd.cuda.direct", "gflops": 1e4}
        alone = {**slow, "problem": "vgg19_512 conv1_1", "gflops": 1.0}
        text = self.report(self.plant(ON_GPU, slow, alone))
        self.assert_says(text, "direct: 10000; tiled: 40000, 4.00×.")

    def test_every_op_has_its_ladder_and_is_beside_the_library(self):
        library = {**OP, "kernel": "relu.fwd.onednn.eltwise", "median_ms": 50.0, "gb_s": 20.0}
        cold = {**OP, "cache": "cold", "median_ms": 200.0}
        slow = {**OP, "kernel": "relu.fwd.cpu.reference", "median_ms": 900.0, "gb_s": 1.0}
        text = self.report(self.plant(OP, library, cold, {**library, "cache": "cold", "median_ms": 500.0}, slow))
        self.assertEqual(list(self.sections(text)), ["box-ladder", "box-beside"])
        self.assert_says(text, "reference: 1.00; vector: 10.0, 10.0×; onednn.eltwise: 20.0, 2.00×",
                         "How many times as fast as the library, warm. relu.fwd: 0.500×",
                         "How many times as fast as the library, cold. relu.fwd: 2.50×",
                         "the ladders of basis, conv2d", "--sections ops")
        self.assertNotIn("normalize, pad, pool2d, reduce, relu", text)

    def test_roofline_of_convolutions_has_the_memory_roof(self):
        layer = {**OP, "problem": "vgg19_256 conv3_2", "kernel": "conv2d.fwd.cpu.direct.avx2", "gflops": 50.0}
        text = self.report(self.plant(layer, {**layer, "kernel": "conv2d.fwd.onednn.nhwc", "gflops": 70.0}))
        self.assert_says(text, "memory, 12.0 GB/s", "FMA peak, 120", "onednn.nhwc")

    def test_failed_and_skipped_rows(self):
        bare = {**COMMON, "section": "gpu_ops", "problem": "maps_512"}
        text = self.report(self.plant(ON_GPU, {**bare, "kernel": "gram", "failed": "no <end>"},
                                      {**bare, "kernel": "relu.fwd.cuda.vector", "skipped": "no time"}))
        self.assert_says(text, "Failed: gram on maps_512: no &lt;end&gt;")

    def test_old_schema_is_left_alone(self):
        self.report(self.plant({"schema": 1, "who": "ratio"}, ERROR))

    def test_names_are_text(self):
        text = self.report(self.plant(OURS, {**THEIRS, "memory_format": "<b>&\"x"}, name="a & b"))
        self.assertEqual(Markup(text).wrong, [])
        self.assertFalse("<b>" in text)


class BrokenTest(ReportTest):
    def assert_refused(self, *lines, says):
        folder = self.plant(*lines)
        result = self.run_program(folder)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(says, result.stderr)
        self.assertFalse(self.output.exists())

    def test_rows(self):
        without = {name: value for name, value in OURS.items() if name != "p90_ms"}
        for lines, says in (
                ((OURS, "{"), "rows.jsonl:2: "), (("[1]",), "rows.jsonl:1: "), (("7",), "rows.jsonl:1: "),
                ((without,), "without p90_ms"), (({**OURS, "median_ms": "fast"},), "median_ms is 'fast'"),
                (({**OURS, "median_ms": -1},), "median_ms is -1"), (({**OURS, "size": True},), "size is True"),
                ((json.dumps({**OURS, "median_ms": float("nan")}),), "NaN"),
                ((json.dumps(OURS).replace("100.0", "1e999"),), "median_ms is inf"),
                (({**ERROR, "kernel": "direct"},), "'direct' is no kernel"),
                (({**OP, "noise": -1},), "noise is -1"), (({**OP, "cache": 3},), "cache is 3"),
                (({**ON_GPU, "gb_s": "many"},), "gb_s is 'many'"), (({"schema": 2},), "without a section")):
            with self.subTest(says=says):
                self.assert_refused(*lines, says=says)

    def test_folders(self):
        for folder in (self.folder / "none", self.folder):
            result = self.run_program(folder)
            self.assertEqual((result.returncode, result.stderr.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main()
