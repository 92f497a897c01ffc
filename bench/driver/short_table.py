"""What a measurement on a GPU says in few lines: each op's best kernel of ours beside the best of
NVIDIA's, and the iteration beside LibTorch's."""

LIBRARIES = ("cudnn", "cublas")
# Kernels are compared with those that multiply as exactly; three products of tf32 are as good as f32.
EXACTNESS = ("tf32", "bf16", "f16")


def table_of(kernel):
    """conv2d.fwd.cuda.implicit_gemm.tf32 -> conv2d.fwd, cuda, implicit_gemm.tf32"""
    op, direction, backend, idea = kernel.split(".", 3)
    return f"{op}.{direction}", backend, idea


def exactness(kernel):
    last = kernel.rsplit(".", 1)[1]
    return last if last in EXACTNESS else "f32"


def best_by_shape(rows):
    """The fastest row of each problem."""
    best = {}
    for row in rows:
        problem = row["problem"]
        if problem not in best or row["median_ms"] < best[problem]["median_ms"]:
            best[problem] = row
    return best


def total(best, problems):
    return sum(best[problem]["median_ms"] * best[problem]["times"] for problem in problems)


def names(best, problems):
    """Kernels, those of most layers first."""
    count = {}
    for problem in problems:
        idea = table_of(best[problem]["kernel"])[2]
        count[idea] = count.get(idea, 0) + best[problem]["times"]
    return " ".join(sorted(count, key=lambda idea: -count[idea]))


def op_lines(rows):
    rows = [row for row in rows if row["section"] == "gpu_ops" and "median_ms" in row]
    groups = {}
    for row in rows:
        op, backend, _ = table_of(row["kernel"])
        both = groups.setdefault((op, exactness(row["kernel"])), ([], []))
        both[backend in LIBRARIES].append(row)
    for (op, exact), (ours, theirs) in groups.items():
        ours, theirs = best_by_shape(ours), best_by_shape(theirs)
        # A sum over the network; where both sides are there, over what both have.
        shared = [problem for problem in ours if problem in theirs] or list(ours) or list(theirs)
        line = [op, exact, "", "", "", "", ""]
        if ours:
            line[2:4] = [f"{total(ours, shared):.3f}", names(ours, shared)]
        if theirs:
            line[4:6] = [f"{total(theirs, shared):.3f}", names(theirs, shared)]
        if ours and theirs:
            line[6] = f"{total(theirs, shared) / total(ours, shared):.2f}"
        yield line


def way(row):
    return f"{row['memory_format']} {row['run']}"


def fastest(rows, ours):
    timed = [row for row in rows if "median_ms" in row and (row["who"] == "impasto") == ours]
    return min(timed, key=lambda row: row["median_ms"], default=None)


def iteration_lines(rows):
    rows = [row for row in rows if row["section"] == "gpu_iteration"]
    for size, variant in dict.fromkeys((row["size"], row["variant"]) for row in rows):
        here = [row for row in rows if (row["size"], row["variant"]) == (size, variant)]
        ours, best = fastest(here, True), fastest(here, False)
        name = [str(size), variant]
        if not ours:
            skipped = [row["skipped"] for row in here if "skipped" in row]
            yield name + [*(skipped or ["FAILED"])[:1], "", "", "", "", "", ""]
            continue
        yield name + [f"{ours['median_ms']:.2f}", ours["run"], f"{ours['first_ms']:.0f}",
                      f"{best['median_ms']:.2f}" if best else "none", way(best) if best else "",
                      f"{best['median_ms'] / ours['median_ms']:.2f}" if best else "",
                      f"{ours['loss_error']:.0e} {ours['gradient_error']:.0e}"
                      + ("" if ours["agrees"] else " TOO FAR")]


def laid_out(header, lines):
    lines = [header, *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]


def short_table(rows):
    """Lines of text."""
    text = []
    ops = list(op_lines(rows))
    if ops:
        text += laid_out(["op", "exact", "ours ms", "by", "library ms", "by", "library/ours"], ops)
    iterations = list(iteration_lines(rows))
    if iterations:
        text += ["", *laid_out(["iteration", "exact", "ours ms", "as", "first", "LibTorch ms", "as", "LibTorch/ours",
                                "loss, gradient differ"], iterations)]
    failed = [row for row in rows if row.get("failed")]
    text += ["", *(f"FAILED {row.get('kernel') or row.get('who')} on {row['problem']}: {row['failed']}"
                   for row in failed)] if failed else []
    return text
