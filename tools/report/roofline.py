"""The roofline: what kernels reach, over how many operations their layer has for each byte it must move.

Roofs are drawn as far as the rows have them: multipliers (fma_peak_gmacs), memory (bandwidth_gbs)."""

from report.chapter import chapter, grid, note, provenance
from report.layers import convolutions
from report.markup import data_table, digits, factor
from report.roofline_plot import WINOGRAD, Plot, bandwidth, intensity
from report.speeds import peak_gflops


def sentence(items):
    best = max(items, key=lambda item: item.gflops)
    peak = peak_gflops(items)
    over = (f", {factor(best.gflops / peak)} what the multipliers could do for direct convolution. Above that "
            "roof one gets by fewer products, or narrower ones") if peak and best.gflops > peak else ""
    return ("The further right, the more work there is for each byte; the higher, the faster. The fastest is "
            f"{best.label} on {best.layer}: {digits(best.gflops)} GFLOP/s{over}.")


def about_roofs(items):
    said = []
    if peak_gflops(items) and any("winograd" in item.label for item in items):
        said.append(f"Dashed: {WINOGRAD} times the peak. Winograd's F(4x4, 3x3) takes a quarter of the products, "
                    "so that is its bound in f32; F(6x6, 3x3) takes a fifth, and products of 16 bits are faster "
                    "than the FMA peak.")
    if not bandwidth(items):
        said.append("The memory's bandwidth has not been measured (no row has bandwidth_gbs): no roof for it.")
    if not peak_gflops(items):
        said.append("The multipliers' peak has not been measured (no row has fma_peak_gmacs): no roof for it.")
    return [note(" ".join(said))] if said else []


def table(found):
    lines = [[f"{direction}, {item.layer}", item.label, digits(intensity(item)), digits(item.gflops)]
             for direction, items in found.items() for item in items]
    return data_table(["layer", "kernel", "operations a byte", "GFLOP/s"], lines, "The points as a table")


def roofline(rows):
    found = {direction: kept for direction, items in convolutions(rows).items()
             if (kept := [item for item in items if item.gflops > 0 and item.gb_s > 0])}
    if not found:
        return None
    items = [item for kept in found.values() for item in kept]
    return chapter("roofline", "Roofline", sentence(items),
                   grid((Plot(kept, items).draw(direction) for direction, kept in found.items()), "grid wide"),
                   *about_roofs(items), table(found), provenance([item.row for item in items]))
