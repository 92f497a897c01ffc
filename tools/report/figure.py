"""The frame of every plot, and its axes."""

import dataclasses
import math

from report.markup import at, tag, text

# Of the font's size, in the widest of the fonts that systems have.
CHARACTER, BOLD_CHARACTER = 0.61, 0.7


def width_of(words, size=11, character=CHARACTER):
    return character * size * len(words)


@dataclasses.dataclass(frozen=True)
class Figure:
    """title and subtitle stand above the plot; says: everything it shows, for who cannot see it."""

    title: str
    subtitle: str
    says: str
    kind: str = "bars"

    def around(self, width, height, *drawn):
        svg = tag("svg", tag("title", text(self.title)), tag("desc", text(self.says)), *drawn,
                  viewBox=f"0 0 {at(width)} {at(height)}", role="img", width=at(width), height=at(height))
        head = tag("figcaption", tag("strong", text(self.title)), " ", tag("span", text(self.subtitle)))
        return tag("figure", head, svg, class_=self.kind)


def words_at(x, y, words, class_, anchor=None, **more):
    return tag("text", text(words), x=at(x), y=at(y), class_=class_, text_anchor=anchor, **more)


def line(x1, y1, x2, y2, class_):
    return tag("line", x1=at(x1), y1=at(y1), x2=at(x2), y2=at(y2), class_=class_)


def axis_name(left, right, y, words):
    """Below the axis; from further left where it has no room."""
    fits = width_of(words, 10.5) <= right - left
    return words_at(left if fits else right, y, words, "axis", None if fits else "end")


def round_ticks(top, most=4):
    """0, 200, 400 ... up to top, at most so many steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = top / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough * 0.999)
    return [step * number for number in range(int(top / step * 1.001) + 1)]


def plain(value):
    return f"{value:g}" if value < 1e5 else f"{value:.0f}"


def power_of_ten(power):
    """10⁻⁶; 1 to 1000 as they are."""
    if 0 <= power <= 3:
        return str(10 ** power)
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def at_least_a_decade(low, high):
    """Wide enough that an axis has a power of ten to name."""
    more = max(1.0, (12 * low / high) ** 0.5)
    return low / more, high * more


class Log:
    """A logarithmic scale from low to high onto a run of coordinates, downwards if first > last."""

    def __init__(self, low, high, first, last):
        self.low, self.high, self.first, self.last = low, high, first, last

    def __call__(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.first + share * (self.last - self.first)

    def powers(self):
        begin, end = math.log10(self.low), math.log10(self.high)
        return range(math.ceil(begin - 1e-9), math.floor(end + 1e-9) + 1)


def spread_out(wanted, apart):
    """Positions as near as can be to those wanted, in their order, none nearer to the next than apart."""
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    groups = []  # of neighbours that push each other: sum of what each wants for the first, members
    for one in order:
        groups.append([wanted[one], [one]])
        while len(groups) > 1:
            (sum1, members1), (sum2, members2) = groups[-2:]
            if sum1 / len(members1) + apart * len(members1) <= sum2 / len(members2):
                break
            moved = sum2 - apart * len(members1) * len(members2)
            groups[-2:] = [[sum1 + moved, members1 + members2]]
    places = [0.0] * len(wanted)
    for total, members in groups:
        for number, one in enumerate(members):
            places[one] = total / len(members) + apart * number
    return places
