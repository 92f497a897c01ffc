"""The ladder of each op: its kernels from the slowest to the fastest, and what each rung gains.

A rung is fair only on the same work, so layers that the same kernels run on make a ladder. A kernel that is
alone on its layers is in the table below and has no plot: it gains over nobody."""

from report.bars import Bar, bar_plot, scale_for, spoken
from report.chapter import chapter, grid, missing, provenance
from report.figure import Figure
from report.markup import data_table, digits, factor
from report.speeds import OPS, by, mean, measure, speeds, tone

ON_GPU = " on a machine with a GPU"
# Where an op's tables have another name than its folder.
TABLES = {"normalize": "instance_norm"}


def ladders(items):
    """Of one table: kernels, each with its items, on the layers that have just these kernels."""
    layers = by(items, lambda item: item.problem)
    same = by(layers.values(), lambda group: tuple(sorted(item.label for item in group)))
    for groups in same.values():
        here = [item for group in groups for item in group]
        yield [group[0].layer for group in groups], by(here, lambda item: item.label)


def span(layers):
    if len(layers) == 1:
        return f"on {layers[0]}"
    return f"on {layers[0]} to {layers[-1]}" if layers == sorted(layers) else f"on {len(layers)} shapes"


def rungs(kernels):
    """Slowest first: a bar each, with what it gains over the one before."""
    unit, read = measure([item for items in kernels.values() for item in items])
    order = sorted((mean(items, read), label) for label, items in kernels.items())
    bars, before = [], None
    for value, label in order:
        gain = factor(value / before) if before else ""
        bars.append(Bar(label, value, digits(value), tone(kernels[label][0]), gain))
        before = value
    return unit, bars


def panel(table, layers, unit, bars):
    figure = Figure(table, f"{span(layers)}, {factor(bars[-1].value / bars[0].value)} in all",
                    f"{unit}, geometric mean {span(layers)}, slowest kernel first, each with its gain over "
                    f"the one before. {spoken(bars)}")
    return bar_plot(figure, bars, scale_for(bars, unit))


def most(found):
    """The highest ladder, in words."""
    best = max(found, key=lambda each: each[1])
    if best[1] == 1:
        return ""
    return f"The longest is that of {best[0]}: the fastest kernel is {factor(best[1])} as fast as the slowest."


def unmeasured(items):
    """Ops that are measured and have no rows here."""
    known = {item.table.partition(".")[0] for item in items}
    ops = (path.stem for path in sorted(OPS.glob("*.cpp")) if path.stem != "all")
    return [op for op in ops if TABLES.get(op, op) not in known]


def table_lines(table, layers, unit, bars):
    return [[f"{table} {span(layers)}", bar.label, f"{bar.words} {unit}", bar.note] for bar in bars]


def ladder(rows):
    items = speeds(rows)
    if not items:
        return None
    figures, heights, lines = [], [], []
    for table, group in by(items, lambda item: item.table).items():
        for layers, kernels in sorted(ladders(group), key=lambda each: -len(each[0])):
            unit, bars = rungs(kernels)
            if len(bars) > 1:
                figures.append(panel(table, layers, unit, bars))
            lines += table_lines(table, layers, unit, bars)
            heights.append((table, bars[-1].value / bars[0].value))
    says = ("Kernels from the slowest to the fastest; behind each speed what it gains over the rung before. "
            "Speeds are geometric means over the layers named, the same for every rung. ")
    others = unmeasured(items)
    command, where = ("tools/gpu_check.sh", ON_GPU) if rows.section("gpu_ops") else \
        ("bench/measure.py MACHINE --sections ops", "")
    more = [missing(f"the ladders of {', '.join(others)}", command, where)] if others else []
    return chapter("ladder", "The ladder of each op", says + most(heights), grid(figures),
                   data_table(["ladder", "kernel", "speed", "gain"], lines, "The rungs as a table"), *more,
                   provenance([item.row for item in items]))
