#!/usr/bin/env python3
"""Makes one HTML file of the measurements in bench/results: plots for any browser, with no network.

    tools/report.py [RESULTS_FOLDER...] -o report.html

A folder is one machine's, or one that has machines in it; bench/results when none is given. Of rows for
the same thing the newest counts, as in the tables of READMEs. The same rows make the same bytes. Rows that
are broken end it with status 2 and one line that says which.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

from report.check import check_row
from report.page import kind_of, page
from tables.rows import BadRow, Rows

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "bench" / "results"


def machine_folders(folder):
    """Those below it that have rows."""
    if not folder.is_dir():
        raise BadRow(f"{folder}: no such folder")
    found = sorted({path.parent for path in folder.rglob("*.jsonl")})
    if not found:
        raise BadRow(f"{folder}: no rows of measurements in it")
    return found


def introduction(folder):
    """The first sentence of its README."""
    readme = folder / "README.md"
    if not readme.is_file():
        return ""
    paragraphs = readme.read_text(encoding="utf-8").split("\n\n")
    words = " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else ""
    return words.split(". ")[0].rstrip(".") + "." if words else ""


def read(folders):
    """By the name of each machine its rows, and what it is."""
    machines = {}
    for path in [one for folder in folders for one in machine_folders(folder)]:
        rows = Rows(path, check_row)
        if kind_of(rows):
            machines[path.resolve().name] = rows, introduction(path)
    if not machines:
        raise BadRow(f"{', '.join(map(str, folders))}: no rows that the report knows")
    return machines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", metavar="RESULTS_FOLDER", nargs="*", type=pathlib.Path, default=[RESULTS])
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    try:
        html = page(read(options.folders))
        options.output.write_text(html, encoding="utf-8")
    except (BadRow, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {len(html.encode()) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
