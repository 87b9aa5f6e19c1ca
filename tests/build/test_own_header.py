# SPDX-License-Identifier: Apache-2.0
"""Headers of a project's own: options.c says of them what Kconfig would, and names the option."""
import re
import tempfile
import unittest

import kconfiglib
import project

KCONFIG = project.SOURCE / "Kconfig"
OPTIONS_C = project.SOURCE / "src/common/options.c"


def used_options():
    """Options that the library's sources or their list ask for."""
    files = [*(project.SOURCE / "src").rglob("*.[ch]"), project.SOURCE / "src/sources.cmake"]
    return set(re.findall(r"\bCONFIG_(\w+)", "".join(path.read_text() for path in files if path != OPTIONS_C)))


class OwnHeader(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compile(self, options):
        """What the compiler has against a header with these options."""
        with open(f"{self.folder}/own.h", "w", encoding="utf-8") as file:
            file.write("".join(f"#define CONFIG_{name} {value}\n" for name, value in options.items()))
        return project.run([project.CC, *project.WARNINGS, f"-I{project.SOURCE / 'include'}", f"-I{self.folder}",
                            '-DSLOTWISE_CONFIG_HEADER="own.h"', "-fsyntax-only", OPTIONS_C]).stderr

    @staticmethod
    def everything():
        """Kconfig with all that can be on."""
        kconf = kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False)
        for _ in range(4):
            for sym in kconf.unique_defined_syms:
                if sym.orig_type == kconfiglib.BOOL and not sym.choice and sym.visibility:
                    sym.set_value(2)
        return kconf

    @staticmethod
    def bools(kconf):
        return {sym.name for sym in kconf.unique_defined_syms if sym.orig_type == kconfiglib.BOOL and sym.str_value == "y"}

    def test_an_empty_header_will_do(self):
        self.assertEqual(self.compile({}), "")

    def test_all_that_can_be_on_may_be_on(self):
        self.assertEqual(self.compile(dict.fromkeys(self.bools(self.everything()), 1)), "")

    def test_an_option_that_others_need_is_missed_exactly_where_kconfig_would_miss_it(self):
        kconf = self.everything()
        every = self.bools(kconf) & used_options()
        choices = {sym.name for sym in kconf.unique_defined_syms if sym.choice}
        self.assertGreater(len(every), 30)
        for name in sorted(every - choices):
            with self.subTest(name):
                kconf = self.everything()
                kconf.syms[name].set_value(0)
                without = self.bools(kconf) & used_options()
                is_needed = name in without or without != every - {name}
                said = self.compile(dict.fromkeys(every - {name}, 1))
                self.assertEqual(f"needs CONFIG_{name}\"" in said, is_needed, said)

    def test_every_number_has_the_range_of_kconfig(self):
        kconf = kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False)
        tried = 0
        for sym in kconf.unique_defined_syms:
            if sym.orig_type not in (kconfiglib.INT, kconfiglib.HEX) or sym.name not in used_options():
                continue
            low, high, _ = sym.ranges[-1]
            low, high = int(low.str_value, 0), int(high.str_value, 0)
            wrong = f'CONFIG_{sym.name} is not'
            with self.subTest(sym.name):
                self.assertNotIn(wrong, self.compile({sym.name: low}))
                self.assertNotIn(wrong, self.compile({sym.name: high}))
                self.assertIn(wrong, self.compile({sym.name: low - 1}))
                self.assertIn(wrong, self.compile({sym.name: high + 1}))
            tried += 1
        self.assertGreater(tried, 15)

    def test_two_of_a_choice_are_too_many(self):
        for choice in kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False).unique_choices:
            names = [sym.name for sym in choice.syms]
            if len(names) > 1:
                with self.subTest(choice.name):
                    for name in names[1:]:
                        self.assertIn("more than one", self.compile({names[0]: 1, name: 1}))

    def test_numbers_have_to_go_together(self):
        for options, word in (({"BOOT_MAX_ALIGN": 12}, "CONFIG_BOOT_MAX_ALIGN"),
                              ({"BOOT_RAM_START": "0x10000000", "BOOT_RAM_SIZE": "0xf0000001"}, "CONFIG_BOOT_RAM_SIZE"),
                              ({"BOOTLOADER_MCUBOOT": 1, "SECURE_BOOT": 1, "MCUBOOT_MCUBOOT_IMAGE_NUMBER": 1},
                               "CONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER")):
            self.assertIn(word, self.compile(options))


if __name__ == "__main__":
    unittest.main()
