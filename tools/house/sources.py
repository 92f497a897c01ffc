"""Nothing lies about unused: every source is built, every folder with a CMakeLists.txt is entered."""

import re

SOURCE = re.compile(r"[\w./${}-]+\.(?:cpp|cu)\b")
SUBDIRECTORY = re.compile(r"add_subdirectory\(\s*([\w./-]+)")


def without_comments(text):
    return re.sub(r"#.*", "", text)


def normal(path):
    """Resolves .. without asking the file system."""
    parts = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def check(tree):
    listed, entered = set(), {"."}
    scripts = [path for path in tree.files if path.name == "CMakeLists.txt"]
    for script in scripts:
        text = without_comments(tree.read(script))
        if re.search(r"^\s*project\(", text, re.MULTILINE):
            entered.add(script.parent.as_posix())
        listed.update(normal(script.parent / name) for name in SOURCE.findall(text))
        entered.update(normal(script.parent / name) for name in SUBDIRECTORY.findall(text))

    for path in tree.files:
        if path.suffix in {".cpp", ".cu"} and path.as_posix() not in listed:
            yield f"{path}:1: no CMakeLists.txt builds it"
    for script in scripts:
        if script.parent.as_posix() not in entered:
            yield f"{script}:1: no add_subdirectory enters it"
