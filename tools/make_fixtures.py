#!/usr/bin/env python3
"""Writes tests/fixtures: what PyTorch computes, in float64, for our tests to agree with, and weights
as other programs save them. Needs PyTorch and h5py (Debian: python3-torch, python3-h5py). Run from
the repository root:

    python3 tools/make_fixtures.py [ops] [optim] [vgg] [foreign] [train]

The files are committed; seeds are fixed, so a rerun changes them only when PyTorch's arithmetic
does (and weights/legacy*.pth, where PyTorch names storages by their addresses).
"""
import pathlib
import sys

import torch

from fixtures import foreign, ops, optim, safetensors, train, vgg

MAKERS = {"ops": ops.write, "optim": optim.write, "vgg": vgg.write, "foreign": foreign.write,
          "train": train.write}


def main():
    unknown = set(sys.argv[1:]) - set(MAKERS)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MAKERS)}")
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or MAKERS:
        safetensors.command = f"python3 tools/make_fixtures.py {name}"
        print(safetensors.command)
        MAKERS[name](folder)


if __name__ == "__main__":
    main()
