"""tools/compare_encoders.py: the judge judges itself best, and numbers add up."""

import json
import subprocess
import sys
import unittest

from cli import IMPASTO, CliTest, environment, noise, png, tiny_network
from train_test import TOOLS

LAYERS = [("conv1_1", 8), ("conv2_1", 10), ("conv3_1", 12)]


class Compare(CliTest):
    def compare(self, *options):
        command = [sys.executable, "-B", TOOLS / "compare_encoders.py", "--impasto", IMPASTO, *map(str, options)]
        return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)

    def test_features_and_paintings(self):
        photos = self.folder / "photos"
        photos.mkdir()
        for number in range(12):
            values = noise(3 * 40 * 36, number + 1)
            png(photos / f"{number}.png", 40, 36,
                lambda x, y: [int(127 + 100 * v) for v in values[3 * (y * 40 + x):][:3]])
        judge = tiny_network(self.folder / "judge.safetensors", LAYERS)
        other = tiny_network(self.folder / "other.safetensors", [(name, 3) for name, _ in LAYERS])
        output = self.folder / "results.json"
        done = self.compare("--judge", judge, "--network", f"twin={judge}", "--network", f"random={other}", "--photos",
                            photos, "--contents", self.content, "--styles", self.style, "--size", 32, "--iterations",
                            8, "-o", output)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(output.read_text())
        self.assertEqual(set(results["features"]), {"built-in", "twin", "random"})
        self.assertLess(results["features"]["twin"]["layers"]["relu3_1"]["relative_error"], 1e-2)
        self.assertGreater(results["features"]["random"]["layers"]["relu3_1"]["relative_error"], 0.1)
        shares = results["paintings"]["rows"][0]["shares"]
        self.assertEqual(shares["judge"], shares["twin"])
        self.assertLess(shares["judge"], 0.9)
        reached = {name: one["reached"] for name, one in results["paintings"]["networks"].items()}
        self.assertEqual((reached["judge"], reached["random"]), (1, 0))
        whole = shares["random"] - shares["judge"]
        self.assertAlmostEqual(reached["built-in"], (shares["random"] - shares["built-in"]) / whole)

    def test_what_fails_says_why(self):
        done = self.compare("--judge", self.folder / "none", "--contents", self.content, "--styles", self.style)
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no", done.stderr)


if __name__ == "__main__":
    unittest.main()
