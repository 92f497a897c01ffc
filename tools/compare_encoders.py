#!/usr/bin/env python3
"""How much of what a judge sees do other networks see, and how near to the judge's do their paintings come?

    tools/compare_encoders.py --judge vgg19.safetensors --network compact=compact.safetensors \\
        --photos FOLDER --paintings FOLDER --contents PICTURE... --styles PICTURE... -o results.json

`judge`, `built-in` and `random` (VGG-19 with random weights) always take part. Features: `impasto train
evaluate`, on what training held out. Paintings: each network paints each content in each style, from the
content, with the style loss alone, of the same layers, scaled to begin with the same value (L-BFGS crawls where
a loss is tiny), for the same number of iterations; what counts is the judge's style loss of the result, as a
share of that of the start. Averaged over the pairs,

    reached = (share of random - share) / (share of random - share of judge)

is how far the network gets from random to the judge. bench/results/encoder has results, which
tools/update_tables.py makes tables from.
"""

import argparse
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
START = 1e5  # style loss of the content picture
LAYERS = "relu1_1,relu2_1,relu3_1"  # those of the style loss that VGG-19 through conv3_4 has


class Impasto:
    """The command; what fails ends the program with its own words."""

    def __init__(self, o):
        self.program, self.size, self.iterations = o.impasto, o.size, o.iterations

    def run(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout

    def features(self, judge, network, photos, paintings):
        folders = ["--photos", *photos, *(["--paintings", *paintings] if paintings else [])]
        return json.loads(self.run("train", "evaluate", *chosen(network), *folders, "--teacher", judge,
                                   "--layers", LAYERS, "--json", "-"))

    def shrink(self, picture, output):
        """The picture at the size of the results: a step of a painting that has nothing to change."""
        self.run("stylize", picture, picture, "-o", output, "--size", self.size, "--iterations", 1, "--quiet",
                 "--style-weight", 0, *chosen("built-in"))

    def paint(self, network, content, style, output):
        weight = START / self.style_loss(network, content, style, content)
        self.run("stylize", content, style, "-o", output, "--size", self.size, "--iterations", self.iterations,
                 "--quiet", "--content-weight", 0, "--style-weight", weight, "--style-layers", LAYERS, *chosen(network))

    def style_loss(self, network, content, style, image):
        return json.loads(self.run("evaluate", *chosen(network), "--content", content, "--style", style, "--image",
                                   image, "--content-weight", 0, "--style-weight", 1, "--style-layers",
                                   LAYERS))["total"]


def chosen(network):
    return ["--network" if network.startswith("random:") else "--weights", network]


def paint_all(impasto, networks, contents, styles, folder):
    """One row a pair of pictures: {"content", "style", "shares": {network: share of the start's loss}}."""
    for picture in {*contents, *styles}:
        impasto.shrink(picture, folder / f"{picture.stem}.png")
    for content, style in itertools.product(contents, styles):
        start, target = folder / f"{content.stem}.png", folder / f"{style.stem}.png"
        whole = impasto.style_loss(networks["judge"], start, target, start)
        shares = {}
        for name, network in networks.items():
            output = folder / f"{content.stem}-{style.stem}-{name}.png"
            impasto.paint(network, start, target, output)
            shares[name] = impasto.style_loss(networks["judge"], start, target, output) / whole
        print(f"{content.stem} {style.stem}: " + ", ".join(f"{name} {share:.4f}" for name, share in shares.items()),
              file=sys.stderr, flush=True)
        yield {"content": content.name, "style": style.name, "shares": shares}


def summary(rows):
    means = {name: sum(row["shares"][name] for row in rows) / len(rows) for name in rows[0]["shares"]}
    whole = means["random"] - means["judge"]
    return {name: {"share": mean, "reached": (means["random"] - mean) / whole} for name, mean in means.items()}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--judge", required=True, metavar="FILE", help="weights of the network whose loss counts")
    parser.add_argument("--network", action="append", default=[], metavar="NAME=WEIGHTS", help="another one")
    parser.add_argument("--photos", nargs="+", default=[], metavar="FOLDER", help="for the features")
    parser.add_argument("--paintings", nargs="+", default=[], metavar="FOLDER", help="likewise")
    parser.add_argument("--contents", nargs="+", default=[], type=pathlib.Path, metavar="PICTURE")
    parser.add_argument("--styles", nargs="+", default=[], type=pathlib.Path, metavar="PICTURE")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--impasto", default=str(ROOT / "build/release/tools/impasto"), metavar="PROGRAM")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="for the pictures")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="results as JSON; default: printed")
    return parser.parse_args()


def main():
    o = parse()
    impasto = Impasto(o)
    named = dict(one.split("=", 1) for one in o.network)
    networks = {"judge": o.judge, "built-in": "built-in", **named, "random": named.get("random", "random:1")}
    results = {"judge": pathlib.Path(o.judge).name, "layers": LAYERS}
    if o.photos:
        results["features"] = {name: impasto.features(o.judge, network, o.photos, o.paintings)
                               for name, network in networks.items() if name != "judge"}
    if o.contents and o.styles:
        with tempfile.TemporaryDirectory() as scratch:
            folder = o.keep or pathlib.Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            rows = list(paint_all(impasto, networks, o.contents, o.styles, folder))
        results["paintings"] = {"size": o.size, "iterations": o.iterations, "networks": summary(rows), "rows": rows}
    text = json.dumps(results, indent=1) + "\n"
    if o.output:
        o.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
