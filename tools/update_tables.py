#!/usr/bin/env python3
"""Writes the tables of measurements in READMEs from bench/results, between their markers:

    <!-- table: NAME MACHINE -->
    <!-- end -->

    tools/update_tables.py [--check] [--root DIR]

NAME is iteration, memory, kernels or errors, MACHINE a folder of bench/results; or features or paintings,
of encoder. A table is made from the newest file there that has rows for it; of rows for the same thing the
last one counts. --check writes nothing, and exits 1 when a table is not what the results say; a broken row
is exit 2.
"""

import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True

from tables import encoder, kernels, whole
from tables.rows import BadRow, Rows

TABLES = {"features": encoder.features, "paintings": encoder.paintings}
TABLES |= {name: lambda folder, make=make: make(Rows(folder)) for name, make in {
    "iteration": whole.iteration, "memory": whole.memory, "kernels": kernels.ladder, "errors": kernels.errors}.items()}
MARKED = re.compile(r"(<!-- table: (\S+) (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(text, results):
    """Text with its tables as they should be."""
    def table(match):
        begin, name, machine, end = match.groups()
        if name not in TABLES:
            raise SystemExit(f"no table is named {name}; there are {', '.join(TABLES)}")
        return begin + "\n".join(TABLES[name](results / machine)) + "\n" + end
    return MARKED.sub(table, text)


def readmes(root):
    for path in sorted(root.rglob("*.md")):
        parts = path.relative_to(root).parts
        if not any(part.startswith((".", "build")) for part in parts):
            yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parents[1])
    options = parser.parse_args()
    stale = 0
    for path in readmes(options.root.resolve()):
        text = path.read_text(encoding="utf-8")
        try:
            wanted = fill(text, options.root / "bench" / "results")
        except BadRow as error:
            print(f"update_tables: {error}", file=sys.stderr)
            return 2
        if wanted == text:
            continue
        stale += 1
        if options.check:
            print(f"{path}: its tables are not what bench/results says; run tools/update_tables.py")
        else:
            path.write_text(wanted, encoding="utf-8")
            print(f"{path}: written")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
