# SPDX-License-Identifier: Apache-2.0
"""The C program in README.md compiles as printed, through slotwise.pc, and does what it says."""
import os
import pathlib
import re
import tempfile
import unittest

import project


def program_of_readme():
    text = (project.SOURCE / "README.md").read_text()
    section = text.split("\n## A program that uses it\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"^```c\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[1]


class Readme(unittest.TestCase):
    def test_the_program_compiles_without_warnings_links_and_runs(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(project.BUILD)}
        flags = project.must_run(["pkg-config", "--cflags", "--libs", "slotwise"], env=environment).split()
        sanitize = [f"-fsanitize={project.SANITIZE}"] if project.SANITIZE else []
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "program.c").write_text(program_of_readme())
            project.must_run([project.CC, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *sanitize,
                              folder / "program.c", "-o", folder / "program", *flags])
            project.must_run([folder / "program"], cwd=folder)

    def test_the_program_is_short(self):
        self.assertLessEqual(len(program_of_readme().splitlines()), 40)


if __name__ == "__main__":
    unittest.main()
