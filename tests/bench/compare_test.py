#!/usr/bin/env python3
"""How two sides that took turns are compared."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from libtorch.compare import ratio


class RatioTest(unittest.TestCase):
    def test_moods_that_both_sides_met_cancel(self):
        ours = [[20, 21, 90], [40, 40, 41], [41, 40, 40], [20, 20, 20], [20, 20, 20]]
        theirs = [[100, 100, 100], [200, 210, 200], [200, 200, 200], [105, 101, 102], [99, 200, 201]]
        self.assertAlmostEqual(ratio(theirs, ours), 5.0)  # medians of all say 9.5


if __name__ == "__main__":
    unittest.main()
