"""What was measured, with what, and the few numbers that say most."""

from report.markup import digits, factor, square, tag, text
from report.speeds import peak_gflops, speeds
from tables.whole import best_of_theirs, is_ours

SECTIONS = ("iteration", "avx2", "busy", "memory", "kernels", "ops", "errors", "gpu_ops", "gpu_iteration")


def all_rows(rows):
    return [row for section in SECTIONS for row in rows.section(section)]


def seen(rows, *names):
    """Every value that rows have for a field, in the order they come."""
    found = {}
    for row in rows:
        for name in names:
            if row.get(name) not in (None, ""):
                found[str(row[name])] = None
    return ", ".join(found)


def library(rows):
    names = seen([row for row in rows if row.get("who") != "impasto"], "who")
    return names.replace("libtorch", "LibTorch")


def instruction_sets(rows):
    """The most that ours was allowed to use."""
    ours = (row["isa"] for row in rows if row.get("who") == "impasto" and "isa" in row)
    return max(ours, key=len, default="")


def facts(rows):
    found = all_rows(rows)
    days = sorted({row["time"][:10] for row in found})
    commits = {row["commit"] + (" with changes" if row["dirty"] else ""): None
               for row in sorted(found, key=lambda row: row["time"])}
    peak = peak_gflops(speeds(rows))
    bandwidths = [row["bandwidth_gbs"] for row in found if "bandwidth_gbs" in row]
    return {"Device": seen(found, "device"), "Cores": seen(found, "cores"),
            "Instruction sets": instruction_sets(found),
            "FMA peak, measured": f"{digits(peak)} GFLOP/s" if peak else "",
            "Memory, measured": f"{digits(max(bandwidths))} GB/s" if bandwidths else "",
            "Compiler": seen(found, "compiler"), "Compared with": library(found), "oneDNN": seen(found, "onednn"),
            "CUDA": seen(found, "cuda"), "cuDNN": seen(found, "cudnn"),
            "Commits": ", ".join(commits), "Days": " to ".join(sorted({days[0], days[-1]}))}


def fact_list(rows):
    pairs = (tag("div", tag("dt", text(name)), tag("dd", text(value)))
             for name, value in facts(rows).items() if value)
    return tag("dl", *pairs, class_="facts")


def failures(rows):
    """What was tried and gave no times."""
    failed = [row for row in all_rows(rows) if "failed" in row]
    lines = (f"Failed: {row.get('kernel') or row.get('who', '')} on {row['problem']}: {row['failed']}"
             for row in failed)
    return "".join(tag("p", text(one), class_="missing") for one in lines)


def tile(value, words):
    return tag("div", tag("strong", text(value)), tag("span", text(words)))


def middle_size(rows):
    sizes = sorted({row["size"] for row in rows})
    return sizes[len(sizes) // 2]


def speed_tiles(rows):
    found = [row for row in rows.section("iteration") if "median_ms" in row]
    if not found:
        return
    size = middle_size(found)
    here = [row for row in found if row["size"] == size]
    theirs = best_of_theirs(here, "median_ms")
    for row in sorted(filter(is_ours, here), key=lambda row: row.get("variant", "")):
        if theirs:
            yield tile(factor(theirs["median_ms"] / row["median_ms"]),
                       f"as fast as LibTorch: one iteration at {square(size)}, {row.get('variant', 'f32')}")


def memory_tiles(rows):
    found = rows.section("memory")
    theirs = best_of_theirs(found, "peak_resident_bytes")
    for row in filter(is_ours, found):
        if theirs and row.get("variant", "f32") == "f32":
            share = row["peak_resident_bytes"] / theirs["peak_resident_bytes"]
            yield tile(f"{share:.2f}", f"of LibTorch's memory: painting {square(row['size'])} with Adam, f32")


def peak_tiles(rows):
    found = [row for row in rows.section("iteration") if "x_fma_peak" in row and row.get("variant") == "f32"]
    if found:
        size = middle_size(found)
        row = next(row for row in found if row["size"] == size)
        yield tile(factor(row["x_fma_peak"]),
                   f"the FMA peak, counting the work of direct convolution: {square(size)}, f32")


def tiles(rows):
    found = [*speed_tiles(rows), *memory_tiles(rows), *peak_tiles(rows)]
    return tag("div", *found, class_="tiles") if found else ""
