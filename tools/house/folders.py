"""Every folder introduces itself in a README of at most 40 lines."""

import pathlib
import re

MAX_LINES = 40
# The repository's own README speaks to strangers and may be longer.
TOP = pathlib.Path(".")
# Data and the like, introduced by the README of the folder above.
INTRODUCED_ABOVE = {"fixtures", "gallery", "outside"}
# Measurements that tools/update_tables.py writes: nobody has to keep them short.
TABLE = re.compile(r"<!-- table: .*?<!-- end -->\n", re.DOTALL)


def check(tree):
    files = set(tree.files)
    folders = {folder for path in files for folder in path.parents}
    for folder in sorted(folders):
        readme = folder / "README.md"
        if readme not in files:
            if not INTRODUCED_ABOVE & set(folder.parts) and not folder.name.startswith("."):
                yield f"{readme}:1: missing: what lives here, what it may include, where to start"
            continue
        lines = len(TABLE.sub("", tree.read(readme)).splitlines())
        if folder != TOP and lines > MAX_LINES:
            yield f"{readme}:{lines}: {lines} lines, at most {MAX_LINES}"
