"""The commands do what they say."""

import json
import re
import signal
import subprocess
import time
import unittest

from cli import IMPASTO, CliTest, environment, impasto, png, read_safetensors, safetensors, tiny_network


class Stylize(CliTest):
    def test_writes_a_picture_and_says_so(self):
        result = self.stylize()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(self.output.read_bytes().startswith(b"\x89PNG"))
        self.assertIn("40 x 30, 3 iterations", result.stdout)
        self.assertIn("loss", result.stderr)

    def test_same_bits_for_runs_and_threads(self):
        pictures = set()
        for threads in (1, 2, 2):
            self.assertEqual(self.stylize("--threads", threads, "--init", "random").returncode, 0)
            pictures.add(self.output.read_bytes())
        self.assertEqual(len(pictures), 1)
        self.assertEqual(self.stylize("--init", "random", "--seed", 2).returncode, 0)
        self.assertNotIn(self.output.read_bytes(), pictures)

    def test_sizes(self):
        for options, size in ((["--size", 20], "20 x 15"), (["--size", 0], "40 x 30"),
                              (["--size", 60], "60 x 45"), ([], "40 x 30")):
            with self.subTest(options=options):
                self.assertIn(size, self.stylize(*options).stdout)

    def test_options_change_the_picture(self):
        self.stylize()
        plain = self.output.read_bytes()
        blend = [self.content, "--style-blend", "1,3"]
        for options in (["--style-weight", 1], ["--tv-weight", 5], ["--pooling", "average"],
                        ["--optimizer", "adam"], ["--line-search", "--iterations", 8],
                        ["--original-colors"], ["--style-scale", 0.5], ["--style-size", 20],
                        ["--style-layers", "relu1_1"], ["--content-layers", "conv1_2"],
                        ["--init-image", self.style], ["--learning-rate", 0.5], blend):
            with self.subTest(options=options):
                result = self.stylize(*options)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertNotEqual(self.output.read_bytes(), plain)

    def test_alpha_is_carried_from_content_to_result(self):
        def alpha(x, y):
            return (x * 6 + y) % 256
        content = png(self.folder / "clear.png", 40, 30, alpha=alpha)
        output = self.folder / "clear.safetensors"
        for target in (self.output, output):
            self.assertEqual(self.stylize(content=content, output=target).returncode, 0)
        self.assertEqual(self.output.read_bytes()[25], 6)  # the colour type: RGBA
        shape, values = read_safetensors(output)["alpha"]
        self.assertEqual(shape, [30, 40])
        self.assertEqual([round(v) for v in values], [alpha(x, y) for y in range(30) for x in range(40)])

    def test_trace_and_intermediate_pictures(self):
        trace = self.folder / "trace.json"
        result = self.stylize("--trace", trace, "--save-every", 2, "--tv-weight", 1)
        self.assertEqual(result.returncode, 0, result.stderr)
        entries = json.loads(trace.read_text())["evaluations"]
        self.assertEqual([e["evaluation"] for e in entries], [0, 1, 2])
        for entry in entries:
            parts = sum(entry["content"].values()) + sum(entry["style"].values()) + entry["tv"]
            self.assertAlmostEqual(parts / entry["total"], 1, places=12)
            self.assertGreater(entry["peak_resident_bytes"], entry["peak_bytes"])
        peaks = [e["peak_bytes"] for e in entries]
        self.assertEqual(peaks, sorted(peaks))
        self.assertGreater(peaks[0], 40 * 30 * 3 * 4)
        self.assertTrue((self.folder / "out-000002.png").exists())
        self.assertFalse((self.folder / "out-000003.png").exists())

    def test_random_network_needs_no_file(self):
        result = impasto("stylize", self.content, self.style, "-o", self.output, "--iterations", 1,
                         "--network", "random:3", "--size", 32)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_without_weights_the_built_in_network_paints_and_is_named_in_one_line(self):
        result = impasto("stylize", self.content, self.style, "-o", self.output, "--iterations", 1,
                         "--size", 32)
        self.assertEqual(result.returncode, 0, result.stderr)
        said = [line for line in result.stderr.splitlines() if line.startswith("impasto: weights:")]
        self.assertEqual(len(said), 1, result.stderr)
        self.assertRegex(said[0], "built in.*impasto weights fetch vgg19")
        by_name = self.folder / "by_name.png"
        impasto("stylize", self.content, self.style, "-o", by_name, "--iterations", 1, "--size", 32,
                "--weights", "built-in")
        self.assertEqual(by_name.read_bytes(), self.output.read_bytes())

    def test_the_built_in_network_is_a_weights_file_like_others(self):
        self.assertRegex(impasto("weights", "list").stdout, "^built-in  .*part of Impasto")
        copy = self.folder / "copy.safetensors"
        self.assertEqual(impasto("weights", "convert", "built-in", copy).returncode, 0)
        info = json.loads(impasto("weights", "info", "--json", copy).stdout)
        self.assertIn("train.teachers.license", info["metadata"])
        self.assertIn("conv5_1.weight", info["tensors"])

    def test_what_the_file_recommends_is_the_default_until_the_user_says_something_else(self):
        weights = tiny_network(self.folder / "own.safetensors",
                               metadata={"stylize.style_weight": "7", "stylize.style_layers": "relu1_1=3,relu2_1"})

        def evaluate(path, *options):
            return json.loads(impasto("evaluate", "--content", self.content, "--style", self.style, "--image", self.content,
                                      "--weights", path, *options).stdout)
        explicit = evaluate(self.weights, "--style-weight", 7, "--style-layers", "relu1_1=3,relu2_1")
        self.assertEqual(evaluate(weights), explicit)
        chosen = ["--style-weight", 2, "--style-layers", "relu1_1"]
        self.assertEqual(evaluate(weights, *chosen), evaluate(self.weights, *chosen))
        broken = tiny_network(self.folder / "broken.safetensors", metadata={"stylize.style_weight": "much"})
        self.before = self.files()
        self.assert_refused(self.stylize(weights=broken), "broken.safetensors", "stylize.style_weight is 'much'")

    def test_weights_from_the_environment(self):
        for place in (self.weights, self.folder):
            result = impasto("stylize", self.content, self.style, "-o", self.output, "--iterations", 1,
                             env=environment(IMPASTO_WEIGHTS=str(place)))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("tiny.safetensors", result.stderr)

    def test_ends_early_is_noted(self):
        self.assertIn("the network ends before relu4_2: the content loss uses relu2_1",
                      self.stylize().stderr)

    def test_out_of_memory(self):
        result = self.stylize("--memory-limit", 8, "--size", 512)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertRegex(result.stderr, r"--size \d+ would fit")
        size = re.search(r"--size (\d+) would fit", result.stderr).group(1)
        self.assertFalse(self.output.exists())
        self.assertEqual(self.stylize("--memory-limit", 8, "--size", size).returncode, 0)

    def run_until_progress(self):
        process = subprocess.Popen(
            [IMPASTO, "stylize", self.content, self.style, "-o", self.output, "--weights",
             self.weights, "--iterations", "100000", "--size", "100", "--trace",
             self.folder / "trace.json", "--save-every", "1"],
            env=environment(), stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not list(self.folder.glob("out-*.png")) and time.monotonic() < deadline:
            time.sleep(0.01)
        return process

    def test_interrupt_saves(self):
        process = self.run_until_progress()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("interrupted", errors)
        self.assertTrue(self.output.read_bytes().endswith(b"IEND\xaeB`\x82"))

    def test_kill_leaves_whole_files_only(self):
        for delay in (0, 0.003, 0.011, 0.04, 0.1):
            process = self.run_until_progress()
            time.sleep(delay)
            process.kill()
            process.communicate(timeout=60)
            json.loads((self.folder / "trace.json").read_text())
            pictures = list(self.folder.glob("out*.png"))
            self.assertTrue(pictures)
            for picture in pictures:
                self.assertTrue(picture.read_bytes().endswith(b"IEND\xaeB`\x82"), picture)
                picture.unlink()


class Autotune(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "cache" / "impasto" / "autotune.json"
        self.env = environment()
        self.env["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def paint(self, *options, **changes):
        result = self.stylize("--autotune", "--threads", 1, *options, env={**self.env, **changes})
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stderr

    def choices(self):
        (choices,) = json.loads(self.file.read_text())["machines"].values()
        return choices

    def test_is_off_unless_asked_for(self):
        self.assertEqual(self.stylize(env=self.env).returncode, 0)
        self.assertFalse(self.file.exists())

    def test_measures_once_and_then_gives_the_same_bits(self):
        self.assertRegex(self.paint(), rf"autotuned [1-9]\d* problems in .*stored in {self.file}")
        picture, stored = self.output.read_bytes(), self.file.read_text()
        self.assertRegex(self.paint(), rf"autotuned 0 problems .*all known from {self.file}")
        self.assertEqual(self.output.read_bytes(), picture)
        self.assertEqual(self.file.read_text(), stored)
        self.assertEqual(self.stylize("--autotune", "--threads", 2, env=self.env).returncode, 0)
        self.assertEqual(len(json.loads(self.file.read_text())["machines"]), 2)

    def test_a_stored_choice_decides(self):
        self.paint()
        whole = json.loads(self.file.read_text())
        (choices,) = whole["machines"].values()
        slowest = {entry["rivals"][-1]["kernel"] for problem, entry in choices.items()
                   if problem.startswith("conv2d.")}
        self.assertTrue(slowest)
        for entry in choices.values():
            entry["kernel"] = entry["rivals"][-1]["kernel"]
        self.file.write_text(json.dumps(whole))
        result = impasto("profile", self.content, self.style, "--weights", self.weights,
                         "--autotune", "--threads", 1, env=self.env)
        self.assertEqual(result.returncode, 0, result.stderr)
        for kernel in slowest:
            self.assertIn(kernel, result.stdout)

    def test_a_damaged_file_is_measured_anew(self):
        self.file.parent.mkdir(parents=True)
        self.file.write_text("{")
        self.assertRegex(self.paint(), "autotune.json holds no kernel choices.*measured anew")
        self.assertTrue(self.choices())

    def test_what_cannot_be_stored_is_said(self):
        self.assertRegex(self.paint(XDG_CACHE_HOME="/proc/none"), "autotuned .*not stored: .*/proc/none")
        self.assertRegex(self.paint(XDG_CACHE_HOME="", HOME=""), "autotuned .*not stored: neither")


class Evaluate(CliTest):
    def evaluate(self, *options, image=None):
        return impasto("evaluate", "--content", self.content, "--style", self.style, "--image",
                       image or self.content, "--weights", self.weights, "--json", "-", *options)

    def test_losses_add_up(self):
        result = self.evaluate("--tv-weight", 0.5)
        self.assertEqual(result.returncode, 0, result.stderr)
        losses = json.loads(result.stdout)
        self.assertEqual(list(losses), ["total", "content", "style", "tv"])
        self.assertEqual(losses["content"], {"relu2_1": 0})
        self.assertEqual(set(losses["style"]), {"relu1_1", "relu2_1"})
        parts = sum(losses["style"].values()) + losses["tv"]
        self.assertAlmostEqual(parts / losses["total"], 1, places=12)

    def test_gradient_is_the_slope(self):
        base = [float((i * 29) % 200 + 20) for i in range(30 * 40 * 3)]
        image = safetensors(self.folder / "image.safetensors", {"image": ([30, 40, 3], base)})
        path = self.folder / "gradient.safetensors"
        self.assertEqual(self.evaluate("--gradient", path, image=image).returncode, 0)
        shape, gradient = read_safetensors(path)["gradient"]
        self.assertEqual(shape, [30, 40, 3])
        step = 0.5 / max(map(abs, gradient))
        norm = sum(g * g for g in gradient)

        def loss(sign):
            moved = [v + sign * step * g for v, g in zip(base, gradient)]
            safetensors(image, {"image": ([30, 40, 3], moved)})
            return json.loads(self.evaluate(image=image).stdout)["total"]
        self.assertAlmostEqual((loss(1) - loss(-1)) / (2 * step * norm), 1, delta=0.02)

    def test_sizes_must_agree(self):
        self.assert_refused(self.evaluate(image=self.style), "31 x 37", "40 x 30")

    def test_json_file(self):
        path = self.folder / "losses.json"
        self.assertEqual(impasto("evaluate", "--content", self.content, "--style", self.style,
                                 "--image", self.style, "--weights", self.weights).returncode, 2)
        self.evaluate("--json", path)
        self.assertIn("total", json.loads(path.read_text()))


class Inspect(CliTest):
    def test_features_and_grams(self):
        path = self.folder / "features.safetensors"
        result = impasto("inspect", self.content, "--weights", self.weights, "--layers",
                         "relu1_1,pool1", "--gram", "-o", path)
        self.assertEqual(result.returncode, 0, result.stderr)
        tensors = read_safetensors(path)
        self.assertEqual({name: shape for name, (shape, _) in tensors.items()},
                         {"relu1_1": [30, 40, 8], "pool1": [15, 20, 8], "gram.relu1_1": [8, 8],
                          "gram.pool1": [8, 8]})
        features, gram = tensors["relu1_1"][1], tensors["gram.relu1_1"][1]
        entry = sum(features[i * 8 + 1] * features[i * 8 + 5] for i in range(1200)) / 9600
        self.assertAlmostEqual(gram[1 * 8 + 5] / entry, 1, places=4)


class Others(CliTest):
    def test_devices(self):
        result = impasto("devices")
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual([line.split()[0].split(":")[0] for line in lines],
                         ["cpu"] + ["cuda"] * (len(lines) - 2) + ["simt"])
        self.assertRegex(lines[0], r"\d+ cores usable; .*GiB available")
        self.assertIn("CUDA kernels on the host executor", lines[-1])
        gpus = lines[1:-2]  # and a line of versions; without a GPU, one that says why
        for gpu in gpus:
            self.assertRegex(gpu, r"^cuda:\d+ .*; compute capability \d+\.\d+; .*GiB available")
        self.assertRegex(lines[-2], "driver for CUDA .*; runtime " if gpus else
                         "^cuda    (no CUDA device: .|this build has no CUDA: configure)")

    def test_profile(self):
        for device in ("cpu", "simt"):
            with self.subTest(device=device):
                trace = self.folder / f"profile-{device}.json"
                result = impasto("profile", self.content, self.style, "--weights", self.weights, "--size", 48,
                                 "--device", device, "--trace", trace)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertRegex(result.stdout, rf"one iteration on {device}: .* ms, \d+ kernels launched")
                self.assertRegex(result.stdout, r"\nconv2d\.bwd_data\.\S+ +\d+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+")
                self.assertRegex(result.stdout, r"MiB at most, at ")
                events = json.loads(trace.read_text())["traceEvents"]
                slices = [event for event in events if event["ph"] == "X"]
                self.assertEqual(f"{len(slices)} kernels", re.search(r"\d+ kernels", result.stdout).group())
                ends = [event["ts"] + event["dur"] for event in slices]
                for end, event in zip(ends, slices[1:]):
                    self.assertLessEqual(end, event["ts"] + 1e-3)
                convolutions = [event for event in slices if event["name"].startswith("conv2d.fwd")]
                self.assertTrue(convolutions and all(event["args"]["flops"] > 0 for event in convolutions))
                self.assertEqual(sum(event["ph"] == "C" for event in events), len(slices))

    def test_help_everywhere(self):
        for command in ([], ["stylize"], ["evaluate"], ["inspect"], ["weights"], ["devices"],
                        ["profile"], ["weights", "list"], ["weights", "info"], ["weights", "convert"],
                        ["weights", "fetch"], ["kernels"], ["kernels", "list"],
                        ["kernels", "check"]):
            with self.subTest(command=command):
                result = impasto(*command, "--help")
                self.assertEqual(result.returncode, 0)
                self.assertIn("Usage", result.stdout)

    def test_version(self):
        self.assertRegex(impasto("--version").stdout, r"impasto \d+\.\d+\.\d+")

    def test_weights_info_and_convert(self):
        result = impasto("weights", "info", self.weights)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("conv1_2", result.stdout)
        converted = self.folder / "half.safetensors"
        result = impasto("weights", "convert", self.weights, converted, "--dtype", "f16")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertLess(converted.stat().st_size, 0.8 * self.weights.stat().st_size)
        self.assertEqual(self.stylize(weights=converted).returncode, 0)

    def test_weights_fetch_offline(self):
        result = impasto("weights", "fetch", "vgg19", "--url", "http://127.0.0.1:9/vgg19.h5", "--folder",
                         self.folder / "cache")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertIn("impasto weights convert", result.stderr)
        self.assertEqual(impasto("weights", "fetch", "vgg99").returncode, 2)

    def test_weights_list(self):
        self.assertEqual(impasto("weights", "list").returncode, 0)


if __name__ == "__main__":
    unittest.main()
