# SPDX-License-Identifier: Apache-2.0
"""Headers of a project's own: options.c says of them what Kconfig would, and names the option, and CMake asks it before
anything is built."""
import itertools
import pathlib
import random
import re
import sys
import tempfile
import unittest

import consumer
import kconfiglib
import project

sys.path.insert(0, str(project.SOURCE / "scripts"))  # kconfiglib brings a genconfig, too
import genconfig  # noqa: E402  pylint: disable=wrong-import-position

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
        self.used = used_options()

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
        every = self.bools(kconf) & self.used
        choices = {sym.name for sym in kconf.unique_defined_syms if sym.choice}
        self.assertGreater(len(every), 30)
        for name in sorted(every - choices):
            with self.subTest(name):
                kconf = self.everything()
                kconf.syms[name].set_value(0)
                without = self.bools(kconf) & self.used
                is_needed = name in without or without - choices != every - choices - {name}
                said = self.compile(dict.fromkeys(every - {name}, 1))
                self.assertEqual(f"needs CONFIG_{name}\"" in said, is_needed, said)

    def test_every_number_has_the_range_of_kconfig(self):
        kconf = kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False)
        tried = 0
        for sym in kconf.unique_defined_syms:
            if sym.orig_type not in (kconfiglib.INT, kconfiglib.HEX) or sym.name not in self.used:
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

    def kconfig_refuses(self, options):
        """Whether Kconfig does, of the same options: each bool is y or n, but of a choice only what is set is told."""
        syms = kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False).syms
        lines = [f"CONFIG_{name}={value if syms[name].orig_type != kconfiglib.BOOL else 'y'}\n"
                 for name, value in options.items()]
        lines += [f"CONFIG_{name}=n\n" for name in self.used - set(options)
                  if name in syms and syms[name].orig_type == kconfiglib.BOOL and not syms[name].choice]
        conf = pathlib.Path(self.folder, "test.conf")
        conf.write_text("".join(lines))
        return "\n".join(genconfig.load(KCONFIG, conf)[1])

    def test_a_choice_and_what_goes_with_it_is_judged_as_kconfig_judges_it(self):
        """Every mode, signature, hash and downgrade prevention, with options and numbers that some of them rule out."""
        choices = kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False).named_choices
        drawn = random.Random(7)
        base = {name: 1 for name in ("STREAM_FLASH", "STREAM_FLASH_ERASE", "SETTINGS", "BOOTLOADER_MCUBOOT", "DFU_TARGET",
                                     "DFU_TARGET_STREAM", "DFU_TARGET_MCUBOOT", "DFU_TARGET_VERIFY", "DFU_MULTI_IMAGE")}
        signatures, hashes = choices["BOOT_SIGNATURE_TYPE"].syms, choices["BOOT_IMG_HASH_ALG"].syms
        pairs = itertools.cycle((signature.name, hashed.name) for signature in signatures for hashed in hashes)
        verdicts = set()
        for mode in choices["MCUBOOT_BOOTLOADER_MODE"].syms:
            for _ in range(12):
                options = {**base, mode.name: 1, "UPDATEABLE_IMAGE_NUMBER": drawn.choice([1, 1, 2, 3]),
                           "DFU_MULTI_IMAGE_MAX_IMAGE_COUNT": drawn.choice([2, 3, 4]),
                           "STREAM_FLASH_ERASE_BLOCK": drawn.choice([0, 65536, 65536, 98304])}
                for name in (*next(pairs), drawn.choice(choices["BOOT_DOWNGRADE_PREVENTION"].syms).name):
                    options[name] = 1
                for name in ("DFU_TARGET_ALLOW_UNCONFIRMED", "BOOT_ARRANGEMENT_RUNTIME", "SECURE_BOOT",
                             "DFU_TARGET_STREAM_SAVE_PROGRESS", "DFU_TARGET_MCUBOOT_SAVE_PROGRESS",
                             "MCUBOOT_BOOTLOADER_NO_DOWNGRADE"):
                    if drawn.random() < 0.25:
                        options[name] = 1
                with self.subTest(options):
                    refused, said = self.kconfig_refuses(options), self.compile(options)
                    self.assertEqual(bool(said), bool(refused), f"{said}\n{refused}")
                    verdicts.add(bool(said))
        self.assertEqual(verdicts, {False, True})

    def test_what_a_choice_lacks_is_told(self):
        """Where Kconfig has a default."""
        self.assertIn("TYPE_RSA_2048 needs CONFIG_BOOT_IMG_HASH_ALG_SHA256", self.compile({"BOOT_SIGNATURE_TYPE_RSA_2048": 1}))
        self.assertEqual(self.compile({"BOOT_SIGNATURE_TYPE_RSA_2048": 1, "BOOT_IMG_HASH_ALG_UNKNOWN": 1}), "")


class Configuring(unittest.TestCase):
    """One project, whose header changes."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = consumer.make(pathlib.Path(temporary.name, "app"), f"set(SLOTWISE_CONFIG_HEADER {temporary.name}/app/own.h)\n"
                                   f"add_subdirectory({project.SOURCE} slotwise)\n", "")

    def configure(self, *lines):
        """What CMake has against a header of these lines."""
        (self.folder / "own.h").write_text("".join(f"#define CONFIG_{line}\n" for line in lines))
        result = consumer.configure(self.folder)
        self.assertEqual(result.returncode != 0, result.stderr != "", result.stderr)
        return result.stderr

    def test_what_cannot_work_ends_it_by_the_name_of_the_option(self):
        self.assertEqual(self.configure("STREAM_FLASH 1", "BOOT_MAX_ALIGN (2 * 8)"), "")
        said = self.configure("IMG_MANAGER 1", "BOOT_MAX_ALIGN 12", "UPDATEABLE_IMAGE_NUMBER 9")
        for words in ("own.h cannot work", "CONFIG_IMG_MANAGER needs CONFIG_STREAM_FLASH\n", "CONFIG_BOOT_MAX_ALIGN is not 8, 16 or 32\n",
                      "CONFIG_UPDATEABLE_IMAGE_NUMBER is not 1 to 8\n"):
            self.assertIn(words, said)
        self.assertEqual(self.configure("STREAM_FLASH 1"), "")

    def test_bools_are_1_or_absent(self):
        for value in ("y", "0", "2", "", "(1)"):
            with self.subTest(value):
                self.assertIn(f"CONFIG_SETTINGS is '{value}', neither 1 nor not defined\n", self.configure(f"SETTINGS {value}"))

    def test_what_is_no_c_is_shown_as_the_compiler_shows_it(self):
        self.assertIn("CONFIG_BOOT_MAX_ALIGN eight", self.configure("BOOT_MAX_ALIGN eight"))
        self.assertIn("no_such.h", self.configure('X 1\n#include "no_such.h"'))


if __name__ == "__main__":
    unittest.main()
