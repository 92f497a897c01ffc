"""Every kernel of conv2d on every layer of the network, ours and the libraries'."""

from report.bars import Bar, bar_plot, scale_for, spoken
from report.chapter import chapter, grid, provenance
from report.figure import Figure
from report.markup import data_table, digits, duration, tag, text
from report.speeds import by, shape_of, speeds, tone

NAMES = {"conv2d.fwd": "Forward", "conv2d.bwd_data": "Backward to the data",
         "conv2d.bwd_filter": "Backward to the filter"}


def convolutions(rows):
    """Those of each direction, by its name."""
    found = by((one for one in speeds(rows) if one.table.startswith("conv2d.")), lambda one: one.table)
    return {NAMES.get(table, table): items for table, items in found.items()}


def bar_of(item):
    return Bar(item.label, item.gflops, digits(item.gflops), tone(item))


def panel(direction, layer, items, scale):
    shape = shape_of(items[0].problem)
    bars = [bar_of(item) for item in items]
    figure = Figure(layer, shape.words() if shape else items[0].problem,
                    f"{direction}, GFLOP/s of each kernel on {layer}. {spoken(bars)}")
    return bar_plot(figure, bars, scale)


def panels(direction, items):
    scale = scale_for([bar_of(item) for item in items], "GFLOP/s, counted as direct convolution")
    layers = by(items, lambda item: item.layer)
    order = sorted(layers)
    return tag("h4", text(direction)) + grid(
        panel(direction, layer, sorted(layers[layer], key=lambda item: -item.gflops), scale) for layer in order)


def fastest(direction, items):
    """How many layers each kernel wins, in words."""
    best = [max(group, key=lambda item: item.gflops) for group in by(items, lambda item: item.layer).values()]
    wins = by(best, lambda item: item.label)
    count = sorted(wins.items(), key=lambda pair: -len(pair[1]))
    return f"{direction}, the fastest is " + ", ".join(f"{label} on {len(won)}" for label, won in count) + \
        f" of {len(best)} layers."


def table(found):
    lines = [[f"{direction}, {item.layer}", item.label, digits(item.gflops), duration(item.row["median_ms"]),
              duration(item.row["p10_ms"]), duration(item.row["p90_ms"])]
             for direction, items in found.items() for item in items]
    return data_table(["layer", "kernel", "GFLOP/s", "median", "p10", "p90"], lines,
                      "Every kernel and layer as a table")


def layers(rows):
    found = {direction: items for direction, items in convolutions(rows).items()
             if all(item.gflops > 0 for item in items)}
    if not found:
        return None
    says = ("Each kernel on each convolution of VGG-19, all bars of a direction on one scale. "
            + " ".join(fastest(*each) for each in found.items()))
    rows = [item.row for items in found.values() for item in items]
    return chapter("layers", "Kernels, layer by layer", says, *(panels(*each) for each in found.items()),
                   table(found), provenance(rows))
