"""Files and functions stay small enough to read."""

import ast

from house import cpp

MAX_SOURCE_LINES = 500
MAX_HEADER_LINES = 150
MAX_FUNCTION_LINES = 80
MAX_KERNEL_LINES = 150  # a __global__ function
MAX_PARAMETERS = 6


def check_cpp(path, text):
    for function in cpp.functions(text):
        limit = MAX_KERNEL_LINES if "__global__" in function.head else MAX_FUNCTION_LINES
        if function.lines > limit:
            yield (f"{path}:{function.line}: {function.name} has {function.lines} lines, "
                   f"at most {limit}")
        if function.parameters > MAX_PARAMETERS:
            yield (f"{path}:{function.line}: {function.name} takes {function.parameters} "
                   f"parameters, at most {MAX_PARAMETERS}: make a struct")


def check_python(path, text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines"


def check(tree):
    for path in tree.text():
        if path.suffix in {".json", ".jsonl"}:
            continue  # data
        text = tree.read(path)
        lines = len(text.splitlines())
        limit = MAX_HEADER_LINES if path.suffix in {".h", ".cuh"} else MAX_SOURCE_LINES
        if lines > limit:
            yield f"{path}:{lines}: {lines} lines, at most {limit}"
        if path.suffix == ".py":
            yield from check_python(path, text)
        elif path in tree.cpp():
            yield from check_cpp(path, text)
