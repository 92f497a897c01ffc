"""What nvcc says of the GPU kernels: registers and shared memory, by op and kernel by kernel."""

import re

from report.bars import Bar, bar_plot, scale_for, spoken
from report.chapter import chapter, grid
from report.figure import Figure
from report.markup import data_table
from report.speeds import by

KIB = 1 << 10
NAMESPACE = re.compile(r"\b\w+_kernels::cuda::")


def op_of(row):
    return row["source"].split("/")[-2] if "/" in row["source"] else row["source"]


def short(kernel):
    """Without the namespaces that every one has."""
    return NAMESPACE.sub("", kernel)


def amount(kib):
    return f"{kib:.1f} KiB" if kib >= 1 else f"{kib * KIB:.0f} B"


def panel(ops, what, title, unit):
    """The most that any kernel of each op takes."""
    size = KIB if unit == "KiB" else 1
    most = sorted(((max(row[what] for row in rows) / size, op) for op, rows in ops.items()), reverse=True)
    write = amount if unit == "KiB" else "{:.0f}".format
    bars = [Bar(op, value, write(value), "other s1") for value, op in most if value]
    figure = Figure(title, "the most of any kernel of the op", f"{title} by op. {spoken(bars)}")
    return bar_plot(figure, bars, scale_for(bars, unit))


def table(op, rows, architectures):
    header = ["kernel", *(f"registers, {name}" for name in architectures), "shared bytes", "stack bytes"]
    lines = []
    for (kernel, _), found in by(rows, lambda row: (row["kernel"], row["source"])).items():
        on = {row["architecture"]: row["registers"] for row in found}
        lines.append([short(kernel), *(on.get(name, "") for name in architectures),
                      max(row["static_shared_bytes"] for row in found), max(row["stack_bytes"] for row in found)])
    lines.sort(key=lambda cells: (-max(value for value in cells[1:-2] if value != ""), cells[0]))
    return data_table(header, lines, f"{op}: {len(lines)} kernels")


def compiler(rows):
    found = rows.section("kernel_figures")
    if not found:
        return None
    architectures = sorted({row["architecture"] for row in found})
    ops = by(found, op_of)
    spilling = sum(row["spilled_bytes"] > 0 for row in found)
    spills = "none spills" if not spilling else f"{spilling} spill"
    kernels = len({(row["source"], row["kernel"]) for row in found})
    says = (f"{kernels} kernels, compiled for {' and '.join(architectures)}: {spills}. A thread can have 255 "
            "registers; the more it takes, the fewer run at once.")
    figures = [panel(ops, "registers", "Registers a thread", "registers")]
    if any(row["static_shared_bytes"] for row in found):
        figures.append(panel(ops, "static_shared_bytes", "Static shared memory a block", "KiB"))
    tables = (table(op, group, architectures) for op, group in sorted(ops.items()))
    return chapter("compiler", "GPU kernels as compiled", says, grid(figures), *tables)
