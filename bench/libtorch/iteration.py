#!/usr/bin/env python3
"""The whole iteration in LibTorch, through its Python front end: the other side of
bench/iteration_worker.cpp, with its protocol. The problem, weights and pictures, is read from the file
that iteration_worker writes. f32, weights frozen, ReLU in place, nothing recorded that is not needed.

    bench/libtorch/iteration.py PROBLEM [--memory-format channels_last] [--threads 2]

    hello        what runs here, and the resident bytes before the problem was made
    time N       milliseconds of N evaluations
    check FILE   how far losses and gradient are from those in a file of the same problem
    judge FILE   how far both are from what f64 gives
    adam N       N steps of Adam from the image, and the peak of the resident bytes
"""

import argparse
import json
import struct
import sys
import time

import torch
import torch.nn.functional as F

CONTENT = "relu4_2"
STYLE = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
TYPES = {"F32": torch.float32, "F64": torch.float64}


def resident_bytes(which):
    for line in open("/proc/self/status"):
        if line.startswith(which + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {which} in /proc/self/status")


class Problem:
    """The safetensors file, a tensor at a time: a whole copy would count against the memory."""

    def __init__(self, path):
        self.file = open(path, "rb")
        size, = struct.unpack("<Q", self.file.read(8))
        self.header = json.loads(self.file.read(size))
        self.start = 8 + size

    def filters(self):
        return sorted(name for name in self.header if name.startswith("conv") and name.endswith(".weight"))

    def tensor(self, name):
        entry = self.header[name]
        begin, end = entry["data_offsets"]
        self.file.seek(self.start + begin)
        data = bytearray(self.file.read(end - begin))
        return torch.frombuffer(data, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"]).clone()

    def picture(self, name):
        return self.tensor(name).permute(0, 3, 1, 2)


class Iteration:
    """Pictures are RGB, the network reads BGR: its first filters are turned round once instead of the
    picture each time."""

    def __init__(self, problem, memory_format, dtype=torch.float32):
        self.mean = problem.tensor("mean").flip(0).to(dtype).reshape(1, 3, 1, 1)
        self.layers = []
        for name in problem.filters():
            weight = problem.tensor(name).to(dtype)
            weight = weight.flip(1) if name.startswith("conv1_1") else weight
            self.layers.append(("relu" + name[4:7], weight.contiguous(memory_format=memory_format),
                                problem.tensor(name.replace("weight", "bias")).to(dtype)))
        picture = lambda name: problem.picture(name).to(dtype).contiguous(memory_format=memory_format)
        with torch.no_grad():
            self.content = self.taps(picture("content"))[CONTENT].clone()
            self.grams = {name: gram(x) for name, x in self.taps(picture("style")).items() if name in STYLE}
        self.image = picture("image").requires_grad_()

    def taps(self, image):
        found, x = {}, image - self.mean
        for name, weight, bias in self.layers:
            if name.endswith("_1") and name != "relu1_1":
                x = F.max_pool2d(x, 2)
            x = F.relu(F.conv2d(x, weight, bias, padding=1), inplace=True)
            if name in STYLE or name == CONTENT:
                found[name] = x
        return found

    def losses(self):
        found = self.taps(self.image)
        losses = {"content." + CONTENT: 5 * F.mse_loss(found[CONTENT], self.content)}
        for name in STYLE:
            losses["style." + name] = 100 * F.mse_loss(gram(found[name]), self.grams[name])
        losses["total"] = sum(losses.values())
        return losses

    def evaluate(self):
        self.image.grad = None
        losses = self.losses()
        losses["total"].backward()
        return losses


def gram(x):
    features = x.flatten(2)[0]
    return features @ features.T / features.numel()


def timed(iteration, count):
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        iteration.evaluate()["total"].item()
        times.append(round((time.perf_counter() - begin) * 1e3, 3))
    return {"ms": times}


def distance(losses, gradient, want_losses, want_gradient):
    loss = max(abs(losses[name] / want_losses[name] - 1) for name in want_losses)
    error = torch.norm(gradient.double() - want_gradient.double()) / torch.norm(want_gradient.double())
    return {"loss_error": loss, "gradient_error": error.item()}


def of(iteration):
    losses = iteration.evaluate()
    return {name: loss.item() for name, loss in losses.items()}, iteration.image.grad


def in_file(problem, names):
    return {name: problem.tensor("loss." + name).item() for name in names}, problem.picture("gradient")


def check(iteration, other):
    theirs = of(iteration)
    return distance(*in_file(other, theirs[0]), *theirs)


def judge(iteration, other):
    truth = of(Iteration(other, torch.contiguous_format, torch.float64))
    return {"impasto": distance(*in_file(other, truth[0]), *truth),
            "libtorch": distance(*of(iteration), *truth)}


def adam(iteration, count):
    optimizer = torch.optim.Adam([iteration.image], lr=10)
    for _ in range(count):
        loss = iteration.evaluate()["total"].item()
        optimizer.step()
    return {"loss": loss, "peak_resident_bytes": resident_bytes("VmHWM")}


def hello(options, before):
    config = torch.__config__.show()
    onednn = config.split("MKL-DNN v")[1].split()[0] if "MKL-DNN v" in config else "none"
    return {"who": f"libtorch {torch.__version__}", "memory_format": options.memory_format,
            "threads": torch.get_num_threads(), "isa": torch.backends.cpu.get_cpu_capability(),
            "onednn": onednn if torch.backends.mkldnn.is_available() else "none",
            "resident_before_bytes": before}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("problem")
    parser.add_argument("--memory-format", choices=FORMATS, default="channels_last")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    before = resident_bytes("VmRSS")
    iteration = Iteration(Problem(options.problem), FORMATS[options.memory_format])
    orders = {"hello": lambda _: hello(options, before),
              "time": lambda count: timed(iteration, int(count)),
              "check": lambda path: check(iteration, Problem(path)),
              "judge": lambda path: judge(iteration, Problem(path)),
              "adam": lambda count: adam(iteration, int(count))}
    for line in sys.stdin:
        order, argument = (line.split() + [""])[:2]
        print(json.dumps(orders[order](argument)), flush=True)


if __name__ == "__main__":
    main()
