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


def committed():
    """What is measured. Sources that were carried to a machine without git are of an unknown commit."""
    try:
        # The measurement's own files do not count: it is on its way to being committed.
        changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results")
        return {"commit": git("rev-parse", "--short=7", "HEAD"), "dirty": bool(changed)}
    except (OSError, subprocess.CalledProcessError):
        return {"commit": "unknown", "dirty": True}


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def quantile(values, share):
    """Of the sorted values, the nearest: as tools/lab/samples.h has it."""
    return sorted(values)[int(share * (len(values) - 1) + 0.5)]


def spread(milliseconds):
    """What a row says of repeated times."""
    return {"median_ms": round(quantile(milliseconds, 0.5), 3),
            "p10_ms": round(quantile(milliseconds, 0.1), 3),
            "p90_ms": round(quantile(milliseconds, 0.9), 3), "samples": len(milliseconds)}


def device_name(device):
    """A GPU's name and its driver; the processor's name for what runs on it."""
    if not device.startswith("cuda"):
        return processor() if device == "cpu" else f"{device} on {processor()}"
    index = device.partition(":")[2] or "0"
    try:
        return subprocess.run(["nvidia-smi", "-i", index, "--query-gpu=name,driver_version",
                               "--format=csv,noheader"], check=True, capture_output=True,
                              text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return device


class Results:
    """Appends rows to a file, each at once: what was measured before an interruption is kept."""

    def __init__(self, path, device="cpu"):
        self.path = pathlib.Path(path)
        self.common = {**committed(), "device": device_name(device),
                       "cores": len(os.sched_getaffinity(0))}

    @classmethod
    def of_machine(cls, machine, folder=ROOT / "bench" / "results"):
        """bench/results/MACHINE/DATE-COMMIT.jsonl."""
        today = datetime.datetime.now(datetime.timezone.utc).date()
        results = cls(folder / machine / f"{today}-{committed()['commit']}.jsonl")
        if not results.path.parent.is_dir():
            raise SystemExit(f"no folder {results.path.parent}: make it, with a README that introduces "
                             "the machine")
        return results

    def add(self, section, **row):
        time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        row = {"schema": SCHEMA, "section": section, **row, **self.common, "time": time}
        text = json.dumps(row)
        with open(self.path, "a") as file:
            file.write(text + "\n")
        print(text, flush=True)
        return row
