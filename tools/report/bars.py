"""Horizontal bars, each with its name before it and its value behind it: nothing to look up in a legend."""

import dataclasses

from report.figure import BOLD_CHARACTER, axis_name, line, plain, round_ticks, width_of, words_at
from report.markup import at, tag, text

WIDTH = 340
PITCH, THICK = 21, 13
TOP, BOTTOM = 4, 34
TICK_APART = 40


@dataclasses.dataclass(frozen=True)
class Bar:
    label: str
    value: float
    words: str         # the value, as it is written
    tone: str = "wino s1"
    note: str = ""     # behind the value: a ratio
    low: float = None  # p10
    high: float = None  # p90

    @property
    def end(self):
        return max(self.value, self.high or 0)

    @property
    def behind(self):
        note = 6 + width_of(self.note) if self.note else 0
        return width_of(self.words, character=BOLD_CHARACTER) + note

    def says(self):
        return f"{self.label}: {self.words}" + (f", {self.note}" if self.note else "")


@dataclasses.dataclass(frozen=True)
class Scale:
    """Bars of several plots that are to be compared share one."""

    unit: str
    left: float   # where bars begin
    ratio: float  # coordinates for a unit
    top: float    # the largest end

    def x(self, value):
        return self.left + self.ratio * value


def scale_for(bars, unit):
    left = max(width_of(bar.label) for bar in bars) + 8
    ratio = min((WIDTH - left - bar.behind - 8) / bar.end for bar in bars)
    return Scale(unit, left, ratio, max(bar.end for bar in bars))


def axis(scale, bottom):
    steps = int(scale.ratio * scale.top / TICK_APART)
    drawn = []
    for tick in round_ticks(scale.top, max(2, steps)):
        x = scale.x(tick)
        drawn += [line(x, TOP, x, bottom, "gridline"),
                  words_at(x, bottom + 13, plain(tick), "tick", "middle")]
    return [*drawn, axis_name(scale.left, WIDTH - 2, bottom + 28, scale.unit)]


def whisker(bar, scale, middle):
    if bar.low is None:
        return []
    low, high = scale.x(bar.low), scale.x(bar.high)
    return [line(low, middle, high, middle, "whisker"),
            *(line(x, middle - 3, x, middle + 3, "whisker") for x in (low, high))]


def one(bar, scale, y):
    middle = y + PITCH / 2
    tip = tag("title", text(bar.says()))
    behind = scale.x(bar.end) + 6
    drawn = [words_at(scale.left - 8, middle + 4, bar.label, "name", "end"),
             tag("rect", tip, x=at(scale.left), y=at(middle - THICK / 2),
                 width=at(max(1, scale.ratio * bar.value)), height=THICK, rx=1.5, class_=f"mark {bar.tone}"),
             *whisker(bar, scale, middle)]
    note = tag("tspan", text(bar.note), class_="note", dx=6) if bar.note else ""
    drawn.append(tag("text", text(bar.words), note, x=at(behind), y=at(middle + 4), class_="value"))
    return drawn


def bar_plot(figure, bars, scale):
    bottom = TOP + PITCH * len(bars)
    drawn = axis(scale, bottom)
    for number, bar in enumerate(bars):
        drawn += one(bar, scale, TOP + PITCH * number)
    return figure.around(WIDTH, bottom + BOTTOM, *drawn)


def spoken(bars):
    return "; ".join(bar.says() for bar in bars) + "."
