"""Nothing lies about unused: every source is built, every folder with a CMakeLists.txt is entered."""

import re

SOURCE = re.compile(r"[\w./${}-]+\.(?:cpp|cu)\b")
# Takes every source of its folder but those after EXCEPT; defined in ops/CMakeLists.txt.
WHOLE_FOLDER = re.compile(r"^impasto_op_sources\(\s*(?:EXCEPT\s+([^)]*))?\)", re.MULTILINE)
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


def of_whole_folder(tree, script, exceptions):
    """The sources of a folder that compiles what lies in it."""
    for path in tree.files:
        if path.parent == script.parent and path.name not in exceptions.split():
            yield path.as_posix()


def check(tree):
    listed, entered = set(), {"."}
    scripts = [path for path in tree.files if path.name == "CMakeLists.txt"]
    for script in scripts:
        text = without_comments(tree.read(script))
        if re.search(r"^\s*project\(", text, re.MULTILINE):
            entered.add(script.parent.as_posix())
        for whole in WHOLE_FOLDER.finditer(text):
            listed.update(of_whole_folder(tree, script, whole.group(1) or ""))
        text = WHOLE_FOLDER.sub("", text)
        listed.update(normal(script.parent / name) for name in SOURCE.findall(text))
        entered.update(normal(script.parent / name) for name in SUBDIRECTORY.findall(text))

    for path in tree.files:
        if path.suffix in {".cpp", ".cu"} and path.as_posix() not in listed:
            yield f"{path}:1: no CMakeLists.txt builds it"
    for script in scripts:
        if script.parent.as_posix() not in entered:
            yield f"{script}:1: no add_subdirectory enters it"
