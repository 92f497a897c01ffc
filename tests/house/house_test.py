#!/usr/bin/env python3
"""Plants each breach in a temporary tree and demands that its rule, and no other, finds it there."""

import contextlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

import check_house
from house.tree import Tree

GUARD = "#pragma once\n"
CLEAN = {
    "README.md": "top\n",
    "CMakeLists.txt": "project(clean)\nadd_subdirectory(tensor)\nadd_subdirectory(ops)\n",
    "tensor/README.md": "tensor\n",
    "tensor/CMakeLists.txt": "target_sources(clean PRIVATE a.cpp)\n",
    "tensor/a.h": GUARD,
    "tensor/a.cpp": '#include "tensor/a.h"\n\n#include <vector>\n',
    "ops/README.md": "ops\n",
    "ops/CMakeLists.txt": "target_sources(clean PRIVATE\n  b.cpp)\n",
    "ops/b.h": GUARD,
    "ops/b.cpp": '#include "ops/b.h"\n#include "tensor/a.h"\n',
}


def body(lines):
    """A function of that many lines."""
    return "void f() {\n" + "  g();\n" * (lines - 2) + "}\n"


@contextlib.contextmanager
def planted(changes):
    """The root of a clean tree with these files changed; None removes one."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**CLEAN, **changes}.items():
            if text is None:
                continue
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield root


class RuleTest(unittest.TestCase):
    def breaches(self, rule, changes):
        with planted(changes) as root:
            return list(check_house.RULES[rule](Tree(root)))

    def assert_found(self, rule, changes, *expected):
        """The rule reports these, each given by its beginning, and nothing else."""
        found = self.breaches(rule, changes)
        self.assertEqual(len(found), len(expected), found)
        for line, start in zip(found, expected):
            self.assertTrue(line.startswith(start), f"{line!r} does not start with {start!r}")

    def assert_clean(self, changes, rule):
        self.assertEqual(self.breaches(rule, changes), [])


class ProgramTest(unittest.TestCase):
    def status(self, changes, *arguments):
        with planted(changes) as root:
            command = [sys.executable, "-B", TOOLS / "check_house.py", "--root", root, *arguments]
            return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  check=False).returncode

    def test_clean_tree_passes(self):
        self.assertEqual(self.status({}), 0)

    def test_breach_fails(self):
        for changes in ({"ops/c.cpp": ""}, {"ops/README.md": None}, {"ops/b.h": ""}):
            self.assertEqual(self.status(changes), 1)

    def test_empty_tree_fails(self):
        self.assertEqual(self.status(dict.fromkeys(CLEAN)), 1)

    def test_unknown_rule_is_an_error(self):
        self.assertEqual(self.status({}, "manners"), 2)


class LayersTest(RuleTest):
    def test_upward_include(self):
        self.assert_found("layers", {"tensor/a.cpp": '#include "ops/b.h"\n'},
                          "tensor/a.cpp:1: tensor may not include ops")

    def test_indented_directive(self):
        self.assert_found("layers", {"tensor/a.h": GUARD + '#  include "ops/b.h"\n'},
                          "tensor/a.h:2: tensor may not include ops")

    def test_every_forbidden_pair(self):
        order = {"tensor": 0, "ops": 1, "nn": 2, "optim": 3, "style": 4}
        for low in order:
            for high in order:
                if order[low] < order[high]:
                    self.assert_found("layers", {f"{high}/x.h": GUARD,
                                                 f"{low}/y.h": f'#include "{high}/x.h"\n'},
                                      f"{low}/y.h:1: {low} may not include {high}")

    def test_weights_stand_beside_ops_and_nn(self):
        for one, other in (("weights", "ops"), ("weights", "nn"), ("ops", "weights"),
                           ("nn", "weights"), ("optim", "weights"), ("weights", "style")):
            self.assert_found("layers", {f"{other}/x.h": GUARD,
                                         f"{one}/y.h": f'#include "{other}/x.h"\n'},
                              f"{one}/y.h:1: {one} may not include {other}")

    def test_nothing_sees_tests_bench_and_tools(self):
        for folder in ("tests", "bench", "tools"):
            self.assert_found("layers", {f"{folder}/x.h": GUARD,
                                         "ops/b.h": f'#include "{folder}/x.h"\n'},
                              f"ops/b.h:1: ops may not include {folder}")
            self.assert_clean({f"{folder}/x.h": '#include "ops/b.h"\n'}, "layers")

    def test_include_that_is_no_path_from_the_root(self):
        self.assert_found("layers", {"ops/b.cpp": '#include "b.h"\n#include "../tensor/a.h"\n'},
                          "ops/b.cpp:1: includes \"b.h\"", "ops/b.cpp:2: includes")

    def test_angle_brackets_hide_nothing(self):
        self.assert_found("layers", {"tensor/a.cpp": "#include <ops/b.h>\n"}, "tensor/a.cpp:1")

    def test_frameworks_only_where_they_are_compared_with(self):
        include = "#include <torch/torch.h>\n"
        self.assert_found("layers", {"style/x.cpp": include, "bench/x.cpp": include},
                          "bench/x.cpp:1", "style/x.cpp:1")
        self.assert_clean({"bench/libtorch/x.cpp": include}, "layers")

    def test_source_outside_the_layers(self):
        self.assert_found("layers", {"src/x.cpp": ""}, "src/x.cpp:1: source outside")


class SizesTest(RuleTest):
    def test_function(self):
        self.assert_clean({"ops/b.cpp": body(80)}, "sizes")
        self.assert_found("sizes", {"ops/b.cpp": body(81)}, "ops/b.cpp:1: f has 81 lines")

    def test_cuda_kernel(self):
        self.assert_clean({"ops/b.cu": "__global__ " + body(150)}, "sizes")
        self.assert_found("sizes", {"ops/b.cu": "__global__ " + body(151)}, "ops/b.cu:1")

    def test_function_behind_what_looks_like_braces(self):
        before = ('const char* s = "{{{"; // {{\nchar c = \'{\'; int n = 1\'000; /* {\n */\n'
                  "#define OPEN {\nstd::vector<int> v{1, 2};\nint w[] = {1, 2};\n"
                  'auto r = R"x(" { )x";\nnamespace n {\nstruct S {\n'
                  "  S(int a, std::map<int, int> b = {}) : a_(a), b_{b} {\n    f({1, 2});\n  }\n")
        self.assert_clean({"ops/b.cpp": before + "};\n}\n" + body(80)}, "sizes")
        self.assert_found("sizes", {"ops/b.cpp": before + body(81) + "};\n}\n" + body(82)},
                          "ops/b.cpp:13: f has 81 lines", "ops/b.cpp:96: f has 82 lines")

    def test_parameters(self):
        six = "int a, std::map<int, int> b, int (*c)(int, int), int d = g(1, 2), int e, int f"
        self.assert_clean({"ops/b.cpp": f"void f({six}) {{}}\n"
                                        f"void g(Context& context, {six}) {{}}\n"}, "sizes")
        self.assert_found("sizes", {"ops/b.cpp": f"void f({six}, int g) {{}}\n"},
                          "ops/b.cpp:1: f takes 7 parameters")

    def test_files(self):
        self.assert_clean({"ops/b.cpp": "//\n" * 500, "ops/b.h": "//\n" * 150}, "sizes")
        self.assert_found("sizes", {"ops/b.cpp": "//\n" * 501, "ops/b.h": "//\n" * 151},
                          "ops/b.cpp:501: 501 lines", "ops/b.h:151: 151 lines")

    def test_python(self):
        self.assert_found("sizes", {"tools/x.py": "def f():\n" + "    g()\n" * 80},
                          "tools/x.py:1: f has 81 lines")


class SourcesTest(RuleTest):
    def test_source_that_nobody_builds(self):
        self.assert_found("sources", {"ops/orphan.cpp": "", "ops/orphan.cu": ""},
                          "ops/orphan.cpp:1", "ops/orphan.cu:1")

    def test_a_comment_builds_nothing(self):
        self.assert_found("sources", {"ops/CMakeLists.txt": "# b.cpp\n"}, "ops/b.cpp:1")

    def test_a_namesake_elsewhere_builds_nothing(self):
        self.assert_found("sources", {"ops/a.cpp": ""}, "ops/a.cpp:1")

    def test_a_folder_above_may_build_it(self):
        self.assert_clean({"ops/CMakeLists.txt": "f(b.cpp sub/c.cpp)", "ops/sub/c.cpp": ""},
                          "sources")

    def test_a_whole_folder_is_built_but_for_exceptions(self):
        self.assert_clean({"ops/CMakeLists.txt": "impasto_op_sources()\n", "ops/new.cu": ""}, "sources")
        self.assert_found("sources", {"ops/CMakeLists.txt": "impasto_op_sources(EXCEPT\n  b.cpp)\n"},
                          "ops/b.cpp:1")
        self.assert_clean({"ops/CMakeLists.txt": "impasto_op_sources(EXCEPT b.cpp)\nsimd(b.cpp)\n"},
                          "sources")

    def test_folder_that_nobody_enters(self):
        self.assert_found("sources", {"nn/CMakeLists.txt": ""}, "nn/CMakeLists.txt:1")


class FoldersTest(RuleTest):
    def test_missing_readme(self):
        self.assert_found("folders", {"ops/conv/x.h": GUARD, "ops/README.md": None},
                          "ops/README.md:1", "ops/conv/README.md:1")

    def test_data_is_introduced_above(self):
        self.assert_clean({"tests/README.md": "x\n", "tests/fixtures/README.md": "x\n",
                           "tests/fixtures/pictures/a.png": "x"}, "folders")

    def test_long_readme(self):
        self.assert_clean({"ops/README.md": "x\n" * 40, "README.md": "x\n" * 99}, "folders")
        self.assert_found("folders", {"ops/README.md": "x\n" * 41}, "ops/README.md:41")

    def test_measurements_may_be_long(self):
        table = "<!-- table: errors box -->\n" + "x\n" * 40 + "<!-- end -->\n"
        self.assert_clean({"ops/README.md": "x\n" * 40 + table}, "folders")
        self.assert_found("folders", {"ops/README.md": "x\n" * 41 + table}, "ops/README.md:41")


class HygieneTest(RuleTest):
    def test_vendored_code(self):
        self.assert_found("hygiene", {"third_party/x.h": GUARD, "style/stb_image.h": GUARD},
                          "style/stb_image.h:1", "third_party/x.h:1")

    def test_weights(self):
        self.assert_found("hygiene", {"weights/vgg.pth": "x"}, "weights/vgg.pth:1: archives")
        self.assert_clean({"tests/fixtures/weights/tiny.pth": "x"}, "hygiene")

    def test_notice_of_somebody_else(self):
        self.assert_found("hygiene", {"ops/b.cpp": "// Copyright 2020 Somebody\n"}, "ops/b.cpp:1")
        self.assert_clean({"LICENSE": "Copyright\n"}, "hygiene")

    def test_path_of_one_machine(self):
        self.assert_found("hygiene", {"tools/x.sh": "cd /home/me\n", "ops/README.md": "`/root/x`\n"},
                          "ops/README.md:1", "tools/x.sh:1")
        self.assert_clean({"tools/x.sh": "cd ~/work/x; cd $HOME/work/y; ls https://a.b/work/z\n"},
                          "hygiene")

    def test_left_over(self):
        self.assert_found("hygiene", {"ops/b.cpp": "// TODO: more\n"}, "ops/b.cpp:1: unfinished")

    def test_white_space(self):
        self.assert_found("hygiene", {"ops/README.md": "a \n", "ops/b.cpp": "\tx;\n",
                                      "tools/x.py": "x"},
                          "ops/README.md:1", "ops/b.cpp:1: a tab", "tools/x.py:1: no newline")

    def test_header_without_guard(self):
        self.assert_found("hygiene", {"ops/b.h": "int b();\n"}, "ops/b.h:1: no #pragma once")

    def test_library_that_prints_or_exits(self):
        loud = ["std::cout << 1;", 'printf("x");', 'fmt::print("x");', "std::exit(1);", "abort();"]
        text = "".join(line + "\n" for line in loud)
        self.assert_found("hygiene", {"ops/b.cpp": text},
                          *(f"ops/b.cpp:{n}: library code" for n in range(1, len(loud) + 1)))
        self.assert_clean({"tools/x.cpp": text, "ops/b.cpp": "// printf(x)\nx.exit(); snprintf(y);\n"
                                                             'f("std::cout");\n'}, "hygiene")

    def test_big_file(self):
        self.assert_found("hygiene", {"tests/fixtures/x.bin": "x" * ((1 << 20) + 1)},
                          "tests/fixtures/x.bin:1: 1048577 bytes")


if __name__ == "__main__":
    unittest.main()
