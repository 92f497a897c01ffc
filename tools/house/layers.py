"""Includes run downwards, and are written from the repository root.

    tensor <- ops <- nn <- optim <- style          tensor <- weights <- style
    tests, bench and tools see everything; nothing sees them
"""

import re

MAY_INCLUDE = {
    "tensor": set(),
    "ops": {"tensor"},
    "nn": {"tensor", "ops"},
    "optim": {"tensor", "ops", "nn"},
    "weights": {"tensor"},
    "style": {"tensor", "ops", "nn", "optim", "weights"},
}
SEE_EVERYTHING = {"tests", "bench", "tools"}
LAYERS = set(MAY_INCLUDE) | SEE_EVERYTHING

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Machine-learning frameworks are compared with, in one place, and used nowhere.
FRAMEWORK = re.compile(r"^(torch|ATen|c10|caffe2|tensorflow|onnxruntime|dlib|opencv2)/")
COMPARISON = "bench/libtorch/"

# Compiled on its own against the installed headers, as somebody else's project would be.
OUTSIDE = "tests/package/outside/"


def breach_of(tree, path, quote, target):
    layer = path.parts[0]
    if FRAMEWORK.match(target) and not path.as_posix().startswith(COMPARISON):
        return f"includes {target}, a framework that only {COMPARISON} may name"
    target_layer = target.split("/")[0]
    if quote == "<":
        return f"write \"{target}\": it is ours" if (tree.root / target).is_file() else None
    if path.as_posix().startswith(OUTSIDE):
        return None
    if not (tree.root / target).is_file():
        return f"includes \"{target}\", which is no path from the repository root"
    if layer in SEE_EVERYTHING or target_layer == layer:
        return None
    if target_layer not in MAY_INCLUDE.get(layer, set()):
        return f"{layer} may not include {target_layer} (\"{target}\")"
    return None


def check(tree):
    for path in tree.cpp():
        if path.parts[0] not in LAYERS:
            yield f"{path}:1: source outside the layers"
        for number, line in tree.lines(path):
            match = INCLUDE.match(line)
            breach = match and breach_of(tree, path, *match.groups())
            if breach:
                yield f"{path}:{number}: {breach}"
