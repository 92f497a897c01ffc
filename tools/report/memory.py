"""Memory of a painting, beside LibTorch's."""

from report.bars import Bar, bar_plot, scale_for, spoken
from report.chapter import chapter, grid, provenance
from report.figure import Figure
from report.iteration import MIB, name, tone
from report.markup import data_table, square
from report.speeds import by
from tables.whole import best_of_theirs, is_ours


def share(row, theirs):
    return row["peak_resident_bytes"] / theirs["peak_resident_bytes"]


def mib(value):
    return f"{value / MIB:.0f} MiB"


def bar_of(row, theirs):
    note = f"{share(row, theirs):.2f} of it" if is_ours(row) and theirs else ""
    peak = row["peak_resident_bytes"]
    return Bar(name(row), peak / MIB, mib(peak), tone(row), note)


def process_panel(size, group):
    theirs = best_of_theirs(group, "peak_resident_bytes")
    bars = [bar_of(row, theirs) for row in group]
    figure = Figure(f"The process, {square(size)}", "at its peak", f"Peak resident memory. {spoken(bars)}")
    return bar_plot(figure, bars, scale_for(bars, "MiB"))


def inside(row):
    """What our allocator's peak is made of; tensors are all but the network."""
    network = row["network_bytes"]
    return [("weights as they came", row["weight_bytes"]), ("weights, packed", network - row["weight_bytes"]),
            ("all other tensors", row["peak_bytes"] - network)]


def inside_panel(row):
    bars = [Bar(label, size / MIB, mib(size), tone(row)) for label, size in inside(row)]
    figure = Figure(f"{name(row)}, inside", square(row["size"]),
                    f"What our allocator's peak is made of. {spoken(bars)}")
    return bar_plot(figure, bars, scale_for(bars, "MiB"))


def sentence(found):
    pairs = [(row, best_of_theirs(found, "peak_resident_bytes")) for row in found if is_ours(row)]
    shares = [f"{name(row)} {share(row, theirs):.2f}" for row, theirs in pairs if theirs]
    compared = f" Of LibTorch's smallest peak it is: {', '.join(shares)}." if shares else ""
    return f"Memory of a process that paints with Adam.{compared}"


def table(found):
    header = ["engine", "picture", "peak of the process", "of it before the problem", "bytes a pixel"]
    lines = [[name(row), square(row["size"]), mib(row["peak_resident_bytes"]),
              mib(row["resident_before_bytes"]), row.get("activation_bytes_per_pixel", "")] for row in found]
    return data_table(header, lines, "Memory as a table")


def memory(rows):
    found = rows.section("memory")
    if not found:
        return None
    figures = [process_panel(size, group) for size, group in sorted(by(found, lambda row: row["size"]).items())]
    figures += [inside_panel(row) for row in found if "network_bytes" in row]
    return chapter("memory", "Memory", sentence(found), grid(figures), table(found), provenance(found))
