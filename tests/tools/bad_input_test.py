"""Bad input: one clear line on stderr, exit code 2, nothing written."""

import os
import struct
import unittest

from cli import CliTest, environment, impasto, png, safetensors, tiny_network


class Pictures(CliTest):
    def refused(self, path, *words):
        self.before = self.files()
        self.assert_refused(self.stylize(content=path), path.name, *words)
        self.assert_refused(self.stylize(style=path), path.name, *words)

    def test_missing(self):
        self.refused(self.folder / "missing.png")

    def test_folder(self):
        self.refused(self.folder)

    def test_empty(self):
        (self.folder / "empty.png").touch()
        self.refused(self.folder / "empty.png", "empty")

    def test_text_as_png(self):
        (self.folder / "text.png").write_text("This is no picture.\n" * 20)
        self.refused(self.folder / "text.png")

    def test_truncated(self):
        whole = self.content.read_bytes()
        for share in (0.05, 0.3, 0.6, 0.9, 0.99):
            path = self.folder / "cut.png"
            path.write_bytes(whole[:int(len(whole) * share)])
            self.refused(path)

    def test_no_pixels(self):
        self.refused(png(self.folder / "none.png", 1, 1, header_size=(0, 5)))

    def test_huge_header(self):
        self.refused(png(self.folder / "huge.png", 4, 4, header_size=(30000, 30000)), "30000")

    def test_one_pixel(self):
        path = png(self.folder / "dot.png", 1, 1)
        self.before = self.files()
        self.assert_refused(self.stylize(content=path), "1 x 1", "too small")
        self.assert_refused(self.stylize(style=path), "1 x 1", "too small")

    def test_smaller_than_the_receptive_field_works(self):
        style = png(self.folder / "small.png", 4, 4)
        result = self.stylize(style=style)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_not_finite(self):
        values = [float("nan")] + [1.0] * (8 * 8 * 3 - 1)
        self.refused(safetensors(self.folder / "nan.safetensors", {"image": ([8, 8, 3], values)}))


class Outputs(CliTest):
    def test_missing_folder(self):
        self.assert_refused(self.stylize(output=self.folder / "none" / "out.png"), "none")

    def test_folder(self):
        self.assert_refused(self.stylize(output=self.folder))

    def test_unknown_extension(self):
        self.assert_refused(self.stylize(output=self.folder / "out.xyz"), "out.xyz", ".png")
        self.assert_refused(self.stylize(output=self.folder / "out"), ".png")

    def test_input_as_output(self):
        self.assert_refused(self.stylize(output=self.content), "input")

    @unittest.skipIf(os.geteuid() == 0 and not os.path.exists("/proc/self"), "needs /proc")
    def test_unwritable(self):
        self.assert_refused(self.stylize(output="/proc/out.png"), "/proc")

    def test_trace_in_missing_folder(self):
        self.assert_refused(self.stylize("--trace", self.folder / "none" / "trace.json"), "trace.json")


class Options(CliTest):
    def test_numbers(self):
        for option in (["--iterations", "-5"], ["--iterations", "0"], ["--iterations", "many"],
                       ["--iterations", "1.5"], ["--size", "-1"], ["--size", "big"],
                       ["--content-weight", "-1"], ["--style-weight", "x"], ["--style-weight", "nan"],
                       ["--tv-weight", "-0.1"], ["--tv-weight", "inf"], ["--threads", "0"],
                       ["--threads", "-2"], ["--style-scale", "0"], ["--style-scale", "-1"],
                       ["--style-size", "0"], ["--learning-rate", "0"], ["--learning-rate", "-1"],
                       ["--lbfgs-history", "0"], ["--save-every", "0"], ["--seed", "x"],
                       ["--seed", "-1"], ["--style-blend", "1,x"], ["--style-blend", "1,2"],
                       ["--style-blend", "-1"], ["--memory-limit", "-5"]):
            with self.subTest(option=option):
                self.assert_refused(self.stylize(*option))

    def test_words(self):
        for option in (["--optimizer", "sgd"], ["--pooling", "median"], ["--init", "white"],
                       ["--device", "gpu"], ["--device", "cuda"], ["--no-such-option"],
                       ["--init", "image"], ["--network", "random:1"]):
            with self.subTest(option=option):
                self.assert_refused(self.stylize(*option))

    def test_autotune_on_a_device_without_times(self):
        self.assert_refused(self.stylize("--autotune", "--device", "simt"), "--autotune", "simt")

    def test_network(self):
        for network in ("random", "random:", "random:x", "vgg19"):
            with self.subTest(network=network):
                self.assert_refused(impasto("stylize", self.content, self.style, "-o", self.output,
                                            "--network", network), network)

    def test_layers(self):
        self.assert_refused(self.stylize("--style-layers", "relu9_9"), "relu9_9", "relu1_1", "relu2_1")
        self.assert_refused(self.stylize("--content-layers", "relu1_1=x"), "--content-layers")
        self.assert_refused(impasto("inspect", self.content, "--weights", self.weights, "--layers",
                                    "nothing", "-o", self.folder / "f.safetensors"), "nothing")

    def test_kernel_requests(self):
        for request, word in (("conv2d.fwd", "table=kernel"), ("conv3d.fwd=x", "conv3d.fwd"),
                              ("conv2d.fwd=best", "conv2d.fwd.cpu.reference")):
            with self.subTest(request=request):
                self.assert_refused(self.stylize(env=environment(IMPASTO_KERNEL=request)), word)

    def test_kernel_option(self):
        for request, *words in (("conv2d.fwd", "expected OP.DIRECTION=ID", "impasto kernels list"),
                                ("conv3d.fwd=x", "conv3d.fwd", "conv2d.fwd"),
                                ("conv2d.fwd=best", "'best'", "conv2d.fwd.cpu.reference"),
                                ("relu.fwd=relu.fwd.cuda.vector", "does not run on device cpu")):
            with self.subTest(request=request):
                self.assert_refused(self.stylize("--kernel", request), *words)
                self.assert_refused(impasto("inspect", self.content, "--weights", self.weights,
                                            "--layers", "relu1_1", "-o", self.folder / "f.safetensors",
                                            "--kernel", request), *words)

    def test_kernel_that_cannot_serve_a_problem(self):
        kernel = "conv2d.bwd_data.cpu.columns.generic"  # takes few channels only
        result = self.stylize("--kernel", f"conv2d.bwd_data={kernel}", "--quiet")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertRegex(result.stderr.splitlines()[-1], f"kernel {kernel} cannot serve conv2d.*: pays")
        self.assertFalse(self.output.exists())

    def test_kernels_list(self):
        def refused(*options, words):
            self.assert_refused(impasto("kernels", "list", *options), *words)
        relu = ["--op", "relu.fwd", "--problem"]
        refused("--op", "relu.forward", words=["relu.forward", "relu.fwd"])
        refused("--problem", "1 2 3 4", words=["--op"])
        refused("--kernel", "relu.fwd=relu.fwd.cpu.reference", words=["--problem"])
        refused("--device", "gpu", words=["gpu"])
        refused(*relu, "1 8 8", words=["has no c", "n=1 h w c"])
        refused(*relu, "1 8 8 8 f32 9", words=["'9'"])
        refused(*relu, "1 8 8 x", words=["'x'"])
        refused(*relu, "1 8 8 0", words=["c is 0"])
        refused(*relu, "1 8 8 h=3", words=["h is given twice"])
        refused(*relu, "8 8 8 8 relu=1", words=["relu=1"])
        refused(*relu, "99999 99999 99999 99999", words=["too large"])
        refused("--op", "conv2d", "--problem", "1 2 2 3 3 9 9 1 0", words=["larger than the picture"])
        refused("--op", "conv2d", "--problem", "1 2 2 3 3 pad=2 padding=reflect", words=["reflect"])
        refused(*relu, "1 8 8 8", "--kernel", "relu.fwd=relu.fwd.cuda.vector", words=["device cpu"])

    def test_kernels_check(self):
        for options, *words in ((["--filter", "nothing like it"], "nothing like it"),
                                (["--device", "gpu"], "gpu"), (["--order", "sideways"], "sideways"),
                                (["--seed", "-1"],), (["--sample", "0"],)):
            with self.subTest(options=options):
                self.assert_refused(impasto("kernels", "check", *options), *words)

    def test_kernels_bench(self):
        nowhere = self.folder / "no" / "rows.jsonl"
        for options, words in (
                (["--filter", "nope"], ["nope"]), (["--shapes", "none.txt"], ["none.txt"]),
                (["--shapes", self.folder], []), (["--rounds", 0], ["--rounds"]), (["--device", "cuda:99"], []),
                (["--filter", "conv2d", "--shapes", "maps_256.txt"], ["maps_256", "picture", "conv2d.fwd"]),
                (["--filter", "relu", "-o", nowhere, "--shapes", "maps_256.txt"], ["no/rows.jsonl"])):
            with self.subTest(options=options):
                self.assert_refused(impasto("kernels", "bench", *options), *words)

    def test_kernels_bench_shapes(self):
        for line in ("", "# nothing", "odd", "odd 1", "odd x 1 1 1 1", "odd 0 1 7 9 3", "odd 1 1 7 9", "odd 1 1 7 0 3",
                     "odd 1 1 7 -9 3", "odd 1 1 7 x 3", "odd 1 1 7 99999999999 3"):
            with self.subTest(line=line):
                shapes = self.folder / "odd.txt"
                shapes.write_text(line + "\n")
                self.before = self.files()
                self.assert_refused(impasto("kernels", "bench", "--filter", "relu", "--shapes", shapes), "odd")

    def test_kernels_compare(self):
        rows = self.folder / "rows.jsonl"
        for text, words in (("", ["rows.jsonl"]), ("what\n", ["rows.jsonl:1: "]), ("{}\n", ["rows.jsonl:1: "]),
                            ('{"schema": 2, "section": "ops", "kernel": 7}\n', ["rows.jsonl:1: ", "kernel"])):
            rows.write_text(text)
            self.before = self.files()
            self.assert_refused(impasto("kernels", "compare", rows, rows), *words)
        self.assert_refused(impasto("kernels", "compare", rows))
        self.assert_refused(impasto("kernels", "compare", self.folder / "none", rows), "none")

    def test_no_command(self):
        self.assert_refused(impasto(), "--help")
        self.assert_refused(impasto("paint"))
        self.assert_refused(impasto("stylize", self.content), "--help")

    def test_all_weights_zero(self):
        self.assert_refused(self.stylize("--content-weight", 0, "--style-weight", 0))


class Weights(CliTest):
    def refused(self, path, *words):
        self.before = self.files()
        self.assert_refused(self.stylize(weights=path), path.name, *words)

    def edited(self, name, change):
        return tiny_network(self.folder / name, change=change)

    def test_missing(self):
        self.refused(self.folder / "missing.safetensors")

    def test_empty(self):
        (self.folder / "empty.safetensors").touch()
        self.refused(self.folder / "empty.safetensors")

    def test_truncated(self):
        whole = self.weights.read_bytes()
        for share in (0.001, 0.05, 0.5, 0.99):
            path = self.folder / "cut.safetensors"
            path.write_bytes(whole[:int(len(whole) * share)])
            self.refused(path)

    def test_header_length(self):
        for length in (2**63, 2**64 - 1, 10**9):
            path = self.folder / "long.safetensors"
            path.write_bytes(struct.pack("<Q", length) + self.weights.read_bytes()[8:])
            self.refused(path)

    def with_offsets(self, offsets):
        raw = self.weights.read_bytes()
        (length,) = struct.unpack("<Q", raw[:8])
        import json
        header = json.loads(raw[8:8 + length])
        header["conv1_2.bias"]["data_offsets"] = offsets
        text = json.dumps(header).encode()
        path = self.folder / "offsets.safetensors"
        path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length:])
        return path

    def test_overlapping_and_out_of_range(self):
        self.refused(self.with_offsets([0, 32]))
        self.refused(self.with_offsets([10**7, 10**7 + 32]))
        self.refused(self.with_offsets([-32, 0]))
        self.refused(self.with_offsets([32, 0]))

    def test_shapes(self):
        def wrong(tensors):
            shape, values = tensors["conv1_2.weight"]
            tensors["conv1_2.weight"] = ([8, 4, 3, 6], values)
        self.refused(self.edited("shape.safetensors", wrong), "conv1_2.weight")

    def test_missing_layer(self):
        def drop(tensors):
            del tensors["conv1_1.weight"], tensors["conv1_1.bias"]
        self.refused(self.edited("gap.safetensors", drop), "conv1_")

    def test_not_finite(self):
        for value in (float("nan"), float("inf")):
            def poison(tensors):
                tensors["conv1_1.weight"][1][5] = value
            self.refused(self.edited("nan.safetensors", poison), "conv1_1.weight")

    def test_code_in_pth(self):
        for protocol in (0, 2):
            import pickle

            class Evil:
                def __reduce__(self):
                    return (os.system, ("touch " + str(marker),))
            marker = self.folder / "executed"
            path = self.folder / "evil.pth"
            path.write_bytes(pickle.dumps({"conv1_1.weight": Evil()}, protocol))
            self.refused(path)
            self.assertFalse(marker.exists())

    def test_text(self):
        (self.folder / "text.pth").write_text("no weights here\n" * 50)
        self.refused(self.folder / "text.pth")


if __name__ == "__main__":
    unittest.main()
