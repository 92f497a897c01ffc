"""One direction's roofline: marks for its kernels and layers, roofs as far as rows have them."""

from report.figure import (Figure, Log, at_least_a_decade, line, power_of_ten, spread_out, width_of,
                           words_at)
from report.markup import at, between, digits, tag, text
from report.speeds import by, peak_gflops, tone

WIDTH, HEIGHT = 370, 400
LEFT, TOP, BOTTOM = 40, 60, 358
APART, LINES_APART = 12, 25  # of labels; of those with two lines
FAR = 3     # a gap between intensities that no line crosses
# F(4x4, 3x3) has 36 products where direct convolution has 144.
WINOGRAD = 4
# A marker for each hue of a tone, about 0, 0.
MARKERS = {"wino": "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z", "direct": "M-3.2 -3.2h6.4v6.4h-6.4z",
           "round": "M0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z", "lib": "M0 -4.4l4.2 7.4h-8.4z",
           "other": "M0 4.4l4.2 -7.4h-8.4z"}


def intensity(item):
    return item.gflops / item.gb_s


def bandwidth(items):
    """Of the memory, GB/s, where it was measured."""
    found = [item.row["bandwidth_gbs"] for item in items if item.row.get("bandwidth_gbs")]
    return max(found) if found else None


def halves(label):
    """winograd4, avx512"""
    idea, _, rest = label.partition(".")
    return idea, rest


class Plot:
    """One direction's kernels, and the scales they are drawn on. all_items: also the other direction's."""

    def __init__(self, items, all_items):
        self.items = items
        self.peak, self.bandwidth = peak_gflops(all_items), bandwidth(all_items)
        self.winograd = any("winograd" in item.label for item in items) and self.peak
        xs, ys = [intensity(item) for item in items], [item.gflops for item in items]
        top = max([*ys, WINOGRAD * self.peak if self.winograd else self.peak or 0])
        self.kernels = by(items, lambda item: item.label)
        self.right = WIDTH - 18 - max(width_of(half, 10.5) for label in self.kernels for half in halves(label))
        if self.peak and self.bandwidth:
            xs.append(self.peak / self.bandwidth)  # where the roofs meet
        self.x = Log(*at_least_a_decade(min(xs) / 1.5, max(xs) * 1.2), LEFT, self.right)
        self.y = Log(*at_least_a_decade(min(ys) / 1.5, top * 1.5), BOTTOM, TOP)

    def axes(self):
        drawn = [tag("rect", x=LEFT, y=TOP, width=at(self.right - LEFT), height=BOTTOM - TOP, class_="box")]
        for power in self.x.powers():
            x = self.x(10.0 ** power)
            drawn += [line(x, TOP, x, BOTTOM, "gridline"),
                      words_at(x, BOTTOM + 14, power_of_ten(power), "tick", "middle")]
        for power in self.y.powers():
            y = self.y(10.0 ** power)
            drawn += [line(LEFT, y, self.right, y, "gridline"),
                      words_at(LEFT - 5, y + 4, power_of_ten(power), "tick", "end")]
        middle = (TOP + BOTTOM) / 2
        return drawn + [words_at(LEFT, BOTTOM + 31, "operations for each byte of the operands (log)", "axis"),
                        words_at(11, middle, "GFLOP/s (log)", "axis", "middle",
                                 transform=f"rotate(-90 11 {at(middle)})")]

    def roofs(self):
        drawn = []
        if self.bandwidth:
            drawn += self.memory_roof()
        if self.peak:
            drawn += self.flat(self.peak, f"FMA peak, {digits(self.peak)}", "roof")
        if self.winograd:
            drawn += self.flat(WINOGRAD * self.peak, f"{WINOGRAD} × FMA peak", "roof dashed")
        return drawn

    def flat(self, value, words, class_):
        y = self.y(value)
        return [line(LEFT, y, self.right, y, class_), words_at(LEFT + 5, y - 5, words, "rooftext")]

    def memory_roof(self):
        """From the left edge, or the bottom, up to the multipliers' roof."""
        begin = max(self.x.low, self.y.low / self.bandwidth)
        end = min(self.x.high, (self.peak or self.y.high) / self.bandwidth)
        if begin >= end:
            return []
        (x1, y1), (x2, y2) = ((self.x(one), self.y(self.bandwidth * one)) for one in (begin, end))
        return [line(x1, y1, x2, y2, "roof"),
                words_at((x1 + x2) / 2 + 9, (y1 + y2) / 2 + 9, f"memory, {digits(self.bandwidth)} GB/s",
                         "rooftext")]

    def layer_names(self):
        """Upright above the plot, each with a line to where its points are."""
        layers = {item.layer: self.x(intensity(item)) for item in self.items}
        drawn = []
        for (layer, x), place in zip(layers.items(), spread_out(list(layers.values()), APART)):
            drawn += [tag("path", d=f"M{at(x)} {TOP}V{TOP - 4}L{at(place)} {TOP - 14}", class_="leader"),
                      words_at(place + 4, TOP - 17, layer, "tick",
                               transform=f"rotate(-90 {at(place + 4)} {at(TOP - 17)})")]
        return drawn

    def points(self):
        drawn = []
        for items in self.kernels.values():
            items = sorted(items, key=intensity)
            places = [(self.x(intensity(item)), self.y(item.gflops)) for item in items]
            near = [False, *(intensity(b) < FAR * intensity(a) for a, b in zip(items, items[1:]))]
            path = "".join(f"{'L' if joined else 'M'}{at(x)} {at(y)}" for joined, (x, y) in zip(near, places))
            drawn.append(tag("path", d=path, class_=f"trace {tone(items[0])}"))
            for item, (x, y) in zip(items, places):
                tip = tag("title", text(f"{item.label}, {item.layer}: {digits(item.gflops)} GFLOP/s"))
                drawn.append(tag("path", tip, d=MARKERS[tone(item).split()[0]], class_=f"mark {tone(item)}",
                                 transform=f"translate({at(x)} {at(y)})"))
        return drawn

    def kernel_names(self):
        """Right of the plot, each with a line to its rightmost point; beside a point that is far from there."""
        last = [max(items, key=intensity) for items in self.kernels.values()]
        ends = [(item, self.x(intensity(item)), self.y(item.gflops)) for item in last]
        far = [end for end in ends if self.alone(end[1])]
        drawn = [words_at(x + 8, place + 4, item.label, "name small halo")
                 for (item, x, _), place in zip(far, spread_out([y for _, _, y in far], APART))]
        ends = [end for end in ends if not self.alone(end[1])]
        right = at(self.right)
        for (item, x, y), place in zip(ends, spread_out([y for _, _, y in ends], LINES_APART)):
            idea, rest = halves(item.label)
            drawn += [tag("path", d=f"M{at(x + 6)} {at(y)}L{right} {at(y)}L{at(self.right + 10)} {at(place)}",
                          class_="leader"),
                      words_at(self.right + 13, place + 3, idea, "name small"),
                      words_at(self.right + 13, place + 14, rest, "tick")]
        return drawn

    def alone(self, x):
        return x < (LEFT + self.right) / 2

    def draw(self, title):
        best = [f"{label}: {between([item.gflops for item in items], digits)} GFLOP/s"
                for label, items in self.kernels.items()]
        figure = Figure(title, "each mark is a kernel on a layer",
                        f"GFLOP/s over operations for each byte. {'; '.join(best)}.", "roofline")
        return figure.around(WIDTH, HEIGHT, *self.axes(), *self.roofs(), *self.layer_names(), *self.points(),
                             *self.kernel_names())
