"""Kernels of conv2d: a ladder of their speeds, and their errors."""

import math

from tables.rows import caption, table, unmeasured

DIRECTIONS = ("conv2d.fwd", "conv2d.bwd_data")


def split(kernel):
    """conv2d.fwd.cpu.direct.avx512 -> conv2d.fwd, direct.avx512."""
    op, direction, _, idea = kernel.split(".", 3)
    return f"{op}.{direction}", idea


def by_idea(rows):
    """Rows of each idea and direction, ideas as they first come: best first, as their tables are."""
    found = {}
    for row in rows:
        direction, idea = split(row["kernel"])
        found.setdefault(idea, {name: [] for name in DIRECTIONS})[direction].append(row)
    return found


def mean_gmacs(rows):
    """Geometric mean over the network's layers, each as often as it is there."""
    times = sum(row["times"] for row in rows)
    return math.exp(sum(row["times"] * math.log(row["gmacs"]) for row in rows) / times)


def speed(rows, peak):
    if not rows:
        return ["", ""]
    gmacs = mean_gmacs(rows)
    return [f"{2 * gmacs:.0f}", f"{gmacs / peak:.2f}"]


def ladder(rows):
    found = rows.section("kernels")
    if not found:
        return unmeasured("kernels")
    peak = max(row["fma_peak_gmacs"] for row in found)
    lines = []
    for idea, directions in by_idea(found).items():
        forward, backward = (directions[name] for name in DIRECTIONS)
        layers = sum(row["times"] for row in forward or backward)
        lines.append([f"`{idea}`", *speed(forward, peak), *speed(backward, peak), f"{layers:.0f}"])
    header = ["kernel", "forward GFLOP/s", "x FMA peak", "backward-data GFLOP/s", "x FMA peak", "layers"]
    return table(header, lines) + caption(found)


def errors(rows):
    found = rows.section("errors")
    if not found:
        return unmeasured("errors")
    channels = sorted({row["channels"] for row in found})
    lines = []
    for idea, directions in by_idea(found).items():
        cells = []
        for count in channels:
            here = [row for each in directions.values() for row in each if row["channels"] == count]
            cells.append(f"{max(row['frobenius'] for row in here):.1e}, "
                         f"{max(row['worst'] for row in here):.1e}" if here else "")
        lines.append([f"`{idea}`", *cells])
    return table(["kernel", *(f"{count} channels" for count in channels)], lines) + caption(found)
