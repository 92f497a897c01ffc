"""HTML and SVG as text: elements, escaped; numbers, always written the same way."""

from html import escape

VOID = {"meta", "br"}
SHAPES = {"line", "rect", "path", "circle", "polygon"}


def attribute(name, value):
    return f' {name.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'


def tag(name, /, *content, **attributes):
    """An element; class_ is class, data_x is data-x. Content is markup already: see text()."""
    head = name + "".join(attribute(*each) for each in attributes.items() if each[1] is not None)
    if name in VOID or (name in SHAPES and not content):
        return f"<{head}/>"
    return f"<{head}>{''.join(content)}</{name}>"


def text(value):
    return escape(str(value), quote=False)


def at(value):
    """A coordinate."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def digits(value, count=3):
    """Three digits, in words that need no exponent: 0.0123, 1.23, 12.3, 123, 1230."""
    if value == 0:
        return "0"
    places = max(0, count - 1 - exponent(value))
    return f"{value:.{places}f}"


def exponent(value):
    return int(f"{abs(value):e}".split("e")[1])


def tiny(value):
    """1.7e-6, for errors."""
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(power)}"


def duration(milliseconds):
    if milliseconds >= 1000:
        return f"{digits(milliseconds / 1000)} s"
    return f"{digits(milliseconds)} ms" if milliseconds >= 0.1 else f"{digits(milliseconds * 1000)} µs"


def factor(value):
    return f"{digits(value)}×"


def square(size):
    """Of a picture; it stays on one line."""
    return f"{size}\u00a0×\u00a0{size}"


def between(values, show):
    """a to b, or a where both read the same."""
    first, last = show(min(values)), show(max(values))
    return first if first == last else f"{first} to {last}"


def data_table(header, lines, caption):
    """The values of a plot, for who reads rather than looks; folded away."""
    head = tag("tr", *(tag("th", text(cell), scope="col") for cell in header))
    body = "".join(tag("tr", tag("th", text(first), scope="row"), *(tag("td", text(cell)) for cell in rest))
                   for first, *rest in lines)
    table = tag("table", tag("thead", head), tag("tbody", body))
    return tag("details", tag("summary", text(caption)),
               tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption))
