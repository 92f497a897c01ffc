"""`impasto train`: learns, saves, goes on, refuses what cannot be."""

import json
import signal
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

from cli import IMPASTO, CliTest, environment, impasto, noise, png, tiny_network

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def metadata(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8:8 + length])["__metadata__"]


class Train(CliTest):
    def setUp(self):
        super().setUp()
        self.photos = self.folder / "photos"
        self.photos.mkdir()
        for number in range(5):
            values = noise(3 * 40 * 36, number + 1)
            png(self.photos / f"{number}.png", 40, 36,
                lambda x, y: [int(127 + 100 * v) for v in values[3 * (y * 40 + x):][:3]])
        self.encoder = self.folder / "encoder.safetensors"
        self.checkpoint = self.folder / "encoder.checkpoint.safetensors"
        self.log = self.folder / "log.jsonl"
        self.before = self.files()

    def arguments(self, *options, photos=None):
        return ["train", "encoder", "--photos", photos or self.photos, "--teacher", self.weights,
                "--layers", "relu1_1,relu2_1", "--channels", "4,5", "--convs", "1,1", "--batch", 3,
                "--crop", 20, "--warmup", 2, "-o", self.encoder, *options]

    def train(self, *options, **keywords):
        return impasto(*self.arguments(*options, **keywords))

    def test_trains_an_encoder_that_other_commands_use(self):
        numbers = self.folder / "learned.json"
        result = self.train("--steps", 6, "--log", self.log, "--json", numbers)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("4 photographs and 0 paintings to train on, 1 and 0 held out", result.stderr)
        self.assertIn("teaches relu1_1, relu2_1", result.stderr)
        self.assertIn("relu2_1", result.stdout)
        self.assertEqual(set(json.loads(numbers.read_text())["layers"]), {"relu1_1", "relu2_1"})
        self.assertEqual(metadata(self.encoder)["train.steps"], "6")
        self.assertEqual(metadata(self.encoder)["train.channels"], "4,5")
        self.assertEqual(self.stylize(weights=self.encoder).returncode, 0)
        info = impasto("weights", "info", self.encoder)
        self.assertEqual(info.returncode, 0, info.stderr)

    def test_log_has_a_line_a_step_and_its_plot_is_svg(self):
        self.assertEqual(self.train("--steps", 4, "--log", self.log, "--validate-every", 2).returncode, 0)
        entries = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.assertEqual([e["step"] for e in entries], [0, 1, 2, 2, 3, 4])
        self.assertEqual([e["step"] for e in entries if "validation" in e], [2, 4])
        self.assertEqual(set(entries[0]["layers"]["relu1_1"]), {"features", "gram", "geometry"})
        picture = self.folder / "loss.svg"
        plot = [sys.executable, "-B", TOOLS / "plot_training.py", self.log, "-o", picture]
        subprocess.run(plot, check=True)
        self.assertTrue(picture.read_text().startswith("<svg"))
        self.assertIn("relu2_1", picture.read_text())
        self.log.write_text("no json\n")
        self.assertEqual(subprocess.run(plot, capture_output=True).returncode, 2)

    def test_same_command_same_bits(self):
        results = set()
        for _ in range(2):
            self.assertEqual(self.train("--steps", 3).returncode, 0)
            results.add(self.encoder.read_bytes())
        self.assertEqual(self.train("--steps", 3, "--seed", 5).returncode, 0)
        self.assertEqual(len(results), 1)
        self.assertNotIn(self.encoder.read_bytes(), results)

    def test_interrupted_and_resumed_gives_the_bits_of_one_run(self):
        steps = ["--steps", 400, "--log", self.log]
        self.assertEqual(self.train(*steps).returncode, 0)
        whole = self.encoder.read_bytes()
        self.encoder.unlink()
        self.log.unlink()
        run = subprocess.Popen([IMPASTO, *map(str, self.arguments(*steps))], env=environment(),
                               stderr=subprocess.PIPE, text=True)
        while not self.log.exists() or self.log.stat().st_size == 0:
            time.sleep(0.005)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130, said)
        self.assertIn(f"--resume {self.checkpoint}", said)
        self.assertFalse(self.encoder.exists())
        done = len(self.log.read_text().splitlines())
        self.assertLess(done, 400)
        resumed = self.train("--resume", self.checkpoint, "--log", self.log)
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertEqual(self.encoder.read_bytes(), whole)
        self.assertGreater(len(self.log.read_text().splitlines()), done)

    def test_resuming_with_other_settings_is_refused(self):
        self.assertEqual(self.train("--steps", 3).returncode, 0)
        self.before = self.files()
        for option, name in ((["--batch", 2], "train.batch was 3 and is 2"),
                             (["--lr", 0.5], "train.learning_rate"), (["--steps", 9], "train.steps"),
                             (["--seed", 9], "train.seed was 0 and is 9")):
            with self.subTest(option=option):
                result = self.train("--resume", self.checkpoint, *option)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(name, result.stderr)
        self.assertEqual(self.files(), self.before)

    def test_minutes_becomes_steps_that_are_told(self):
        result = self.train("--minutes", 0.01, "--warmup", 20)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"--steps {metadata(self.encoder)['train.steps']} repeats this run", result.stderr)
        self.assert_says(self.train("--minutes", 1), 2, "--minutes needs a --warmup")

    def assert_says(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_broken_pictures_are_named_and_skipped(self):
        (self.photos / "broken.jpg").write_bytes(b"nothing")
        self.assert_says(self.train("--steps", 1), 0, "skipped: ", "broken.jpg")

    def test_bad_input_is_refused(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.assert_says(self.train("--steps", 1, photos=empty), 2, "no picture to train on", "empty")
        self.assert_says(self.train("--steps", 1, photos=self.folder / "none"), 2, "cannot read the folder")
        self.assert_says(self.train(), 2, "--steps or --minutes")
        self.assert_says(self.train("--steps", 1, "--layers", "relu5_1"), 2, "relu5_1")
        self.assert_says(self.train("--steps", 1, "--convs", "2"), 2, "--channels", "--convs")
        self.assert_says(self.train("--steps", 1, "--layer-weights", "1,2,3"), 2, "3 weights for 2 layers")
        self.assert_says(self.train("--steps", 1, "-o", self.weights), 2, "is also an input")
        self.assert_says(self.train("--steps", 1, "-o", self.folder / "none" / "x.safetensors"), 2, "none")
        self.assert_says(self.train("--steps", 1, "--resume", self.content), 2, "content.png")
        self.assert_says(self.train("--steps", 1, "--resume", self.weights), 2, "is no checkpoint")
        self.assertFalse(self.encoder.exists())

    def test_a_loss_that_explodes_ends_the_run_and_leaves_the_checkpoint(self):
        good = self.folder / "good.safetensors"
        self.assertEqual(self.train("--steps", 3, "--checkpoint", good).returncode, 0)
        saved = good.read_bytes()
        result = self.train("--steps", 99, "--lr", 1e30, "--warmup", 0, "--checkpoint", good)
        self.assert_says(result, 2, "left out", "5 steps in a row")
        self.assertEqual(good.read_bytes(), saved)

    def test_evaluate(self):
        options = ["train", "evaluate", "--photos", self.photos, "--teacher", self.weights,
                   "--layers", "relu1_1,relu2_1", "--all", "--json", "-"]
        itself = json.loads(impasto(*options, "--weights", self.weights).stdout)
        self.assertEqual(itself["pictures"], 5)
        other = tiny_network(self.folder / "other.safetensors", (("conv1_1", 4), ("conv2_1", 3)))
        another = json.loads(impasto(*options, "--weights", other).stdout)
        for layer in ("relu1_1", "relu2_1"):
            self.assertLess(itself["layers"][layer]["relative_error"], 2e-3)
            self.assertGreater(itself["layers"][layer]["spearman"], 0.999)
            self.assertGreater(another["layers"][layer]["relative_error"], 0.05)


if __name__ == "__main__":
    unittest.main()
