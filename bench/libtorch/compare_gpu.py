"""Impasto and LibTorch on the whole iteration on a device, in turns, one kind of products after the
other; Impasto alone where there is no LibTorch. Both are held to what Impasto gives on the processor in
f32. bench/measure_gpu.py runs it."""

import contextlib
import pathlib
import tempfile
import time

from driver.results import spread
from driver.worker import Ended, Worker

HERE = pathlib.Path(__file__).resolve().parent
FORMATS = ("channels_last", "contiguous")
TURN_MS = 200  # evaluations of a turn together
MOST_EVALUATIONS = 20
# A memory format that is this much slower in the warm-up takes no further part.
HOPELESS = 1.15

# Largest relative difference of a loss, and that of the gradient in the Frobenius norm, from f32 on the
# processor, choices of ReLU and of pooling included that rounding flips: more of them, the more the
# forward pass rounds. Seen on the host executor with pictures of 32 and 64: f32 3e-6 and 4e-4,
# tf32 7e-4 and 1.6e-2, bf16 7e-3 and 5e-2, f16 1.2e-3 and 1.6e-2. With ten times as much something
# is wrong.
LIMITS = {"f32": (1e-5, 1e-3), "mixed": (1e-5, 2e-2), "tf32": (3e-3, 5e-2), "bf16": (3e-2, 0.15),
          "f16": (5e-3, 5e-2), "library_f32": (1e-5, 1e-3), "library_tf32": (3e-3, 5e-2)}
WRONG = 10
# What of LibTorch a variant of ours is compared with.
THEIRS = {"f32": "f32", "tf32": "tf32", "bf16": "bf16", "f16": "f16"}


def within(errors, variant, factor=1):
    """NaN is not."""
    loss, gradient = LIMITS[variant]
    return errors["loss_error"] <= factor * loss and errors["gradient_error"] <= factor * gradient


class Theirs:
    """LibTorch in one of its ways: all share a process, which is told before each turn."""

    def __init__(self, worker, *way):
        self.worker, self.way = worker, way

    def ask(self, *order):
        answer = self.worker.ask("use", *self.way)
        return answer if order == ("first",) else self.worker.ask(*order)


class Ours:
    """Impasto in one of its ways, likewise."""

    def __init__(self, worker, run):
        self.worker, self.run = worker, run

    def ask(self, *order):
        answer = self.worker.ask("run", self.run)
        if order == ("first",):
            return {"first_ms": self.worker.ask("time", 1)["ms"][0], **answer}
        return self.worker.ask(*order)


class Player:
    """Somebody who has begun: the first evaluation, which makes what is made once, and is slower."""

    def __init__(self, side, want, variant, warm_up):
        self.side = side
        self.row = side.ask("first")
        self.row.update(side.ask("check", want))
        self.row["agrees"] = within(self.row, variant)
        self.times = []
        warm = side.ask("time", warm_up)["ms"] or [self.row["first_ms"]]
        self.guess = max(min(warm), 1e-3)

    def turn(self):
        count = max(1, min(MOST_EVALUATIONS, round(TURN_MS / self.guess)))
        self.times += self.side.ask("time", count)["ms"]

    def finished(self):
        return {**self.side.ask("hello"), **self.row, **spread(self.times or [self.row["first_ms"]])}


class Match:
    """One size: the processor's result in a file, and LibTorch's process, if there is one."""

    def __init__(self, options, results, size, end):
        self.options, self.results, self.size, self.end = options, results, size, end
        self.worker = options.build / "bench" / "iteration_worker"
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.want = pathlib.Path(folder, "f32.safetensors")
        with Worker([self.worker, self.size, "f32", self.options.threads, "cpu"]) as host:
            host.ask("write", self.want)
        self.theirs = None
        if self.options.torch_python:
            self.theirs = self.stack.enter_context(
                Worker([self.options.torch_python, HERE / "iteration.py", self.want, "--lazy", "--device",
                        self.options.torch_device, "--threads", self.options.threads]))
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def add(self, variant, **row):
        return self.results.add("gpu_iteration", problem=f"iteration {self.size}", size=self.size,
                                variant=variant, **row)

    def begin(self, side, variant, who):
        """A player; or None, and a row says why."""
        try:
            return Player(side, self.want, variant, min(3, max(0, self.options.rounds - 1)))
        except Ended as ended:
            self.add(variant, who=who, failed=str(ended))
            return None

    def our_players(self, worker, variant):
        players = []
        for run in self.options.runs:
            player = self.begin(Ours(worker, run), variant, "impasto")
            if not player:
                continue
            if within(player.row, variant, WRONG):
                players.append(player)
            else:
                self.add(variant, who="impasto", failed=f"differs from f32 on the processor: {player.row}")
        return players

    def their_players(self, variant):
        math = THEIRS.get(variant)
        if not self.theirs or not math:
            return []
        eager = [self.begin(Theirs(self.theirs, math, each, "eager"), variant, "libtorch") for each in FORMATS]
        eager = sorted(filter(None, eager), key=lambda player: player.guess)
        eager = [player for player in eager if player.guess <= HOPELESS * eager[0].guess]
        if eager and self.options.torch_device == "cuda":
            way = (*eager[0].side.way[:2], "graph")
            eager.append(self.begin(Theirs(self.theirs, *way), variant, "libtorch"))
        return list(filter(None, eager))

    def play(self, variant):
        with Worker([self.worker, self.size, variant, self.options.threads, self.options.device]) as worker:
            players = self.our_players(worker, variant) + self.their_players(variant)
            for number in range(self.options.rounds if players else 0):
                for player in players[number % len(players):] + players[:number % len(players)]:
                    player.turn()
                if time.monotonic() > self.end:
                    break
            rows = [player.finished() for player in players]
        others = [row["median_ms"] for row in rows if row["who"] != "impasto"]
        for row in rows:
            if row["who"] == "impasto" and others:
                row["libtorch_over_impasto"] = round(min(others) / row["median_ms"], 3)
            row.pop("direct_macs", None)
            self.add(**row)


def gpu_iteration(options, results, seconds):
    """Adds rows; what has not begun after that many seconds is skipped."""
    end = time.monotonic() + seconds
    for number, size in enumerate(options.sizes):
        left = end - time.monotonic()
        until = time.monotonic() + left / (len(options.sizes) - number)
        with Match(options, results, size, until) as match:
            for variant in options.variants:
                if time.monotonic() > until:
                    match.add(variant, who="impasto", skipped="the time is up")
                    continue
                try:
                    match.play(variant)
                except Ended as ended:
                    match.add(variant, who="impasto", failed=str(ended))
