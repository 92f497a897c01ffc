#!/usr/bin/env python3
"""Writes tests/fixtures/*.safetensors: what PyTorch computes, in float64, for our tests to agree
with. Needs PyTorch (Debian: python3-torch) and nothing else. Run from the repository root:

    python3 tools/make_fixtures.py [ops] [vgg]

The files are committed; seeds are fixed, so a rerun changes them only when PyTorch's arithmetic
does.
"""
import pathlib
import sys

import torch

from fixtures import ops, vgg

MAKERS = {"ops": ops.write, "vgg": vgg.write}


def main():
    unknown = set(sys.argv[1:]) - set(MAKERS)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MAKERS)}")
    print("python3", *sys.argv)
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or MAKERS:
        MAKERS[name](folder)


if __name__ == "__main__":
    main()
