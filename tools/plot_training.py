#!/usr/bin/env python3
"""Draws the log of `impasto train encoder` as an SVG: the loss and its layers over the steps.

    tools/plot_training.py log.jsonl -o loss.svg

Thin lines are means of the training steps, dots the validations of the averaged weights. A step that a resumed
run did again counts once. A log that is broken ends it with status 2 and one line that says where.
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True

from report.figure import Log, at_least_a_decade, line, plain, round_ticks, words_at
from report.markup import at, digits, tag, text

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 96, 34, 44  # margins
POINTS = 200  # of a line, at most: each is a mean
COLOURS = ["#24211c", "#1f6aa5", "#2f8f78", "#9a5aa8", "#d9772b", "#8a7a52", "#9a3d1e", "#5b6b7a"]
STYLE = """svg { background: #ffffff; font: 11px system-ui, sans-serif; }
.rule { stroke: #e3ddd0; } .soft { fill: #625c52; } .title { font-size: 14px; font-weight: 600; }"""


class BadLog(Exception):
    pass


def read(path):
    """Steps and validations, in their order: {step: {name: loss}}; layers are sums of their terms."""
    steps, validations = {}, {}
    for number, entry in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(entry)
            if entry.get("skipped"):
                continue  # its loss may be no number
            losses = {layer: sum(terms.values()) for layer, terms in entry["layers"].items()}
            losses = {"total": entry["loss"], **losses}
            (validations if "validation" in entry else steps)[entry["step"]] = losses
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadLog(f"{path}:{number}: no entry of a training log") from None
    if not steps:
        raise BadLog(f"{path}: no steps in it")
    return dict(sorted(steps.items())), dict(sorted(validations.items()))


def means(steps, name):
    """At most POINTS points (step, mean loss of the steps up to it since the last)."""
    items = [(step, losses[name]) for step, losses in steps.items() if losses[name] > 0]
    size = -(-len(items) // POINTS)
    groups = [items[begin:begin + size] for begin in range(0, len(items), size or 1)]
    return [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups]


def draw(steps, validations):
    names = list(next(iter(steps.values())))
    lines = {name: means(steps, name) for name in names}
    values = [value for points in lines.values() for _, value in points]
    values += [losses[name] for losses in validations.values() for name in names if losses[name] > 0]
    if not values:
        raise BadLog("no loss in it is positive")
    low, high = at_least_a_decade(min(values), max(values))
    y = Log(low, high, HEIGHT - BOTTOM, TOP)
    last = max([*steps, *validations])
    x = lambda step: LEFT + (WIDTH - LEFT - RIGHT) * step / max(last, 1)
    drawn = [tag("style", STYLE), words_at(LEFT, 18, "Training loss", "title")]
    for power in y.powers():
        drawn += [line(LEFT, y(10.0 ** power), WIDTH - RIGHT, y(10.0 ** power), "rule"),
                  words_at(LEFT - 6, y(10.0 ** power) + 4, plain(10.0 ** power), "soft", "end")]
    for step in round_ticks(max(last, 1)):
        drawn.append(words_at(x(step), HEIGHT - BOTTOM + 16, plain(step), "soft", "middle"))
    drawn.append(words_at((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "steps", "soft", "middle"))
    for number, name in enumerate(names):
        drawn += curve(name, COLOURS[number % len(COLOURS)], lines[name], validations, (x, y))
        drawn.append(words_at(WIDTH - RIGHT + 10, TOP + 14 * number + 4, name, None,
                              fill=COLOURS[number % len(COLOURS)]))
    says = f"Loss over {last} steps; the last mean of the total is {digits(lines['total'][-1][1])}."
    return tag("svg", tag("title", "Training loss"), tag("desc", text(says)), *drawn,
               xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
               width=WIDTH, height=HEIGHT) + "\n"


def curve(name, colour, points, validations, scales):
    x, y = scales
    path = " ".join(f"{'L' if number else 'M'}{at(x(step))} {at(y(value))}"
                    for number, (step, value) in enumerate(points))
    dots = [tag("circle", cx=at(x(step)), cy=at(y(losses[name])), r=2.5, fill=colour)
            for step, losses in validations.items() if losses[name] > 0]
    return [tag("path", d=path, fill="none", stroke=colour), *dots]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("log", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    try:
        options.output.write_text(draw(*read(options.log)), encoding="utf-8")
    except (BadLog, OSError, UnicodeDecodeError) as error:
        print(f"plot_training: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
