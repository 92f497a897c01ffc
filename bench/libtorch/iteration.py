#!/usr/bin/env python3
"""One evaluation of the objective in LibTorch, through its Python front end: the other side of
bench/iteration_bench.cpp. VGG-19 of random weights through conv5_1, content loss at relu4_2, style losses at
relu1_1 ... relu5_1, backward to the picture; f32, weights frozen.

    bench/libtorch/iteration.py [--sizes 256,512] [--threads 2] [--repeat 9]

Prints one JSON line for each size and memory format: median, best and worst milliseconds.
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

CHANNELS = [(64, 2), (128, 2), (256, 4), (512, 4), (512, 1)]
STYLE = {"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"}


def network(memory_format):
    layers, ic = [], 3
    for block, (oc, count) in enumerate(CHANNELS, 1):
        for index in range(1, count + 1):
            weight = torch.randn(oc, ic, 3, 3) * (2 / (9 * ic)) ** 0.5
            layers.append((f"relu{block}_{index}", weight.contiguous(memory_format=memory_format),
                           torch.zeros(oc)))
            ic = oc
    return layers


def taps(layers, x):
    found = {}
    for name, weight, bias in layers:
        if name.endswith("_1") and name != "relu1_1":
            x = F.max_pool2d(x, 2)
        x = F.relu(F.conv2d(x, weight, bias, padding=1))
        if name in STYLE or name == "relu4_2":
            found[name] = x
    return found


def gram(x):
    features = x.flatten(2)[0]
    return features @ features.T / features.numel()


def loss_of(layers, image, content, grams):
    total = 0
    for name, x in taps(layers, image).items():
        if name == "relu4_2":
            total = total + 5 * F.mse_loss(x, content)
        else:
            total = total + 100 * F.mse_loss(gram(x), grams[name])
    return total


def measure(size, memory_format, repeat):
    layers = network(memory_format)
    picture = lambda: (torch.rand(1, 3, size, size) * 255 - 117).contiguous(memory_format=memory_format)
    with torch.no_grad():
        content = taps(layers, picture())["relu4_2"]
        grams = {name: gram(x) for name, x in taps(layers, picture()).items() if name in STYLE}
    image = picture().requires_grad_()
    times = []
    for _ in range(repeat + 2):
        begin = time.perf_counter()
        image.grad = None
        loss_of(layers, image, content, grams).backward()
        times.append((time.perf_counter() - begin) * 1e3)
    return times[2:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="256")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    formats = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    for size in map(int, options.sizes.split(",")):
        for name, memory_format in formats.items():
            times = measure(size, memory_format, options.repeat)
            print(json.dumps({"library": "libtorch " + torch.__version__, "size": size,
                              "memory_format": name, "threads": options.threads,
                              "median_ms": round(statistics.median(times), 1),
                              "best_ms": round(min(times), 1), "worst_ms": round(max(times), 1)}))


if __name__ == "__main__":
    main()
