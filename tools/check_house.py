#!/usr/bin/env python3
"""Checks the rules of the house that a compiler does not know.

    tools/check_house.py [RULE...] [--root DIR]     all rules, or the named ones

Prints one line for each breach, PATH:LINE: what is wrong, and exits 1 when there is any.
"""

import argparse
import pathlib
import sys

from house import folders, hygiene, layers, sizes, sources
from house.tree import Tree

RULES = {
    "layers": layers.check,
    "sizes": sizes.check,
    "sources": sources.check,
    "folders": folders.check,
    "hygiene": hygiene.check,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rules", nargs="*", metavar="RULE", help=", ".join(RULES))
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parents[1])
    options = parser.parse_args()
    unknown = set(options.rules) - set(RULES)
    if unknown:
        parser.error(f"unknown rule {', '.join(sorted(unknown))}; there are {', '.join(RULES)}")

    tree = Tree(options.root)
    names = options.rules or RULES
    breaches = [breach for name in names for breach in RULES[name](tree)]
    for breach in breaches:
        print(breach)
    print(f"{len(tree.files)} files, {len(breaches)} breaches of: {', '.join(names)}")
    return 1 if breaches or not tree.files else 0


if __name__ == "__main__":
    sys.exit(main())
