#!/usr/bin/env python3
"""Runs both sides of the whole iteration alternately and appends the rows to a results file.

    bench/libtorch/compare.py BENCH_PROGRAM RESULTS.jsonl [--size 256] [--rounds 5] [--torch-python python3]

Each row names commit, processor and settings; the last row is the ratio of the medians, LibTorch's best
memory format over ours. Run it on an otherwise idle machine.
"""

import argparse
import datetime
import json
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def output_of(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True,
                          cwd=HERE).stdout.strip()


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def ours(program, size):
    result = json.loads(output_of(program, f"--benchmark_filter=iteration/{size}/", "--benchmark_format=json",
                                  "--benchmark_repetitions=5"))
    return [run["real_time"] for run in result["benchmarks"] if run["run_type"] == "iteration"]


def theirs(python, size):
    lines = output_of(python, HERE / "iteration.py", "--sizes", size, "--repeat", 5).splitlines()
    return [json.loads(line) for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch-python", default="python3")
    options = parser.parse_args()
    program = options.program.resolve()

    times = {"impasto": []}
    for _ in range(options.rounds):
        times["impasto"] += ours(program, options.size)
        for row in theirs(options.torch_python, options.size):
            times.setdefault(f"{row['library']} {row['memory_format']}", []).append(row["median_ms"])

    common = {"schema": 1, "problem": f"iteration {options.size}", "threads": 2, "device": processor(),
              "commit": output_of("git", "rev-parse", "--short", "HEAD"),
              "dirty": bool(output_of("git", "status", "--porcelain", "--untracked-files=no")),
              "date": datetime.date.today().isoformat()}
    rows, medians = [], {}
    for who, values in times.items():
        medians[who] = statistics.median(values)
        rows.append({**common, "who": who, "median_ms": round(medians[who], 1),
                     "best_ms": round(min(values), 1), "worst_ms": round(max(values), 1)})
    best = min(value for who, value in medians.items() if who != "impasto")
    rows.append({**common, "who": "ratio", "libtorch_over_impasto": round(best / medians["impasto"], 2)})
    options.results.parent.mkdir(parents=True, exist_ok=True)
    with open(options.results, "a") as file:
        for row in rows:
            print(json.dumps(row))
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
