#!/usr/bin/env python3
"""The whole iteration in LibTorch, through its Python front end: the other side of
bench/iteration_worker.cpp, with its protocol. The problem, weights and pictures, is read from the file
that iteration_worker writes. Weights frozen, ReLU in place, nothing recorded that is not needed.

    bench/libtorch/iteration.py PROBLEM [--memory-format channels_last] [--threads 2]
                                [--device cuda] [--math tf32] [--run graph]

    hello        what runs here, and the resident bytes before the problem was made
    time N       milliseconds of N evaluations
    check FILE   how far losses and gradient are from those in a file of the same problem
    judge FILE   how far both are from what f64 gives
    adam N       N steps of Adam from the image, and the peak of the resident bytes
    use MATH FORMAT RUN    from now on this way; of another kind of products than before, it begins anew.
                           Milliseconds of its first evaluation, with all that is done once
"""

import argparse
import json
import sys
import time

import torch

from objective import FORMATS, Iteration, Problem, Recorded

MATHS = ("f32", "tf32", "bf16", "f16")


def resident_bytes(which):
    for line in open("/proc/self/status"):
        if line.startswith(which + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {which} in /proc/self/status")


class Iterations:
    """Ways to run one problem, each made when it is first used; those of one kind of products are
    kept, so that they can take turns."""

    def __init__(self, path, device):
        self.problem, self.device, self.made, self.math = Problem(path), device, {}, None

    def use(self, math, memory_format, run):
        try:
            return self.begin(math, memory_format, run)
        except RuntimeError as error:  # out of memory, or no kernel: the next way may do
            return {"error": str(error).splitlines()[0]}

    def begin(self, math, memory_format, run):
        if math != self.math:
            self.made.clear()
            self.math = math
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = math != "f32"
        self.memory_format, self.run = memory_format, run
        return {"first_ms": self.first(math, memory_format, run)}

    def first(self, math, memory_format, run):
        if (memory_format, run) not in self.made:
            iteration = Iteration(self.problem, self.device, memory_format, math)
            begin = clock()
            self.made[memory_format, run] = Recorded(iteration) if run == "graph" else iteration
        else:
            begin = clock()
        self.now().evaluate()
        return round((clock() - begin) * 1e3, 3)

    def now(self):
        return self.made[self.memory_format, self.run]


def clock():
    """Now, when what was queued on a GPU is done."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()


def timed(iteration, count):
    times = []
    for _ in range(count):
        begin = clock()
        iteration.evaluate()["total"].item()
        times.append(round((clock() - begin) * 1e3, 3))
    return {"ms": times}


def distance(losses, gradient, want_losses, want_gradient):
    loss = max(abs(losses[name] / want_losses[name] - 1) for name in want_losses)
    error = torch.norm(gradient.double() - want_gradient.double()) / torch.norm(want_gradient.double())
    return {"loss_error": loss, "gradient_error": error.item()}


def of(iteration):
    losses = iteration.evaluate()
    return {name: loss.item() for name, loss in losses.items()}, iteration.image.grad.cpu()


def in_file(problem, names):
    return {name: problem.tensor("loss." + name).item() for name in names}, problem.picture("gradient")


def check(iteration, other):
    theirs = of(iteration)
    return distance(*in_file(other, theirs[0]), *theirs)


def judge(iteration, other):
    truth = of(Iteration(other, "cpu", "contiguous", dtype=torch.float64))
    return {"impasto": distance(*in_file(other, truth[0]), *truth),
            "libtorch": distance(*of(iteration), *truth)}


def adam(iteration, count):
    optimizer = torch.optim.Adam([iteration.image], lr=10)
    for _ in range(count):
        loss = iteration.evaluate()["total"].item()
        optimizer.step()
    return {"loss": loss, "peak_resident_bytes": resident_bytes("VmHWM")}


def hello(options, iterations, before):
    config = torch.__config__.show()
    onednn = config.split("MKL-DNN v")[1].split()[0] if "MKL-DNN v" in config else "none"
    row = {"who": f"libtorch {torch.__version__}", "memory_format": iterations.memory_format,
           "threads": torch.get_num_threads(), "isa": torch.backends.cpu.get_cpu_capability(),
           "onednn": onednn if torch.backends.mkldnn.is_available() else "none",
           "resident_before_bytes": before}
    if options.device == "cuda":
        row.update(cuda=torch.version.cuda, cudnn=torch.backends.cudnn.version())
    if options.device == "cuda" or options.lazy:
        row.update(variant=iterations.math, run=iterations.run)
    return row


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("problem")
    parser.add_argument("--memory-format", choices=FORMATS, default="channels_last")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--math", choices=MATHS, default="f32")
    parser.add_argument("--run", choices=("eager", "graph"), default="eager")
    parser.add_argument("--lazy", action="store_true", help="begin with the first order `use`")
    return parser.parse_args()


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    before = resident_bytes("VmRSS")
    iterations = Iterations(options.problem, options.device)
    if not options.lazy:
        iterations.begin(options.math, options.memory_format, options.run)
    orders = {"hello": lambda: hello(options, iterations, before),
              "time": lambda count: timed(iterations.now(), int(count)),
              "check": lambda path: check(iterations.now(), Problem(path)),
              "judge": lambda path: judge(iterations.now(), Problem(path)),
              "adam": lambda count: adam(iterations.now(), int(count)),
              "use": iterations.use}
    for line in sys.stdin:
        order, *words = line.split()
        print(json.dumps(orders[order](*words)), flush=True)


if __name__ == "__main__":
    main()
