"""`impasto kernels` in all its forms: what computes, whether it is right, how fast it is."""

import json
import signal
import subprocess
import time
import unittest

from cli import IMPASTO, CliTest, environment, impasto


class Kernels(CliTest):
    def listed(self, *options):
        result = impasto("kernels", "list", *options, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["tables"]

    def here(self, table, *devices):
        """The ids of its kernels that run on one of the devices, whatever tables grow to."""
        [listed] = self.listed("--op", table)
        return sorted(kernel["id"] for kernel in listed["kernels"] if set(devices) & set(kernel["devices"]))

    def test_every_kernel_says_where_it_runs(self):
        text = impasto("kernels", "list").stdout
        for table in self.listed():
            self.assertIn(table["table"], text)
            for kernel in table["kernels"]:
                self.assertIn(f'  {kernel["id"]} ', text)
                self.assertEqual(kernel["available"], bool(kernel["devices"]))
                self.assertEqual(kernel["available"], "reason" not in kernel, kernel)
                if kernel["id"].endswith("cpu.reference"):
                    self.assertEqual(kernel["devices"], ["cpu"])
                if kernel["backend"] == "gpu":
                    self.assertIn("simt", kernel["devices"])

    def test_what_a_lesser_processor_lacks(self):
        result = impasto("kernels", "list", "--op", "gemm", env=environment(IMPASTO_CPU="generic"))
        self.assertRegex(result.stdout, "gemm.fwd.cpu.tiled.generic +cpu ")
        self.assertRegex(result.stdout, "not here: needs avx2, this machine offers none")

    def test_one_device(self):
        for table in self.listed("--device", "simt", "--op", "relu"):
            for kernel in table["kernels"]:
                self.assertEqual(kernel["available"], kernel["backend"] == "gpu")

    def test_every_table_has_a_choice_for_every_problem(self):
        maps = ["n=1 h=64 w=48 c=64", "1 64 48 64", "1 2 2 3 dtype=f64"]
        problems = {"conv2d": ["h=64 w=64 ic=256 oc=256 relu", "1 64 64 256 256 3 3 1 1",
                               "1 9 9 3 64 pool=max padding=reflect mixed cached=0"],
                    "basis": ["10 2 5000"], "descent.guard": ["", "moved"], "descent.adam": [""],
                    "descent.lbfgs": ["100 20", "capacity=7 slots=7 scaled=0"], "gemm": ["512 512 512 0 1", "1 1 1 dtype=f64"],
                    "resize": ["1 64 64 3 32 33 area", "h=5 w=6 c=3 oh=7 ow=4 mode=lanczos"]}
        tables = {table["table"]: table for table in self.listed()}
        for op in sorted({name if name.startswith("descent") else name.split(".")[0] for name in tables}):
            for problem in problems.get(op, maps):
                for choice in self.listed("--op", op, "--problem", problem):
                    with self.subTest(table=choice["table"], problem=problem):
                        ids = [kernel["id"] for kernel in tables[choice["table"]]["kernels"]]
                        self.assertEqual([c["id"] for c in choice["candidates"]], ids)
                        chosen = [c["id"] for c in choice["candidates"] if c["verdict"] == "chosen"]
                        self.assertEqual(chosen, [choice["chosen"]])

    def test_why_a_kernel_is_not_taken(self):
        problem = ["--op", "conv2d.fwd", "--problem", "1 64 64 256 256 3 3 1 1"]
        result = impasto("kernels", "list", *problem, "--device", "simt")
        self.assertEqual(result.returncode, 0, result.stderr)
        for line in ("conv2d.fwd.cuda.first +needs at most 4 channels",
                     "conv2d.fwd.cuda.winograd4.tf32x3 +serves on simt only when asked for by name",
                     "> conv2d.fwd.cuda.tiled +chosen",
                     "conv2d.fwd.cuda.implicit_gemm.bf16 +rounds operands, and mixed precision was not",
                     "conv2d.fwd.cuda.direct +serves, but comes after",
                     "conv2d.fwd.cpu.reference +does not run on device simt"):
            self.assertRegex(result.stdout, line)
        asked = impasto("kernels", "list", *problem, "--kernel", "conv2d.fwd=conv2d.fwd.cpu.reference")
        self.assertRegex(asked.stdout, "> conv2d.fwd.cpu.reference +chosen")

    def checked(self, *options, code=0):
        result = impasto("kernels", "check", *options, "--json")
        self.assertEqual(result.returncode, code, result.stderr)
        return {kernel["id"]: kernel for kernel in json.loads(result.stdout)["kernels"]}

    def test_check_runs_what_the_filter_leaves(self):
        kernels = self.checked("--filter", "relu.fwd")
        kernels = {name: kernel for name, kernel in kernels.items() if kernel["state"] != "not here"}
        self.assertEqual(sorted(kernels), self.here("relu.fwd", "cpu", "simt"))
        for kernel in kernels.values():
            self.assertEqual((kernel["state"], kernel["failures"]), ("ok", 0), kernel)
            self.assertGreater(kernel["checks"], 20)
        self.assertLess(max(kernel["worst"] for kernel in kernels.values()), 1)
        one = self.checked("--filter", "relu.fwd.cpu.vector: lets NaN through")
        self.assertEqual(list(one), ["relu.fwd.cpu.vector"])
        self.assertLess(one["relu.fwd.cpu.vector"]["checks"], 5)

    def test_check_on_one_device(self):
        cpu, simt = (self.checked("--filter", "gemm", "--device", device, "--sample", 9)
                     for device in ("cpu", "simt"))
        self.assertEqual(cpu["gemm.fwd.cpu.reference"]["state"], "ok")
        self.assertEqual(cpu["gemm.fwd.cuda.tiled"]["state"], "not here")
        self.assertIn("device cpu", cpu["gemm.fwd.cuda.tiled"]["reason"])
        self.assertEqual(simt["gemm.fwd.cuda.tiled"]["state"], "ok")
        self.assertEqual(simt["gemm.fwd.cpu.reference"]["state"], "not here")

    def test_check_says_how_near_and_how_many(self):
        result = impasto("kernels", "check", "--filter", "mse.bwd", "--seed", 5, "--order", "priorities")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"\nmse.bwd.cpu.vector +\d+ +0\.\d\d\d  ok\n")
        self.assertRegex(result.stdout, r"\n3 ok, 0 failed, 0 not checked, 0 not here; \d+ checks in .* s\n$")
        self.assertIn("mse.bwd\n", result.stderr)  # progress

    def test_check_under_the_race_detector(self):
        options = ["--filter", "relu", "--order", "race", "--device", "simt"]
        refused = impasto("kernels", "check", *options)
        if "no race detector" in refused.stderr:  # a build with sanitizers
            self.assertEqual((refused.returncode, refused.stderr.count("\n")), (2, 1))
            return
        race = self.checked(*options)
        self.assertEqual({name: kernel["state"] for name, kernel in race.items() if "cuda" in name},
                         {"relu.fwd.cuda.vector": "ok", "relu.bwd.cuda.vector": "ok"})

    def bench(self, *options, code=0, **keywords):
        shapes = self.folder / "tiny.txt"
        shapes.write_text("# odd\nodd 1 1 7 9 3\neven 2 1 8 8 16\n")
        result = impasto("kernels", "bench", "--shapes", shapes, "--rounds", 2, "--seconds", 0, *options, **keywords)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def rows(self, path):
        return [json.loads(line) for line in path.read_text().splitlines()]

    def test_bench_writes_rows_and_says_the_same(self):
        file = self.folder / "rows.jsonl"
        text = self.bench("--filter", "relu.fwd", "-o", file).stdout
        rows = self.rows(file)
        ours = [row for row in rows if row["kernel"] == "relu.fwd.cpu.vector"]
        self.assertEqual([(row["problem"], row["cache"], row["times"]) for row in ours],
                         [("tiny odd", "warm", 1), ("tiny odd", "cold", 1), ("tiny even", "warm", 2),
                          ("tiny even", "cold", 2)])
        for row in ours:
            self.assertEqual((row["schema"], row["section"], row["error"], row["rounds"]), (2, "ops", 0, 2))
            self.assertLessEqual(row["p10_ms"], row["median_ms"])
            self.assertLessEqual(row["median_ms"], row["p90_ms"])
            for name in ("gb_s", "roof", "fma_peak_gmacs", "bandwidth_gbs", "samples", "threads", "cores"):
                self.assertGreater(row[name], 0, name)
            self.assertRegex(row["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")
            self.assertRegex(row["commit"], "^([0-9a-f]{7,}|unknown)$")
            self.assertGreaterEqual(row["noise"], 0)
        self.assertIn("relu.fwd on tiny odd: relu(189 x f32)", text)
        self.assertRegex(text, r"relu.fwd.cpu.vector +warm +\d")
        self.assertRegex(text, r"roofline: \d+ GFLOP/s")
        baselines = [row for row in rows if ".onednn." in row["kernel"]]
        self.assertEqual(bool(baselines), "baseline" in ours[0])
        self.assertEqual(bool(baselines), "onednn" in text)
        without = self.bench("--filter", "relu.fwd", "--no-baseline", "--no-cold", "--json").stdout
        rows = [json.loads(line) for line in without.splitlines()]
        self.assertEqual(sorted({row["kernel"] for row in rows}), self.here("relu.fwd", "cpu"))
        self.assertEqual({row["cache"] for row in rows}, {"warm"})

    def test_bench_on_the_host_executor(self):
        result = self.bench("--filter", "relu.fwd", "--device", "simt", "--json")
        self.assertIn("mean nothing", result.stderr)
        for row in map(json.loads, result.stdout.splitlines()):
            self.assertEqual(row["kernel"], "relu.fwd.cuda.vector")
            self.assertNotIn("roof", row)
            self.assertIn("simt", row["device"])

    def test_bench_keeps_what_it_has_when_interrupted(self):
        file = self.folder / "rows.jsonl"
        process = subprocess.Popen([IMPASTO, "kernels", "bench", "--filter", "reduce", "--rounds", "1000", "-o", file],
                                   env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("interrupted; what was timed so far is above and in", errors)
        self.assertTrue(all("median_ms" in row for row in self.rows(file)))

    def test_compare_tells_what_is_beyond_noise(self):
        def write(name, times):
            common = {"schema": 2, "section": "ops", "problem": "maps odd", "device": "box", "threads": 2,
                      "cache": "warm", "p10_ms": 1, "p90_ms": 2, "noise": 0.05}
            path = self.folder / name
            path.write_text("".join(json.dumps({**common, "kernel": kernel, "median_ms": ms}) + "\n"
                                    for kernel, ms in times.items()))
            return path
        before = write("a.jsonl", {"slower": 1, "faster": 1, "same": 1, "gone": 1})
        after = write("b.jsonl", {"slower": 1.5, "faster": 0.5, "same": 1.09, "new": 1})
        result = impasto("kernels", "compare", before, after)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertRegex(result.stdout, r"slower on maps odd, warm, 2 threads +1 +1.5 +\+50.0% +10.0% +slower")
        self.assertLess(result.stdout.index("slower on"), result.stdout.index("faster on"))
        self.assertNotIn("same on", result.stdout)
        for line in ("only in A: gone", "only in B: new", "1 slower, 1 faster, 1 the same"):
            self.assertIn(line, result.stdout)
        self.assertEqual(impasto("kernels", "compare", before, before).returncode, 0)
        told = json.loads(impasto("kernels", "compare", before, after, "--json").stdout)
        self.assertEqual([change["verdict"] for change in told["changes"]], ["slower", "same", "faster"])
        elsewhere = self.folder / "c.jsonl"
        elsewhere.write_text(before.read_text().replace("box", "other"))
        self.assertIn("A was measured on box, B on other", impasto("kernels", "compare", before, elsewhere).stderr)

    def test_kernels_by_name_compute(self):
        pictures = []
        reference = [f"--kernel={table}={table}.cpu.reference" for table in ("conv2d.fwd", "conv2d.bwd_data")]
        for options, env in ((reference, environment()), ([], environment()),
                             ([], environment(IMPASTO_KERNEL="conv2d.fwd=conv2d.fwd.cpu.reference,"
                                              "conv2d.bwd_data=conv2d.bwd_data.cpu.reference"))):
            self.assertEqual(self.stylize(*options, env=env).returncode, 0)
            pictures.append(self.output.read_bytes())
        self.assertEqual(pictures[0], pictures[2])
        evaluate = ["evaluate", "--content", self.content, "--style", self.style, "--image", self.content,
                    "--weights", self.weights]
        losses = [json.loads(impasto(*evaluate, *options).stdout)["total"] for options in ([], reference)]
        self.assertNotEqual(losses[0], losses[1])  # other kernels round otherwise
        self.assertAlmostEqual(losses[0] / losses[1], 1, places=4)


if __name__ == "__main__":
    unittest.main()
