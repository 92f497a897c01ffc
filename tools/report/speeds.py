"""Times of single kernels, whichever benchmark took them, in one form: GFLOP/s, GB/s and the work they did.

Operations count as those of direct convolution, two a multiply-add; bytes are each operand's once."""

import dataclasses
import math
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHAPES = ROOT / "bench" / "shapes"
OPS = ROOT / "tools" / "lab" / "ops"  # a file each
LIBRARIES = ("cudnn", "cublas", "onednn")
# A last word of a kernel's name that says: operands of the products are rounded.
ROUNDING = ("tf32", "bf16", "f16")


@dataclasses.dataclass(frozen=True)
class Shape:
    """A convolution of bench/shapes."""

    times: int
    height: int
    width: int
    channels: tuple
    bytes: float

    def words(self):
        often = f", {self.times} times" if self.times > 1 else ""
        return f"{self.height} × {self.width}, {self.channels[0]} → {self.channels[1]} channels{often}"


def shape_of(problem):
    """None when bench/shapes has no such convolution."""
    file, _, name = problem.partition(" ")
    path = SHAPES / f"{file}.txt"
    if not file.startswith("vgg") or not path.is_file():
        return None
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == 11 and words[0] == name:
            times, n, h, w, ic, oc, kh, kw, stride = map(int, words[1:10])
            outputs = n * h * w // stride ** 2 * oc
            return Shape(times, h, w, (ic, oc), 4.0 * (n * h * w * ic + oc * kh * kw * ic + oc + outputs))
    return None


@dataclasses.dataclass(frozen=True)
class Speed:
    table: str    # conv2d.fwd
    label: str    # winograd4.avx512, cudnn.f32
    library: bool
    problem: str  # vgg19_256 conv3_2
    times: float
    row: dict

    @property
    def layer(self):
        return self.problem.partition(" ")[2]

    @property
    def gflops(self):
        return self.row.get("gflops") or 2 * self.row.get("gmacs", 0)

    @property
    def gb_s(self):
        """Achieved; 0 when nobody knows how many bytes the problem has."""
        known = self.row.get("gb_s") or self.row.get("gbs")
        if known:
            return known
        shape = shape_of(self.problem) if self.table.startswith("conv2d.") else None
        size = self.row.get("bytes") or (shape.bytes if shape else 0)
        return 1e-6 * size / self.row["median_ms"]

    @property
    def rounds(self):
        words = self.label.replace("_", ".").split(".")
        return words[-1] in ROUNDING or "int16" in words


def speed_of(row):
    op, direction, backend, idea = row["kernel"].split(".", 3)
    library = backend in LIBRARIES
    return Speed(f"{op}.{direction}", f"{backend}.{idea}" if library else idea, library, row["problem"],
                 row["times"], row)


def speeds(rows, cache="warm"):
    """Those that were timed, best kernels first as their tables are. Rows of all ops have those of the older
    benchmark of convolutions, too."""
    found = [row for row in rows.section("ops") if row.get("cache") == cache]
    if cache == "warm":
        found = (found or rows.section("kernels")) + rows.section("gpu_ops")
    return [speed_of(row) for row in found if "median_ms" in row]


def by(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def measure(items):
    """What these are compared in: a unit, and how to read it of each."""
    for unit, read in (("GFLOP/s", lambda one: one.gflops), ("GB/s", lambda one: one.gb_s)):
        if all(read(one) > 0 for one in items):
            return unit, read
    return "calls a second", lambda one: 1000 / one.row["median_ms"]


def mean(items, read):
    """Geometric, each layer as often as the network has it."""
    times = sum(one.times for one in items)
    return math.exp(sum(one.times * math.log(read(one)) for one in items) / times)


def peak_gflops(items):
    """Of the multipliers, measured beside the kernels; None on machines that did not."""
    found = [one.row["fma_peak_gmacs"] for one in items if "fma_peak_gmacs" in one.row]
    return 2 * max(found) if found else None


def tone(item):
    """The colour of a kernel: a hue for the idea, a shade for the instruction set."""
    first = item.label.partition(".")[0]
    hues = {"winograd4": "wino", "winograd6": "wino", "direct": "direct"}
    hue = "lib" if item.library else "round" if item.rounds else hues.get(first, "other")
    shade = 1 if item.library or "avx512" in item.label else 2 if "avx2" in item.label else \
        3 if "generic" in item.label or "reference" in item.label else 1
    return f"{hue} s{shade}"
