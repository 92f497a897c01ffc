"""Rows of bench/results, and what every row names."""

import datetime
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = 2


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True,
                          cwd=ROOT).stdout.strip()


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def quantile(values, share):
    """Of the sorted values, the nearest: as bench/support/samples.h has it."""
    return sorted(values)[int(share * (len(values) - 1) + 0.5)]


def spread(milliseconds):
    """What a row says of repeated times."""
    return {"median_ms": round(quantile(milliseconds, 0.5), 3),
            "p10_ms": round(quantile(milliseconds, 0.1), 3),
            "p90_ms": round(quantile(milliseconds, 0.9), 3), "samples": len(milliseconds)}


class Results:
    """Appends rows to bench/results/MACHINE/DATE-COMMIT.jsonl, each at once: what was measured before
    an interruption is kept."""

    def __init__(self, machine, folder=ROOT / "bench" / "results"):
        commit = git("rev-parse", "--short=7", "HEAD")
        # The measurement's own files do not count: it is on its way to being committed.
        changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results")
        now = datetime.datetime.now(datetime.timezone.utc)
        self.common = {"commit": commit, "dirty": bool(changed), "device": processor(),
                       "cores": len(os.sched_getaffinity(0))}
        self.path = folder / machine / f"{now.date()}-{commit}.jsonl"
        if not self.path.parent.is_dir():
            raise SystemExit(f"no folder {self.path.parent}: make it, with a README that introduces the machine")

    def add(self, section, **row):
        time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        row = {"schema": SCHEMA, "section": section, **row, **self.common, "time": time}
        text = json.dumps(row)
        with open(self.path, "a") as file:
            file.write(text + "\n")
        print(text, flush=True)
