"""How far kernels and the whole gradient are from f64."""

from report.chapter import chapter, grid, provenance
from report.figure import Figure, Log, at_least_a_decade, axis_name, line, power_of_ten, width_of, words_at
from report.markup import at, between, data_table, square, tag, text, tiny
from report.speeds import by, tone, Speed
from tables.kernels import split
from tables.whole import is_ours

WIDTH, PITCH, TOP = 340, 21, 4
MEASURES = {"frobenius": ("Frobenius norm", "of the difference, relative to the result's"),
            "worst": ("Worst element", "its difference, relative to the largest element")}


def by_kernel(rows):
    """Kernel, then channels: the rows of both directions."""
    kernels = by(rows, lambda row: split(row["kernel"])[1])
    return {kernel: by(found, lambda row: row["channels"]) for kernel, found in kernels.items()}


def largest(rows, what):
    return max(row[what] for row in rows)


def tone_of(kernel):
    return tone(Speed("", kernel, False, "", 1, {}))


def row_of_dots(kernel, channels, place):
    """A dot for each number of channels, the more the larger; the value of the last behind them."""
    scale, what, y = place
    points = [(count, largest(found, what)) for count, found in sorted(channels.items())]
    shown = [(count, max(value, scale.low)) for count, value in points]
    drawn = [words_at(scale.first - 10, y + 4, kernel, "name", "end"),
             line(scale(shown[0][1]), y, scale(shown[-1][1]), y, "trace " + tone_of(kernel))]
    for number, (count, value) in enumerate(shown):
        tip = tag("title", text(f"{kernel}, {count} channels: {tiny(value)}"))
        drawn.append(tag("circle", tip, cx=at(scale(value)), cy=at(y), r=at(2.4 + 1.3 * number),
                         class_="mark " + tone_of(kernel)))
    drawn.append(words_at(WIDTH - 2, y + 4, tiny(points[-1][1]), "value", "end"))
    return drawn


def panel(kernels, what):
    values = [largest(found, what) for channels in kernels.values() for found in channels.values()]
    least = min((value for value in values if value > 0), default=1e-9)
    left = max(map(width_of, kernels)) + 14
    scale = Log(*at_least_a_decade(least / 2, max(*values, least) * 2), left, WIDTH - width_of("1.0e-10") - 10)
    bottom = TOP + PITCH * len(kernels)
    drawn = []
    for power in scale.powers():
        x = scale(10.0 ** power)
        drawn.append(line(x, TOP, x, bottom, "gridline"))
        if power % 2 == 0 or len(scale.powers()) < 3:
            drawn.append(words_at(x, bottom + 13, power_of_ten(power), "tick", "middle"))
    for number, (kernel, channels) in enumerate(kernels.items()):
        drawn += row_of_dots(kernel, channels, (scale, what, TOP + PITCH * (number + 0.5)))
    most = max(max(channels) for channels in kernels.values())
    drawn.append(axis_name(left, WIDTH - 2, bottom + 29, f"error (log); as a number: of {most} channels"))
    says = "; ".join(f"{kernel} {between([largest(found, what) for found in channels.values()], tiny)}"
                     for kernel, channels in kernels.items())
    return Figure(*MEASURES[what], f"Errors against f64. {says}.", "bars").around(WIDTH, bottom + 35, *drawn)


def table(kernels):
    lines = [[kernel, count, tiny(largest(found, "frobenius")), tiny(largest(found, "worst"))]
             for kernel, channels in kernels.items() for count, found in sorted(channels.items())]
    return data_table(["kernel", "channels", "Frobenius", "worst element"], lines, "Errors as a table")


def whole_gradient(rows):
    """Of the iteration, where it was compared with f64."""
    said = []
    for row in rows.section("iteration"):
        if is_ours(row) and "gradient_error_to_f64" in row:
            theirs = row.get("libtorch_gradient_error_to_f64")
            beside = f", LibTorch's by {tiny(theirs)}" if theirs is not None else ""
            said.append(f"at {square(row['size'])} in {row.get('variant', 'f32')} by "
                        f"{tiny(row['gradient_error_to_f64'])}{beside}")
    return [tag("p", text(f"The picture's gradient of a whole iteration differs from f64's {'; '.join(said)} "
                          "(Frobenius norm; ReLU and pool choose otherwise where rounding tips them)."))] \
        if said else []


def sentence(kernels):
    counts = sorted({count for channels in kernels.values() for count in channels})
    rounding = [kernel for kernel in kernels if tone_of(kernel).startswith("round")]
    exact = [largest(found, "frobenius") for kernel, channels in kernels.items() if kernel not in rounding
             for found in channels.values()]
    more = f"; {', '.join(rounding)}, for mixed precision only, rounds operands to 16 bits" if rounding else ""
    return (f"Convolutions of relu(N(0, 1)) with He's weights. Dots from small to large: "
            f"{', '.join(map(str, counts))} channels. Kernels that multiply in f32 or better err by "
            f"{between(exact, tiny) if exact else 'nothing known'}{more}.")


def accuracy(rows):
    found = rows.section("errors")
    if not found:
        return None
    kernels = by_kernel(found)
    return chapter("accuracy", "Accuracy", sentence(kernels), grid(panel(kernels, what) for what in MEASURES),
                   *whole_gradient(rows), table(kernels), provenance(found))
