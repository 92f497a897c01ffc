"""What the parts of the report share: how a part is laid out, and the line that stands for a missing one."""

from report.markup import tag, text


def chapter(name, heading, says, *content):
    """One part: its name is its anchor, says is a sentence on what one sees."""
    return tag("section", tag("h3", text(heading)), tag("p", text(says), class_="says"), *content, id=name)


def grid(figures, class_="grid"):
    return tag("div", *figures, class_=class_)


def provenance(rows):
    last = max(rows, key=lambda row: row["time"])
    dirty = " with changes" if last["dirty"] else ""
    return tag("p", text(f"Measured at commit {last['commit']}{dirty}, {last['time'][:10]}."), class_="from")


def missing(what, command, where=""):
    return tag("p", text(f"Not measured: {what}. "), tag("code", text(command)), text(f" measures it{where}."),
               class_="missing")


def note(words):
    return tag("p", text(words), class_="from")
