# SPDX-License-Identifier: Apache-2.0
"""Every public header compiles alone, as C11 and as C++, and twice in one file changes nothing."""
import pathlib
import re
import tempfile
import unittest

import project

HEADERS = sorted((project.SOURCE / "include").rglob("*.h"))


class Headers(unittest.TestCase):
    def compile(self, compiler, flags, suffix):
        self.assertGreater(len(HEADERS), 10)
        with tempfile.TemporaryDirectory() as name:
            folder = project.make_config(pathlib.Path(name), "host.conf")
            for header in HEADERS:
                with self.subTest(header.relative_to(project.SOURCE)):
                    source = folder / f"alone{suffix}"
                    line = f"#include <{header.relative_to(project.SOURCE / 'include')}>\n"
                    source.write_text(line + line + "extern int nothing;\n")
                    project.must_run([compiler, *flags, f"-I{project.SOURCE / 'include'}", f"-I{folder}",
                                      "-fsyntax-only", source])

    def test_as_c(self):
        self.compile(project.CC, project.WARNINGS, ".c")

    def test_as_c_for_a_microcontroller(self):
        self.compile("arm-none-eabi-gcc", [*project.WARNINGS, "--specs=picolibc.specs"], ".c")

    def test_as_cpp(self):
        self.compile("arm-none-eabi-g++", ["-std=c++17", "-Wall", "-Wextra", "-Werror", "--specs=picolibc.specs"], ".cpp")

    def test_functions_have_c_linkage(self):
        for header in HEADERS:
            text = header.read_text()
            code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
            code = re.sub(r"^\s*#(.*\\\n)*.*$", "", code, flags=re.MULTILINE)
            if ");" in code:
                with self.subTest(header.relative_to(project.SOURCE)):
                    self.assertIn('extern "C"', text)


if __name__ == "__main__":
    unittest.main()
