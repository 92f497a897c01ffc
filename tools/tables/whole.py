"""The whole iteration beside LibTorch: time, and memory."""

from tables.rows import caption, table, unmeasured

MIB = 1 << 20


def is_ours(row):
    return row["who"] == "impasto"


def best_of_theirs(rows, what):
    return min((row for row in rows if not is_ours(row)), key=lambda row: row[what], default=None)


def time(row):
    ms = row["median_ms"]
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"


def label(row):
    side = f"{row['size']} x {row['size']}"
    more = {"avx2": ", AVX2 only", "busy": ", one core kept busy"}.get(row["section"], "")
    variant = "" if row["variant"] == "f32" else f", {row['variant']}"
    return side + more + variant


def iteration_lines(rows):
    for ours in sorted(filter(is_ours, rows), key=lambda row: (row["size"], row["variant"])):
        theirs = best_of_theirs([row for row in rows if row["problem"] == ours["problem"]], "median_ms")
        peak = f"{ours['x_fma_peak']:.2f}" if "x_fma_peak" in ours else ""
        # Of medians over all rounds only where rows have no ratio by rounds.
        ratio = ours.get("libtorch_over_impasto", theirs["median_ms"] / ours["median_ms"])
        differ = f"{ours['loss_error']:.0e}, {ours['gradient_error']:.0e}" if "loss_error" in ours else ""
        yield [label(ours), time(ours), f"{time(theirs)}, {theirs['memory_format']}",
               f"{ratio:.2f}", peak, differ]


def iteration(rows):
    found = rows.section("iteration")
    if not found:
        return unmeasured("iteration")
    library = best_of_theirs(found, "median_ms")["who"].replace("libtorch", "LibTorch")
    lines = []
    for section in ("iteration", "avx2", "busy"):
        lines += iteration_lines(rows.section(section))
    header = ["picture", "Impasto", library, "ratio", "x FMA peak", "losses, gradient differ by"]
    return table(header, lines) + caption(found)


def memory(rows):
    found = rows.section("memory")
    if not found:
        return unmeasured("memory")
    theirs = best_of_theirs(found, "peak_resident_bytes")
    side = theirs["size"]
    lines = []
    for row in [*filter(is_ours, found), theirs]:
        peak, before = row["peak_resident_bytes"], row["resident_before_bytes"]
        inside = ["", ""]
        if is_ours(row):
            inside = [f"{row['activation_bytes_per_pixel']:.0f}", f"{row['network_bytes'] / MIB:.0f} MiB"]
        name = f"Impasto, {row['variant']}" if is_ours(row) else f"LibTorch, {row['memory_format']}"
        lines.append([name, f"{peak / MIB:.0f} MiB", f"{before / MIB:.0f} MiB",
                      f"{peak / theirs['peak_resident_bytes']:.2f}", *inside])
    header = [f"Adam on {side} x {side}", "peak of the process", "of it before the problem",
              "of LibTorch's", "bytes a pixel", "network, packed"]
    return table(header, lines) + caption(found)
