"""Impasto and LibTorch on the whole iteration, in turns, on one problem: time, also with AVX2 only and
with a core that somebody else keeps busy, and memory. bench/measure.py runs it."""

import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from driver.results import quantile, spread
from driver.worker import Worker

HERE = pathlib.Path(__file__).resolve().parent
FORMATS = ("contiguous", "channels_last")
AVX2 = {"IMPASTO_CPU": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2"}

# Rounds, and evaluations of a turn, by the side of the picture.
ROUNDS = {256: (12, 4), 512: (6, 2), 1024: (4, 1)}
# Idle threads of either side may look for work this long before they sleep.
PAUSE = 0.05
# A memory format that is this much slower in the warm-up takes no further part.
HOPELESS = 1.15
# What both sides should agree on, the choices of ReLU and of pooling included that rounding decides;
# with so many times as much something is wrong, and nothing is timed.
LOSS_LIMIT = 1e-5
GRADIENT_LIMIT = {"f32": 1e-3, "mixed": 1e-2}
WRONG = 10


class Sides:
    """Where both programs are, and how they are run."""

    def __init__(self, build, python, threads, variants):
        self.worker = pathlib.Path(build) / "bench" / "iteration_worker"
        self.python, self.threads, self.variants = python, threads, variants

    def ours(self, size, variant="f32", environment=None):
        return Worker([self.worker, size, variant, self.threads], environment)

    def theirs(self, problem, memory_format, environment=None):
        return Worker([self.python, HERE / "iteration.py", problem, "--memory-format", memory_format,
                       "--threads", self.threads], environment)

    @contextlib.contextmanager
    def problem(self, size):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "problem.safetensors")
            with self.ours(size) as ours:
                ours.ask("write", path)
            yield path


def wrong(errors, variant, factor=WRONG):
    """NaN is wrong, too."""
    return not (errors["loss_error"] <= factor * LOSS_LIMIT
                and errors["gradient_error"] <= factor * GRADIENT_LIMIT[variant])


def median(ms):
    return quantile(ms, 0.5)


def ratio(theirs, ours):
    """The median of the rounds' ratios. The moods of a machine outlast a turn, not a round: a ratio of
    medians over all of them may set one side's good moods against the other's bad ones."""
    return statistics.median(median(a) / median(b) for a, b in zip(theirs, ours))


class Match:
    """All sides on one problem; each entry of `players` is a worker, by a name."""

    def __init__(self, sides, size, environment=None, variants=None):
        self.sides, self.size, self.environment = sides, size, environment
        self.variants = variants or sides.variants
        self.players, self.errors, self.peak = {}, {}, 0
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with self.stack:  # closed if this fails
            folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
            self.assemble(folder)
            self.drop_hopeless()
            self.stack = self.stack.pop_all()
        return self

    def assemble(self, folder):
        written = {}
        for variant in self.variants:
            name = "impasto " + variant
            written[name] = folder / f"{variant}.safetensors"
            self.players[name] = self.start(self.sides.ours(self.size, variant, self.environment))
            self.players[name].ask("write", written[name])
        for memory_format in FORMATS:
            theirs = self.sides.theirs(next(iter(written.values())), memory_format, self.environment)
            self.players["libtorch " + memory_format] = self.start(theirs)
        for name, result in written.items():
            variant = name.split()[1]
            self.errors[name] = self.compared(result, self.players["libtorch " + FORMATS[0]], variant)
            if wrong(self.errors[name], variant):
                raise SystemExit(f"iteration {self.size}: the two sides differ: {self.errors[name]}")

    def start(self, worker):
        return self.stack.enter_context(worker)

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def compared(self, result, theirs, variant):
        errors = theirs.ask("check", result)
        errors["agrees"] = not wrong(errors, variant, 1)
        # f64 takes its time; without AVX-512 nothing else would be learned.
        if self.size <= 256 and not self.environment:
            exact = theirs.ask("judge", result)
            errors["gradient_error_to_f64"] = exact["impasto"]["gradient_error"]
            errors["libtorch_gradient_error_to_f64"] = exact["libtorch"]["gradient_error"]
        return errors

    def drop_hopeless(self):
        evaluations = ROUNDS[self.size][1]
        warm = {name: min(player.ask("time", evaluations)["ms"]) for name, player in self.players.items()}
        best = min(time for name, time in warm.items() if name.startswith("libtorch"))
        for name in [name for name in warm if name.startswith("libtorch")]:
            if warm[name] > HOPELESS * best:
                del self.players[name]

    def play(self, rounds, evaluations):
        """Milliseconds by player, a list for each round, which begins with another player each time."""
        times = {name: [] for name in self.players}
        names = list(times)
        measured = next(iter(self.players.values()))
        for number in range(rounds):
            self.peak = max(self.peak, measured.ask("fma")["macs"])
            for name in names[number % len(names):] + names[:number % len(names)]:
                time.sleep(PAUSE)
                times[name].append(self.players[name].ask("time", evaluations)["ms"])
        return times

    def record(self, results, section, times):
        theirs = [rounds for name, rounds in times.items() if name.startswith("libtorch")]
        best = min(theirs, key=lambda rounds: median(sum(rounds, [])))
        for name, rounds in times.items():
            row = {"problem": f"iteration {self.size}", "size": self.size,
                   **self.players[name].ask("hello"), **spread(sum(rounds, []))}
            if name.startswith("impasto"):
                macs = row.pop("direct_macs")
                row.update(self.errors[name], libtorch_over_impasto=round(ratio(best, rounds), 3),
                           fma_peak_gmacs=round(self.peak / 1e9, 1),
                           x_fma_peak=round(macs / (row["median_ms"] / 1e3) / self.peak, 3))
            results.add(section, **row)


def iteration(sides, results, sizes):
    for size in sizes:
        with Match(sides, size) as match:
            match.record(results, "iteration", match.play(*ROUNDS[size]))


def avx2(sides, results, sizes):
    size = min(sizes, key=lambda size: abs(size - 512))
    with Match(sides, size, AVX2, ["f32"]) as match:  # mixed precision needs more than AVX2
        match.record(results, "avx2", match.play(5, 1))


@contextlib.contextmanager
def busy_core():
    """A process that never sleeps, on the last core that this one may use."""
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    os.sched_setaffinity(loop.pid, {max(os.sched_getaffinity(0))})
    try:
        yield
    finally:
        loop.kill()
        loop.wait()


def busy(sides, results, sizes):
    size = min(sizes)
    with Match(sides, size) as match:
        idle = {name: [] for name in match.players}
        loaded = {name: [] for name in match.players}
        for _ in range(3):
            for name, rounds in match.play(1, 3).items():
                idle[name] += sum(rounds, [])
            with busy_core():
                for name, rounds in match.play(1, 3).items():
                    loaded[name] += sum(rounds, [])
        for name in match.players:
            slowdown = median(loaded[name]) / median(idle[name])
            results.add("busy", problem=f"iteration {size}, one core kept busy", size=size,
                        **match.players[name].ask("hello"), **spread(loaded[name]),
                        idle_median_ms=round(median(idle[name]), 3), slowdown=round(slowdown, 3))


def memory(sides, results, sizes):
    """Of a process each that does nothing else: three steps of Adam."""
    size, steps = max(sizes), 3
    common = {"problem": f"Adam {size}", "size": size, "steps": steps}
    for variant in sides.variants:
        with sides.ours(size, variant) as ours:
            row = {**ours.ask("adam", steps), **ours.ask("hello"), **ours.ask("memory")}
            row["activation_bytes_per_pixel"] = round((row["peak_bytes"] - row["network_bytes"]) / size**2, 1)
            results.add("memory", **common, **row)
    with sides.problem(size) as problem:
        for memory_format in FORMATS:
            with sides.theirs(problem, memory_format) as theirs:
                results.add("memory", **common, **theirs.ask("adam", steps), **theirs.ask("hello"))


SECTIONS = {"iteration": iteration, "avx2": avx2, "busy": busy, "memory": memory}
