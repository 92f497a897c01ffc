"""The page: machine after machine, each with its chapters, and a line for what has not been measured."""

import pathlib
import re

from report.accuracy import accuracy
from report.beside import beside
from report.chapter import missing
from report.compiler import compiler
from report.iteration import iteration
from report.ladder import ON_GPU, ladder
from report.layers import layers
from report.machine import fact_list, failures, tiles
from report.markup import tag, text
from report.memory import memory
from report.roofline import roofline
from report.speeds import by

STYLE = pathlib.Path(__file__).with_name("style.css")
MEASURE = "bench/measure.py MACHINE --sections "
GPU = "tools/gpu_check.sh"

# Of each kind of folder the sections that tell it, and its chapters: what makes one, what it is called
# where it is missing, and the command that would measure it.
KINDS = {
    "cpu": (("iteration", "avx2", "busy", "memory", "kernels", "ops", "errors"), (
        (iteration, "the whole iteration", MEASURE + "iteration,avx2,busy --torch-python PYTHON"),
        (roofline, "the roofline", MEASURE + "kernels"),
        (layers, "kernels layer by layer", MEASURE + "kernels"),
        (ladder, "the ladder of each op", MEASURE + "ops"),
        (beside, "every op beside oneDNN", MEASURE + "ops"),
        (memory, "memory", MEASURE + "memory --torch-python PYTHON"),
        (accuracy, "accuracy", MEASURE + "errors"))),
    "gpu": (("gpu_ops", "gpu_iteration"), (
        (iteration, "the whole iteration on a GPU", GPU),
        (roofline, "the roofline of a GPU", GPU),
        (layers, "kernels layer by layer beside cuDNN", GPU),
        (ladder, "the ladder of each op on a GPU", GPU),
        (beside, "every op beside cuDNN and cuBLAS", GPU))),
    "compiler": (("kernel_figures",), (
        (compiler, "GPU kernels as compiled", "tools/kernel_figures.py"),)),
}
TITLES = {"cpu": "Processors", "gpu": "GPUs", "compiler": "The compiler"}


def kind_of(rows):
    return next((kind for kind, (sections, _) in KINDS.items() if any(map(rows.section, sections))), None)


def anchored(name, markup):
    """Anchors and links of one machine's part, told from another's."""
    return re.sub(r'<section id="', f'<section id="{name}-', markup)


def slug(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "machine"


def contents(name, parts):
    heads = re.findall(r'<section id="([^"]+)"><h3>([^<]+)</h3>', "".join(parts))
    links = (tag("a", heading, href=f"#{name}-{anchor}") for anchor, heading in heads)
    return tag("nav", *links, aria_label="Parts")


def machine(name, kind, rows, introduction):
    made = [(make(rows), what, command) for make, what, command in KINDS[kind][1]]
    parts = [part for part, _, _ in made if part]
    lacking = missing_lines([(what, command) for part, what, command in made if not part])
    about = [tag("p", text(introduction), class_="says") if introduction else "", tiles(rows)]
    if kind != "compiler":
        about += [fact_list(rows), failures(rows)]
    links = [contents(slug(name), parts)] if len(parts) > 1 else []
    return tag("article", tag("h2", text(name)), *about, *links, anchored(slug(name), "".join(parts)), *lacking)


def missing_lines(lacking):
    """One for each command."""
    for command, pairs in by(lacking, lambda pair: pair[1]).items():
        yield missing(", ".join(what for what, _ in pairs), command, ON_GPU if command == GPU else "")


def unmeasured(kind):
    lines = missing_lines([(what, command) for _, what, command in KINDS[kind][1]])
    return tag("article", tag("h2", text(TITLES[kind])), *lines)


def page(machines):
    """machines: by their names Rows, and a sentence that introduces each."""
    kinds = by(machines.items(), lambda each: kind_of(each[1][0]))
    articles = []
    for kind in KINDS:
        here = [machine(name, kind, *each) for name, each in kinds.get(kind, [])]
        articles += here or [unmeasured(kind)]
    head = tag("head", tag("meta", charset="utf-8"), tag("title", "Impasto in numbers"),
               tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
               tag("meta", name="color-scheme", content="light dark"),
               tag("style", STYLE.read_text(encoding="utf-8")))
    top = tag("header", tag("h1", "Impasto in numbers"),
              tag("p", "Neural style transfer from scratch: how fast, how exact, how large. Every number is of ",
                  tag("code", "bench/results"), "; the page is by ", tag("code", "tools/report.py"), "."))
    body = tag("body", tag("main", top, *articles))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
