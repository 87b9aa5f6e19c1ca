# SPDX-License-Identifier: Apache-2.0
"""Every file of src/ compiles for the core named on the command line, with the options of a small device and with all.
So does what zcbor generates, without our warnings."""
import concurrent.futures
import pathlib
import sys
import tempfile
import unittest

import project

GENERATED = project.BUILD / "zcbor"
CORE = sys.argv.pop(1) if len(sys.argv) > 1 else "cortex-m4"


class Arm(unittest.TestCase):
    def compile_all(self, configuration):
        with tempfile.TemporaryDirectory() as name:
            folder = project.make_config(pathlib.Path(name), configuration)
            sources = sorted((project.SOURCE / "src").glob("*/*.c"))
            generated = sorted((GENERATED / "src").glob("*code.c"))
            self.assertGreater(len(sources), 10)
            self.assertEqual(len(generated), 6)

            def compile_one(source, warnings):
                project.must_run(["arm-none-eabi-gcc", f"-mcpu={CORE}", "-mthumb", "-Os", *warnings,
                                  "-ffunction-sections", "-fdata-sections", "--specs=picolibc.specs",
                                  "-isystem", GENERATED / "include", "-DZCBOR_CANONICAL",
                                  f"-I{project.SOURCE / 'include'}", f"-I{project.SOURCE / 'src'}", f"-I{folder}",
                                  "-c", source, "-o", folder / f"{source.parent.name}_{source.stem}.o"])

            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda source: compile_one(source, project.WARNINGS), sources))
                list(pool.map(lambda source: compile_one(source, ["-w"]), generated))

    def test_with_the_options_of_a_small_device(self):
        self.compile_all("cortex-m.conf")

    def test_with_the_options_of_the_host(self):
        self.compile_all("host.conf")


if __name__ == "__main__":
    unittest.main()
