# SPDX-License-Identifier: Apache-2.0
"""The outer form of the C files: one layout, files and functions of a size, features as files and not as conditionals."""
import pathlib
import re
import sys
import unittest

import project

FOLDERS = ("include", "src", "ports", "sim", "cli", "bench", "examples", "tests", "fuzz", "esp-idf", "zephyr")
FILE_LINES = 700
PORT_LINES = 250
FUNCTION_LINES = 80
CONDITIONALS_PER_1000 = 5


def c_files(*folders):
    files = sorted(file for folder in folders for file in (project.SOURCE / folder).rglob("*.[ch]"))
    assert files
    return files


def functions(text):
    """Line counts of the function bodies: from a brace in the first column to the next closing one."""
    begin = None
    for number, line in enumerate(text.splitlines()):
        if line == "{":
            begin = number
        elif line == "}" and begin is not None:
            yield begin, number - begin - 1
            begin = None


class Shape(unittest.TestCase):
    def test_every_file_is_laid_out_by_clang_format(self):
        tool = pathlib.Path(sys.executable).with_name("clang-format")
        result = project.run([tool, "--dry-run", "-Werror", *c_files(*FOLDERS)], cwd=project.SOURCE)
        self.assertEqual((result.returncode, result.stderr), (0, ""), "make format")

    def test_files_and_functions_are_of_a_size(self):
        for file in c_files(*FOLDERS):
            text = file.read_text()
            self.assertLessEqual(text.count("\n"), FILE_LINES, file)
            for line, length in functions(text):
                self.assertLessEqual(length, FUNCTION_LINES, f"{file}:{line}")

    def test_every_file_of_a_port_is_small(self):
        long = [file.name for file in c_files("ports") if file.suffix == ".c" and file.read_text().count("\n") > PORT_LINES]
        self.assertEqual(long, [])

    def test_features_of_the_library_are_files(self):
        text = "".join(file.read_text() for file in (project.SOURCE / "src").rglob("*.c"))
        conditionals = len(re.findall(r"^\s*#\s*if", text, re.MULTILINE))
        self.assertLessEqual(conditionals * 1000, CONDITIONALS_PER_1000 * text.count("\n"))

    def test_every_file_names_its_licence(self):
        for file in c_files(*FOLDERS):
            self.assertIn("SPDX-License-Identifier: Apache-2.0", file.read_text().splitlines()[0], file)

    def test_no_test_in_python_is_forgotten(self):
        forgotten = [str(file.relative_to(project.SOURCE)) for file in (project.SOURCE / "tests").rglob("test_*.py")
                     if not re.search(rf"\b(test_)?{file.stem.removeprefix('test_')}\b",
                                      (file.parent / "CMakeLists.txt").read_text())]
        self.assertEqual(forgotten, [])


if __name__ == "__main__":
    unittest.main()
