"""Does a row have what the report reads? The fields are those of bench/results/README.md."""

import math

from tables.rows import BadRow

WHERE = {"commit": str, "dirty": bool, "device": str, "cores": int, "time": str}
TIMES = {"median_ms": float, "p10_ms": float, "p90_ms": float}
ITERATION = {**WHERE, **TIMES, "problem": str, "size": int, "who": str}

FIELDS = {
    "iteration": ITERATION, "avx2": ITERATION, "busy": ITERATION,
    "memory": {**WHERE, "size": int, "who": str, "peak_resident_bytes": int, "resident_before_bytes": int},
    "kernels": {**WHERE, **TIMES, "problem": str, "kernel": str, "gmacs": float, "fma_peak_gmacs": float,
                "times": float},
    "ops": {**WHERE, **TIMES, "problem": str, "kernel": str, "cache": str, "times": float, "noise": float},
    "errors": {**WHERE, "problem": str, "kernel": str, "channels": int, "frobenius": float, "worst": float},
    "gpu_ops": {**WHERE, **TIMES, "problem": str, "kernel": str, "times": float},
    "gpu_iteration": {**ITERATION, "variant": str},
    "kernel_figures": {"source": str, "kernel": str, "architecture": str, "registers": int,
                       "static_shared_bytes": int, "stack_bytes": int, "spilled_bytes": int},
}
NAMES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
# Not every row has these, but where they are they must be of use.
OFTEN = {"gflops", "gb_s", "gbs", "bytes", "bandwidth_gbs", "x_fma_peak", "fma_peak_gmacs", "roof", "of_baseline"}
# What may be 0; of the rest a plot needs more.
MAY_BE_ZERO = {"frobenius", "worst", "static_shared_bytes", "stack_bytes", "spilled_bytes",
               "resident_before_bytes", "gflops", "gb_s", "noise"}


def is_a(value, kind):
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def check_field(row, name, kind):
    if name not in row:
        raise BadRow(f"a row of {row['section']} without {name}")
    value = row[name]
    if not is_a(value, kind):
        raise BadRow(f"{name} is {value!r}, not {NAMES[kind]}")
    if kind in (int, float) and (value < 0 or (value == 0 and name not in MAY_BE_ZERO)):
        raise BadRow(f"{name} is {value!r}")


def check_row(row):
    """Throws BadRow. Rows of a section that the report does not know are nobody's business here."""
    section = row["section"]
    if not isinstance(section, str):
        raise BadRow(f"section is {section!r}, not a word")
    if section not in FIELDS:
        return
    if "failed" in row or "skipped" in row:  # it says why there are no times
        fields = {**WHERE, "problem": str}
    else:
        fields = FIELDS[section]
    for name, kind in fields.items():
        check_field(row, name, kind)
    for name in OFTEN & set(row):
        check_field(row, name, float)
    if fields.get("kernel") and section != "kernel_figures" and row["kernel"].count(".") < 3:
        raise BadRow(f"'{row['kernel']}' is no kernel: op, direction, backend and idea make its name")
