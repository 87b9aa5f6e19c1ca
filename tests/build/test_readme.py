# SPDX-License-Identifier: Apache-2.0
"""The C program in README.md compiles as printed, through slotwise.pc, and does what it says."""
import errno
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import project


def program_of_readme():
    text = (project.SOURCE / "README.md").read_text()
    section = text.split("\n## A program that uses it\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"^```c\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[1]


class Readme(unittest.TestCase):
    def build_program(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        source, program = pathlib.Path(folder.name, "program.c"), pathlib.Path(folder.name, "program")
        source.write_text(program_of_readme())
        environment = {**os.environ, "PKG_CONFIG_PATH": str(project.BUILD)}
        flags = project.must_run(["pkg-config", "--cflags", "--libs", "slotwise"], env=environment).split()
        sanitize = [f"-fsanitize={project.SANITIZE}"] if project.SANITIZE else []
        project.must_run([project.CC, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *sanitize,
                          source, "-o", program, *flags])
        return program

    def feed(self, image):
        return subprocess.run([self.build_program()], input=image, capture_output=True, check=False)

    def test_the_program_takes_an_image_and_schedules_it(self):
        result = self.feed((project.BUILD / "examples/firmware-1.1.0.bin").read_bytes())
        self.assertEqual((result.returncode, result.stdout), (0, b"scheduled (0)\n"), result.stderr)

    def test_the_program_refuses_an_image_with_one_bit_wrong(self):
        image = bytearray((project.BUILD / "examples/firmware-1.1.0.bin").read_bytes())
        image[len(image) // 2] ^= 4
        result = self.feed(bytes(image))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, f"refused ({-errno.EBADMSG})\n".encode())

    def test_the_program_is_short(self):
        self.assertLessEqual(len(program_of_readme().splitlines()), 25)


if __name__ == "__main__":
    unittest.main()
