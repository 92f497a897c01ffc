"""Our fastest kernels beside the fastest of a library that multiplies as exactly, table by table."""

from report.bars import Bar, bar_plot, scale_for, spoken
from report.chapter import chapter, grid, provenance
from report.figure import Figure
from report.markup import data_table, factor
from report.speeds import by, mean, speeds

WORDS = {"warm": "operands in the cache where they fit", "cold": "operands in memory"}


def exactness(item):
    """Of an item's products: the rounding that its name says."""
    return item.label.rpartition(".")[2] if item.rounds else "f32"


def ratios(items):
    """Of each problem that both sides have: the library's fastest kernel, and our time in its."""
    found = []
    for group in by(items, lambda item: (item.problem, exactness(item))).values():
        ours = [item for item in group if not item.library and item.label != "reference"]
        theirs = [item for item in group if item.library]
        if ours and theirs:
            best, other = (min(side, key=lambda item: item.row["median_ms"]) for side in (ours, theirs))
            found.append((best, other, other.row["median_ms"] / best.row["median_ms"]))
    return found


def bars_of(items):
    """A bar each table: how many times as fast we are."""
    bars, lines = [], []
    for table, group in by(items, lambda item: item.table).items():
        found = ratios(group)
        if not found:
            continue
        ratio_of = {best.problem: ratio for best, _, ratio in found}
        value = mean([best for best, _, _ in found], lambda item, of=ratio_of: of[item.problem])
        bars.append(Bar(table, value, factor(value), "direct s1" if value >= 1 else "other s2"))
        lines += [[f"{table}, {best.layer}", best.label, other.label, factor(ratio)]
                  for best, other, ratio in found]
    return bars, lines


def beside(rows):
    figures, lines, used = [], [], []
    for cache, words in WORDS.items():
        items = speeds(rows, cache)
        bars, here = bars_of(items)
        if not bars:
            continue
        figure = Figure(f"{cache} cache", words, f"How many times as fast as the library, {cache}. {spoken(bars)}")
        figures.append(bar_plot(figure, bars, scale_for(bars, "times as fast as the library's fastest kernel")))
        lines += [[cache, *line] for line in here]
        used += [item.row for item in items]
    if not figures:
        return None
    says = ("Our fastest kernel of each table beside the fastest of the library that multiplies as exactly, "
            "geometric mean over its problems; above 1 ours is faster.")
    return chapter("beside", "Beside a library, op by op", says, grid(figures),
                   data_table(["cache", "problem", "ours", "the library's", "as fast"], lines,
                              "Every problem as a table"), provenance(used))
