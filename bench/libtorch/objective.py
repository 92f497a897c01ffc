"""The objective in LibTorch: the problem from the file that bench/iteration_worker.cpp writes, losses and
their gradient, evaluated as they come or as a CUDA graph."""

import json
import struct

import torch
import torch.nn.functional as F

CONTENT = "relu4_2"
STYLE = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
TYPES = {"F32": torch.float32, "F64": torch.float64}
LOW = {"bf16": torch.bfloat16, "f16": torch.float16}  # by autocast; sums and losses stay f32
F16_SCALE = 2.0**16


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


def wide(x):
    return x.float() if x.dtype in LOW.values() else x


def gram(x):
    """Of rounded features, too, summed in f32: f16 would overflow."""
    features = wide(x.flatten(2)[0])
    return features @ features.T / features.numel()


class Iteration:
    """Pictures are RGB, the network reads BGR: its first filters are turned round once instead of the
    picture each time."""

    def __init__(self, problem, device, memory_format, math="f32", dtype=torch.float32):
        self.device, self.low = device, LOW.get(math)
        # f16 has no room for gradients of a mean over a picture: they are scaled, as is the custom.
        self.scale = F16_SCALE if math == "f16" else 1
        place = lambda x: x.to(device, dtype).contiguous(memory_format=FORMATS[memory_format])
        self.mean = problem.tensor("mean").flip(0).to(device, dtype).reshape(1, 3, 1, 1)
        self.layers = []
        for name in problem.filters():
            weight = problem.tensor(name)
            weight = place(weight.flip(1) if name.startswith("conv1_1") else weight)
            bias = problem.tensor(name.replace("weight", "bias")).to(device, dtype)
            # Rounded once: autocast would do it in every evaluation.
            self.layers.append(("relu" + name[4:7], weight.to(self.low or dtype), bias.to(self.low or dtype)))
        with torch.no_grad():
            self.content = self.taps(place(problem.picture("content")))[CONTENT].clone()
            style = self.taps(place(problem.picture("style")))
            self.grams = {name: gram(x) for name, x in style.items() if name in STYLE}
        self.image = place(problem.picture("image")).requires_grad_()

    def taps(self, image):
        found, x = {}, image - self.mean
        with torch.autocast(self.device, dtype=self.low, enabled=self.low is not None, cache_enabled=False):
            for name, weight, bias in self.layers:
                if name.endswith("_1") and name != "relu1_1":
                    x = F.max_pool2d(x, 2)
                x = F.relu(F.conv2d(x, weight, bias, padding=1), inplace=True)
                if name in STYLE or name == CONTENT:
                    found[name] = x
        return found

    def losses(self):
        found = self.taps(self.image)
        losses = {"content." + CONTENT: 5 * F.mse_loss(wide(found[CONTENT]), wide(self.content))}
        for name in STYLE:
            losses["style." + name] = 100 * F.mse_loss(gram(found[name]), self.grams[name])
        losses["total"] = sum(losses.values())
        return losses

    def evaluate(self):
        self.image.grad = None
        losses = self.losses()
        (losses["total"] * self.scale if self.scale != 1 else losses["total"]).backward()
        if self.scale != 1:
            self.image.grad.div_(self.scale)
        return losses


class Recorded:
    """An Iteration as a CUDA graph: recorded after some evaluations on a stream of its own, as CUDA
    wants it, and replayed from then on into the same tensors."""

    def __init__(self, iteration):
        self.image = iteration.image
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                iteration.evaluate()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.losses = iteration.evaluate()
        self.gradient = iteration.image.grad

    def evaluate(self):
        self.graph.replay()
        self.image.grad = self.gradient
        return self.losses
