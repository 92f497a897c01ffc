#!/usr/bin/env python3
"""Plants results and READMEs in a temporary tree: tables are written from the newest rows, and a table
that says something else is found."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).parents[2] / "tools" / "update_tables.py"
COMMON = {"schema": 2, "device": "A processor", "cores": 2, "dirty": False}


def error_row(commit, time, frobenius, **more):
    return {**COMMON, "section": "errors", "kernel": "conv2d.fwd.cpu.direct.avx2", "channels": 64,
            "frobenius": frobenius, "worst": 2e-6, "commit": commit, "time": time, **more}


class TablesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.results = self.root / "bench" / "results" / "box"
        self.results.mkdir(parents=True)
        self.write("errors")

    def write(self, name):
        (self.root / "README.md").write_text(f"before\n<!-- table: {name} box -->\n<!-- end -->\nafter\n")

    def rows(self, file, *rows):
        (self.results / file).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run_program(self, *arguments):
        return subprocess.run([sys.executable, PROGRAM, "--root", self.root, *arguments],
                              capture_output=True, text=True, check=False).returncode

    def text(self):
        return (self.root / "README.md").read_text()

    def test_written_then_in_order(self):
        self.rows("a.jsonl", error_row("abc", "2026-01-01T10:00", 1e-6))
        self.assertEqual(self.run_program("--check"), 1)
        self.assertNotIn("abc", self.text())
        self.assertEqual(self.run_program(), 0)
        self.assertIn("| `direct.avx2` | 1.0e-06, 2.0e-06 |", self.text())
        self.assertTrue(self.text().startswith("before\n") and self.text().endswith("<!-- end -->\nafter\n"))
        self.assertEqual(self.run_program("--check"), 0)

    def test_newest_file_and_last_row_count(self):
        self.rows("z.jsonl", error_row("old", "2026-01-01T10:00", 1e-6))
        self.rows("a.jsonl", error_row("new", "2026-01-02T10:00", 3e-6),
                  error_row("new", "2026-01-02T11:00", 4e-6))
        self.run_program()
        self.assertIn("4.0e-06", self.text())
        self.assertIn("commit new", self.text())

    def test_edited_table_is_stale(self):
        self.rows("a.jsonl", error_row("abc", "2026-01-01T10:00", 1e-6))
        self.run_program()
        (self.root / "README.md").write_text(self.text().replace("1.0e-06", "1.0e-09"))
        self.assertEqual(self.run_program("--check"), 1)

    def test_slowest_memory_format_is_not_quoted(self):
        self.write("iteration")
        ours = {**COMMON, "section": "iteration", "problem": "iteration 256", "size": 256, "commit": "abc",
                "time": "2026-01-01T10:00", "who": "impasto", "variant": "f32", "median_ms": 100,
                "x_fma_peak": 1.5, "loss_error": 1e-6, "gradient_error": 1e-4}
        theirs = {**ours, "who": "libtorch 9", "memory_format": "contiguous", "median_ms": 300}
        self.rows("a.jsonl", ours, theirs, {**theirs, "memory_format": "channels_last", "median_ms": 250})
        self.run_program()
        self.assertIn("| 256 x 256 | 100 ms | 250 ms, channels_last | 2.50 | 1.50 | 1e-06, 1e-04 |", self.text())
        # A ratio by rounds counts before that of the medians.
        self.rows("a.jsonl", {**ours, "libtorch_over_impasto": 2.612}, theirs)
        self.run_program()
        self.assertIn("| 300 ms, contiguous | 2.61 |", self.text())

    def test_old_rows_and_no_rows(self):
        self.rows("a.jsonl", error_row("abc", "2026-01-01T10:00", 1e-6, schema=1))
        self.assertEqual(self.run_program(), 0)
        self.assertIn("Not measured yet", self.text())

    def test_broken_row(self):
        for line in ("{", "[]", '{"schema": 2}', '{"schema": 2, "section": "errors", "worst": NaN}'):
            (self.results / "a.jsonl").write_text(line + "\n")
            self.assertEqual(self.run_program(), 2)
            self.assertNotIn("Not measured", self.text())

    def test_newest_comparison_of_encoders(self):
        def results(share):
            layers = {"relu1_1": {"relative_error": 0.125, "spearman": 0.75}}
            networks = {"judge": {"share": 0.1, "reached": 1}, "built-in": {"share": share, "reached": 0.8}}
            return json.dumps({"features": {"built-in": {"layers": layers}}, "paintings": {"networks": networks}})
        (self.results / "2026-01-01-a.json").write_text(results(0.3))
        (self.results / "2026-01-02-a.json").write_text(results(0.2))
        self.write("paintings")
        self.assertEqual(self.run_program(), 0)
        self.assertIn("| **built in** | 0.2000 | 0.80 |", self.text())
        self.write("features")
        self.assertEqual(self.run_program(), 0)
        self.assertIn("| **built in** | 0.125 | 0.750 |", self.text())
        (self.results / "2026-01-03-a.json").write_text("{")
        self.assertEqual(self.run_program(), 2)

    def test_unknown_table(self):
        self.write("nonsense")
        self.assertNotEqual(self.run_program(), 0)


if __name__ == "__main__":
    unittest.main()
