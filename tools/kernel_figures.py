#!/usr/bin/env python3
"""Registers, shared memory and spills of every GPU kernel of ops/, as nvcc compiles it.

    tools/kernel_figures.py [BUILD]

Compiles the .cu files of a configured build with CUDA (build/release by default) once more, reads what
ptxas says, and writes bench/results/nvcc-VERSION/kernels.jsonl. Exits 1 when a kernel spills. Minutes.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
KERNEL = re.compile(
    r"Compiling entry function '(?P<name>\S+)' for '(?P<architecture>\S+)'.*?"
    r"(?P<stack>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers(?P<rest>[^\n]*)", re.DOTALL)
SHARED = re.compile(r"(\d+) bytes smem")


def version():
    text = subprocess.run(["nvcc", "--version"], check=True, capture_output=True, text=True).stdout
    return re.search(r"release (\S+),", text).group(1)


def readable(names):
    text = subprocess.run(["c++filt"], input="\n".join(names), check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        line = re.sub(r"\(anonymous namespace\)::|impasto::|^void ", "", line)
        yield re.sub(r"\([^()]*\)$", "", line)


def figures(entry):
    """Every kernel of one source, for each architecture."""
    command = shlex.split(entry["command"])
    command[command.index("-o") + 1] = os.devnull
    log = subprocess.run([*command, "-Xptxas", "-v"], check=True, capture_output=True, text=True,
                         cwd=entry["directory"])
    found = list(KERNEL.finditer(log.stdout + log.stderr))
    source = str(pathlib.Path(entry["file"]).relative_to(ROOT))
    rows = []
    for match, name in zip(found, readable([match["name"] for match in found])):
        shared = SHARED.search(match["rest"])
        rows.append({"schema": 2, "section": "kernel_figures", "source": source, "kernel": name,
                     "architecture": match["architecture"], "registers": int(match["registers"]),
                     "static_shared_bytes": int(shared.group(1)) if shared else 0,
                     "stack_bytes": int(match["stack"]),
                     "spilled_bytes": int(match["stores"]) + int(match["loads"])})
    return rows


def main():
    build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "release"
    commands = json.loads((build / "compile_commands.json").read_text())
    ours = [entry for entry in commands
            if entry["file"].endswith(".cu") and pathlib.Path(entry["file"]).is_relative_to(ROOT / "ops")]
    if not ours:
        sys.exit(f"{build}: no sources for nvcc; configure it with CUDA first")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = [row for found in pool.map(figures, ours) for row in found]
    rows.sort(key=lambda row: (row["source"], row["kernel"], row["architecture"]))
    folder = ROOT / "bench" / "results" / f"nvcc-{version()}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "kernels.jsonl"
    target.write_text("".join(json.dumps(row) + "\n" for row in rows))
    spilling = [row for row in rows if row["spilled_bytes"]]
    for row in spilling:
        print(f"{row['kernel']} on {row['architecture']}: {row['spilled_bytes']} bytes spilled")
    print(f"{target.relative_to(ROOT)}: {len(rows)} kernels, {len(spilling)} spill")
    return 1 if spilling else 0


if __name__ == "__main__":
    sys.exit(main())
