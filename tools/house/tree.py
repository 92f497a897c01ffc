"""The files of the repository, as every rule sees them."""

import functools
import os
import pathlib

# What .gitignore names, and what editors leave behind: never part of the house.
IGNORED = {"out", "__pycache__"}

CPP_SUFFIXES = {".h", ".cuh", ".cpp", ".cu"}
TEXT_SUFFIXES = CPP_SUFFIXES | {".py", ".sh", ".cmake", ".in", ".md", ".txt", ".json", ".jsonl", ".css"}
TEXT_NAMES = {".ci/run", ".clang-format", ".gitignore", "LICENSE"}


def ignored(name):
    hidden = name.startswith(".") and name != ".ci"
    return hidden or name in IGNORED or name.startswith("build")


class Tree:
    """Paths are relative to the root and sorted."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not ignored(name)]
            here = pathlib.Path(folder).relative_to(self.root)
            found += [here / name for name in names if not name.endswith((".tmp", ".pyc"))]
        self.files = sorted(path for path in found if path != pathlib.Path(".git"))

    def cpp(self):
        return [path for path in self.files if path.suffix in CPP_SUFFIXES]

    def text(self):
        return [path for path in self.files
                if path.suffix in TEXT_SUFFIXES or path.as_posix() in TEXT_NAMES]

    @functools.lru_cache(maxsize=None)
    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def lines(self, path):
        """Numbered from 1."""
        return enumerate(self.read(path).splitlines(), start=1)
