"""Small manners: nothing vendored, nothing left over, no path of one machine, a quiet library."""

import re

from house import cpp

MAX_BYTES = 1 << 20  # of any one file: pictures and fixtures are small, weights live elsewhere
MAX_BUILTIN_BYTES = 2_500_000  # but for the network that is built in

VENDOR_FOLDERS = {"third_party", "thirdparty", "3rdparty", "vendor", "external", "extern", "deps"}
VENDOR_FILES = re.compile(
    r"^(stb_\w+\.h|doctest\.h|catch\w*\.hpp|CLI11\.hpp|json\.hpp|miniz\.\w+|lodepng\.\w+|"
    r".*\.(a|o|so|dll|whl|jar))$")
# Weights and archives come from somebody, but for fixtures and a network of ours to ship.
OURS = {("tests", "fixtures"), ("weights", "builtin")}
ARCHIVES = {".zip", ".tar", ".gz", ".xz", ".pth", ".pt", ".h5", ".safetensors"}
# Somebody else's header comment. LICENSE is the one place for ours.
NOTICE = re.compile(r"SPDX-License-Identifier|Copyright|All rights reserved", re.IGNORECASE)

ABSOLUTE = re.compile(r"""(?<![\w.~/}])/(home|root|work|Users|mnt|media)/|\b[A-Z]:\\\\""")
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

LIBRARY = {"tensor", "ops", "nn", "optim", "weights", "style"}
LOUD = re.compile(r"\bstd::(cout|cerr|clog|puts|printf|exit|abort|terminate|quick_exit)\b|"
                  r"\b(?<!\.)(?<!::)(fprintf|printf|puts|perror|exit|abort)\s*\(|\bfmt::print\b")


def check_vendored(path):
    if VENDOR_FOLDERS & set(path.parts) or VENDOR_FILES.match(path.name):
        yield f"{path}:1: looks like somebody else's work; dependencies come from packages"
    if path.suffix in ARCHIVES and path.parts[:2] not in OURS:
        yield f"{path}:1: archives and weights stay out of the repository"


def check_lines(path, text):
    for number, line in enumerate(text.splitlines(), start=1):
        if NOTICE.search(line) and path.name != "LICENSE":
            yield f"{path}:{number}: a copyright notice outside LICENSE"
        if ABSOLUTE.search(line):
            yield f"{path}:{number}: a path of one machine"
        if LEFT_OVER.search(line):
            yield f"{path}:{number}: unfinished: do it or file it"
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end"
        if "\t" in line:
            yield f"{path}:{number}: a tab"
    if text and not text.endswith("\n"):
        yield f"{path}:1: no newline at the end of the file"


def check_cpp(path, text):
    if path.suffix in {".h", ".cuh"} and "#pragma once" not in text:
        yield f"{path}:1: no #pragma once"
    if path.parts[0] not in LIBRARY:
        return
    for number, line in enumerate(cpp.bare(text).splitlines(), start=1):
        match = LOUD.search(line)
        if match:
            yield f"{path}:{number}: library code neither prints nor exits ({match.group(0)})"


def check(tree):
    text_files, cpp_files = set(tree.text()), set(tree.cpp())
    for path in tree.files:
        size = (tree.root / path).stat().st_size
        most = MAX_BUILTIN_BYTES if path.parts[:2] == ("weights", "builtin") else MAX_BYTES
        if size > most:
            yield f"{path}:1: {size} bytes, at most {most}"
        text = tree.read(path) if path in text_files else ""
        yield from check_vendored(path)
        # The rules and their tests must name what they look for.
        if "house" not in path.parts:
            yield from check_lines(path, text)
        if path in cpp_files:
            yield from check_cpp(path, text)
