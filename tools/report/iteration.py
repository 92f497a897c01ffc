"""The whole iteration beside LibTorch: bars of its times, and of the memory it takes."""

from report.bars import Bar, bar_plot, scale_for, spoken
from report.chapter import chapter, grid, provenance
from report.figure import Figure
from report.markup import between, data_table, duration, factor, square, tiny
from report.speeds import by
from tables.whole import best_of_theirs, is_ours

# Sections, and what is said of their rows behind the size of the picture.
TIMED = {"iteration": "", "avx2": "AVX2 only", "busy": "one core kept busy", "gpu_iteration": ""}
MIB = 1 << 20


def way(row):
    """How an engine was set."""
    known = (row.get("memory_format"), row.get("run"))
    return " ".join(word for word in known if word) or row.get("variant", "f32")


def name(row):
    return f"Impasto {row.get('variant', 'f32')}" if is_ours(row) else f"LibTorch {way(row)}"


def tone(row):
    if not is_ours(row):
        return "lib s1"
    return "wino s1" if row.get("variant", "f32") == "f32" else "round s1"


def ratio(row, theirs):
    return theirs["median_ms"] / row["median_ms"]


def bar_of(row, theirs):
    note = factor(ratio(row, theirs)) if is_ours(row) and theirs else ""
    return Bar(name(row), row["median_ms"], duration(row["median_ms"]), tone(row), note, row["p10_ms"],
               row["p90_ms"])


def panels(rows):
    """Rows that are compared with each other: of one section, one picture, on a GPU one kind of products."""
    for section, more in TIMED.items():
        found = [row for row in rows.section(section) if "median_ms" in row]
        on_gpu = section == "gpu_iteration"
        groups = by(found, lambda row: (row["size"], row["variant"] if on_gpu else ""))
        for (size, variant), group in sorted(groups.items()):
            group.sort(key=lambda row: (not is_ours(row), row["median_ms"]))
            yield square(size), variant or more, group


def panel(size, more, group):
    theirs = best_of_theirs(group, "median_ms")
    bars = [bar_of(row, theirs) for row in group]
    figure = Figure(size, more, f"Milliseconds of one iteration at {size} {more}. {spoken(bars)}")
    return bar_plot(figure, bars, scale_for(bars, "milliseconds, median; line: p10 to p90"))


def ratios(found):
    """Of all panels, by our variants."""
    pairs = [(row, best_of_theirs(group, "median_ms")) for _, _, group in found for row in group
             if is_ours(row)]
    return by(sorted((row.get("variant", "f32"), ratio(row, theirs)) for row, theirs in pairs if theirs),
              lambda pair: pair[0])


def sentence(found):
    said = [f"{between([value for _, value in pairs], factor)} in {variant}"
            for variant, pairs in ratios(found).items()]
    longer = ("Behind each of our times stands how many times as long the fastest LibTorch of the same panel "
              f"takes: {' and '.join(said)}. ") if said else ""
    return ("One evaluation of the objective: VGG-19 through conv5_1 forward, the losses, and back to the "
            f"picture's gradient. {longer}The engines took turns, on the same weights and pictures.")


def table(found):
    header = ["picture", "engine", "median", "p10", "p90", "samples", "losses differ by", "gradient differs by"]
    lines = [[f"{size} {more}".strip(), name(row), *(duration(row[key]) for key in
             ("median_ms", "p10_ms", "p90_ms")), row.get("samples", ""),
              *(tiny(row[key]) if key in row else "" for key in ("loss_error", "gradient_error"))]
             for size, more, group in found for row in group]
    return data_table(header, lines, "These times as a table")


def iteration(rows):
    found = list(panels(rows))
    if not found:
        return None
    return chapter("iteration", "The whole iteration", sentence(found),
                   grid(panel(*each) for each in found), table(found),
                   provenance([row for _, _, group in found for row in group]))
