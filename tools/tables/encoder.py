"""The network that is built in, beside others: results of tools/compare_encoders.py."""

import json

from tables.rows import BadRow, table

NAMES = {"judge": "VGG-19 through conv3_4, the judge", "built-in": "**built in**", "compact": "the compact teacher",
         "random": "random weights"}


def newest(folder):
    path = max(folder.glob("*.json"), default=None)
    if path is None:
        raise BadRow(f"{folder}: no results")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadRow(f"{path}: {error}") from None


def features(folder):
    """Relative error of the judge's features through the best linear map, and Spearman's correlation."""
    results = newest(folder)["features"]
    layers = list(next(iter(results.values()))["layers"])
    header = ["network", *layers, *(f"Gram, {layer}" for layer in layers)]
    lines = [[NAMES[name], *(f"{one['layers'][layer]['relative_error']:.3f}" for layer in layers),
              *(f"{one['layers'][layer]['spearman']:.3f}" for layer in layers)] for name, one in results.items()]
    return table(header, lines)


def paintings(folder):
    """The judge's style loss of what networks paint, and how far that is from random weights to the judge."""
    results = newest(folder)["paintings"]["networks"]
    lines = [[NAMES[name], f"{one['share']:.4f}", f"{one['reached']:.2f}"] for name, one in results.items()]
    return table(["painted with", "style loss, of the start's", "of the way from random to judge"], lines)
