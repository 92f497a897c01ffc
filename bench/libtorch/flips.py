#!/usr/bin/env python3
"""How far LibTorch is from itself: gradients in f32, with and without oneDNN, against f64, at the pictures
that its own L-BFGS goes through. Where rounding chooses another ReLU or maximum a gradient jumps, so that
now and then two right evaluations are more than 1e-3 apart.

    bench/libtorch/flips.py ../shared/golden/bridge.safetensors ../shared/weights/vgg19-conv1_1-conv3_4.safetensors

The problem is that of the golden file: content at relu3_3, style at relu1_1, relu2_1, relu3_1."""

import argparse

import torch
import torch.nn.functional as F

from objective import Problem, gram

CONTENT, STYLE = "conv3_3", ["conv1_1", "conv2_1", "conv3_1"]
LIMIT = 1e-3


class Objective:
    def __init__(self, golden, weights, dtype, onednn):
        self.dtype, self.onednn = dtype, onednn
        self.layers = [(name[:7], weights.tensor(name).to(dtype), weights.tensor(name[:7] + ".bias").to(dtype))
                       for name in weights.filters() if name <= CONTENT + ".weight"]
        self.grams = {name: golden.tensor("style.gram.relu" + name[4:]).to(dtype) for name in STYLE}
        with torch.no_grad():
            self.content = self.taps(start(golden).to(dtype))[CONTENT]

    def taps(self, x):
        found = {}
        with torch.backends.mkldnn.flags(enabled=self.onednn):
            for name, weight, bias in self.layers:
                if name.endswith("_1") and name != "conv1_1":
                    x = F.max_pool2d(x, 2)
                x = found[name] = F.relu(F.conv2d(x, weight, bias, padding=1))
        return found

    def __call__(self, picture):
        x = picture.detach().to(self.dtype).clone().requires_grad_()
        found = self.taps(x)
        loss = 5 * F.mse_loss(found[CONTENT], self.content)
        for name in STYLE:
            loss = loss + 100 * F.mse_loss(gram(found[name]), self.grams[name])
        loss.backward()
        return loss.item(), x.grad


def start(golden):
    """The picture to begin with, which is the content, as the network wants it."""
    return golden.tensor("start").permute(2, 0, 1)[None]


def distance(got, want):
    return ((got.double() - want.double()).norm() / want.double().norm()).item()


def compare(golden, weights, iterations):
    exact = Objective(golden, weights, torch.float64, False)
    settings = {"oneDNN": Objective(golden, weights, torch.float32, True),
                "no oneDNN": Objective(golden, weights, torch.float32, False)}
    picture = start(golden).float().requires_grad_()
    optimizer = torch.optim.LBFGS([picture], lr=1, max_iter=1, history_size=100, tolerance_grad=0,
                                  tolerance_change=0)
    rows = {name: [] for name in settings}

    def step():
        loss, gradient = settings["oneDNN"](picture)
        picture.grad = gradient.contiguous()
        return torch.tensor(loss)

    for _ in range(iterations):
        want, want_gradient = exact(picture)
        for name, objective in settings.items():
            loss, gradient = objective(picture)
            rows[name].append((distance(gradient, want_gradient), abs(loss - want) / want))
        optimizer.step(step)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("golden")
    parser.add_argument("weights")
    parser.add_argument("--iterations", type=int, default=50)
    options = parser.parse_args()
    rows = compare(Problem(options.golden), Problem(options.weights), options.iterations)
    for name, errors in rows.items():
        gradients = [gradient for gradient, _ in errors]
        above = sum(gradient > LIMIT for gradient in gradients)
        print(f"{name}: gradient {sorted(gradients)[len(gradients) // 2]:.1e} in the median, {max(gradients):.1e} "
              f"at most, above {LIMIT:g} in {above} of {len(gradients)}; loss {max(loss for _, loss in errors):.1e}")


if __name__ == "__main__":
    main()
