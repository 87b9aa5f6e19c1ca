# SPDX-License-Identifier: Apache-2.0
"""Options: what a configuration asks for reaches autoconf.h, or the error names the option."""
import pathlib
import tempfile
import unittest

import project


class GenConfig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.header = self.folder / "autoconf.h"

    def run_on(self, lines):
        conf = self.folder / "test.conf"
        conf.write_text(lines)
        return project.script("genconfig.py", "--kconfig", project.SOURCE / "Kconfig", "--conf", conf,
                              "--header", self.header)

    def assert_refused(self, lines, *words):
        result = self.run_on(lines)
        self.assertEqual(result.returncode, 1)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertFalse(self.header.exists())

    def test_bools_are_1_or_absent_and_numbers_are_numbers(self):
        result = self.run_on("CONFIG_IMG_MANAGER=y\nCONFIG_IMG_BLOCK_BUF_SIZE=1024\n")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = self.header.read_text().splitlines()
        self.assertIn("#define CONFIG_IMG_MANAGER 1", lines)
        self.assertIn("#define CONFIG_IMG_BLOCK_BUF_SIZE 1024", lines)
        self.assertFalse([line for line in lines if "CONFIG_SETTINGS" in line])

    def test_every_shipped_configuration_is_possible(self):
        for conf in sorted((project.SOURCE / "configs").glob("*.conf")):
            with self.subTest(conf.name):
                self.assertEqual(self.run_on(conf.read_text()).returncode, 0)

    def test_an_unknown_option_is_named(self):
        self.assert_refused("CONFIG_DFU_TRAGET=y\n", "DFU_TRAGET")

    def test_an_option_without_its_dependency_is_named_with_it(self):
        self.assert_refused("CONFIG_DFU_TARGET_MCUBOOT=y\n", "CONFIG_DFU_TARGET_MCUBOOT=y", "DFU_TARGET &&")

    def test_a_number_out_of_range_is_named_with_the_range(self):
        self.assert_refused("CONFIG_IMG_BLOCK_BUF_SIZE=7\n", "CONFIG_IMG_BLOCK_BUF_SIZE=7", "32 to 65536")

    def test_a_word_for_a_number_is_named(self):
        self.assert_refused("CONFIG_DFU_LOG_LEVEL=loud\n", "DFU_LOG_LEVEL", "loud")

    def test_an_option_that_another_one_needs_cannot_be_taken_away(self):
        self.assert_refused("CONFIG_IMG_MANAGER=y\nCONFIG_IMG_ERASE_PROGRESSIVELY=y\nCONFIG_STREAM_FLASH_ERASE=n\n",
                            "CONFIG_STREAM_FLASH_ERASE=n", "IMG_ERASE_PROGRESSIVELY")

    def test_an_option_set_twice_is_named(self):
        self.assert_refused("CONFIG_SETTINGS=y\nCONFIG_SETTINGS=n\n", "SETTINGS")

    def test_a_line_that_is_no_assignment_is_quoted(self):
        self.assert_refused("hello\n", "hello")


if __name__ == "__main__":
    unittest.main()
