"""Just enough C++ to find functions: what is code, where a body starts and ends.

Not a parser. It leans on the layout that clang-format gives every source: the brace of a body
follows white space or a parenthesis, the brace of an initialiser follows a name.
"""

import dataclasses
import re

LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|[LuU])?R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$")
CONTROL = re.compile(r"^\s*(if|for|while|switch|do|else|try|catch)\b")


@dataclasses.dataclass
class Function:
    name: str
    head: str
    line: int
    lines: int
    parameters: int


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def bare(text):
    """The code alone: comments, strings and directives become spaces, lines stay where they are."""
    return DIRECTIVE.sub(blank, LITERAL.sub(blank, text))


def closing(code, start):
    """Where the bracket that opens at `start` is closed; the end of the code when it is not."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth, opening = 0, code[start]
    for index in range(start, len(code)):
        if code[index] == opening:
            depth += 1
        elif code[index] == pairs[opening]:
            depth -= 1
            if depth == 0:
                return index
    return len(code) - 1


def count_parameters(inside):
    """What stands between a function's parentheses; the Context is the stage, not an actor."""
    depth, count = 0, 1
    for index, character in enumerate(inside):
        if character in "(<[{":
            depth += 1
        elif character in ")]}" or (character == ">" and inside[index - 1] != "-"):
            depth -= 1
        elif character == "," and depth == 0:
            count += 1
    if re.match(r"\s*Context\s*&", inside):
        count -= 1
    return count if inside.strip() else 0


def function_of(code, head_start, brace):
    head = code[head_start:brace]
    open_parenthesis = head.index("(")
    if head[:open_parenthesis].rstrip().endswith("operator"):
        open_parenthesis = head.index("(", open_parenthesis + 1)
    inside = head[open_parenthesis + 1:closing(head, open_parenthesis)]
    name = re.split(r"[\s*&]+", head[:open_parenthesis].strip())[-1]
    first = code.count("\n", 0, head_start + len(head) - len(head.lstrip())) + 1
    last = code.count("\n", 0, closing(code, brace)) + 1
    return Function(name, head, first, last - first + 1, count_parameters(inside))


def functions(text):
    """Every function with a body, outermost ones only: a lambda counts as part of its owner."""
    code = bare(text)
    head_start = index = 0
    while index < len(code):
        character = code[index]
        if character == "(":
            index = closing(code, index)
        elif character in ";}":
            head_start = index + 1
        elif character == "{":
            head = code[head_start:index]
            if code[index - 1].isalnum() or code[index - 1] in "_>=" or head.rstrip().endswith("="):
                index = closing(code, index)  # an initialiser
            elif "(" in head and not SCOPE.search(head) and not CONTROL.match(head):
                yield function_of(code, head_start, index)
                index = closing(code, index)
                head_start = index + 1
            else:
                head_start = index + 1
        index += 1
