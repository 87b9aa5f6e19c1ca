# SPDX-License-Identifier: Apache-2.0
"""The bootloader's build as a firmware build has it: each choice of Kconfig gives the arrangement that it names."""
import pathlib
import re
import tempfile
import unittest

import project

PROGRAM = """
#include <stdio.h>

#include <dfu/boot.h>

int main(void)
{
	const struct boot_arrangement *build = boot_arrangement_get();

	printf("%s %u %u %u\\n", boot_mode_name(build->mode), build->max_align, build->images, build->max_sectors);
	return 0;
}
"""

MODES = {
    "SWAP_SCRATCH": "swap-scratch",
    "SWAP_USING_MOVE": "swap-move",
    "SWAP_WITHOUT_SCRATCH": "swap-move",
    "SWAP_USING_OFFSET": "swap-offset",
    "OVERWRITE_ONLY": "overwrite-only",
    "DIRECT_XIP": "direct-xip",
    "DIRECT_XIP_WITH_REVERT": "direct-xip-revert",
    "RAM_LOAD": "ram-load",
    "RAM_LOAD_WITH_REVERT": "ram-load-revert",
    "SINGLE_APP": "single-slot",
    "FIRMWARE_UPDATER": "firmware-loader",
}


def arrangement_of(options):
    """What a program that is built with some options says of its bootloader."""
    with tempfile.TemporaryDirectory() as name:
        folder = project.make_config(name, "CONFIG_BOOTLOADER_MCUBOOT=y\n" + options)
        source, program = folder / "program.c", folder / "program"
        source.write_text(PROGRAM)
        boot = project.SOURCE / "src" / "boot"
        project.must_run([project.CC, *project.WARNINGS, f"-I{project.SOURCE / 'include'}", f"-I{project.SOURCE / 'src'}",
                          f"-I{folder}", source, boot / "arrangement_kconfig.c", boot / "boot_modes.c", "-o", program])
        return project.must_run([program]).strip()


def needs_of(file, options):
    """What one file of the boot layer calls in others when a firmware's options are compiled in."""
    with tempfile.TemporaryDirectory() as name:
        folder = project.make_config(name, "CONFIG_BOOTLOADER_MCUBOOT=y\n" + options)
        target = folder / "file.o"
        project.must_run([project.CC, *project.WARNINGS, "-Os", "-ffunction-sections", f"-I{project.SOURCE / 'include'}",
                          f"-I{project.SOURCE / 'src'}", f"-I{folder}", "-c", project.SOURCE / "src" / "boot" / file,
                          "-o", target])
        return set(re.findall(r"U (\w+)", project.must_run(["nm", target])))


class Arrangement(unittest.TestCase):
    def test_each_mode_of_kconfig_is_the_arrangements(self):
        for symbol, mode in MODES.items():
            with self.subTest(symbol):
                self.assertEqual(arrangement_of(f"CONFIG_MCUBOOT_BOOTLOADER_MODE_{symbol}=y\n"), f"{mode} 8 1 128")

    def test_no_mode_of_kconfig_is_left_out(self):
        kconfig = pathlib.Path(project.SOURCE / "Kconfig").read_text()
        self.assertEqual(set(re.findall(r"^config MCUBOOT_BOOTLOADER_MODE_(\w+)$", kconfig, re.MULTILINE)), set(MODES))

    def test_numbers_are_those_of_kconfig(self):
        self.assertEqual(arrangement_of("CONFIG_BOOT_MAX_ALIGN=32\nCONFIG_UPDATEABLE_IMAGE_NUMBER=8\n"
                                        "CONFIG_BOOT_MAX_IMG_SECTORS=65535\n"), "swap-move 32 8 65535")

    def test_what_other_modes_need_is_not_compiled(self):
        mode = "CONFIG_MCUBOOT_BOOTLOADER_MODE_{}=y\n".format
        by_trailers = {"SWAP_USING_MOVE": True, "OVERWRITE_ONLY": True, "DIRECT_XIP": False, "RAM_LOAD": False}
        for symbol, by_trailer in by_trailers.items():
            with self.subTest(symbol):
                needs = needs_of("boot_pending.c", mode(symbol))
                self.assertEqual("boot_slot_read_tail" in needs, by_trailer)
                self.assertEqual("boot_find_image" in needs, not by_trailer)
        self.assertNotIn("boot_find_next", needs_of("boot_dependency.c", mode("DIRECT_XIP")))
        pairs = "CONFIG_UPDATEABLE_IMAGE_NUMBER=2\n"
        self.assertIn("boot_find_next", needs_of("boot_dependency.c", mode("DIRECT_XIP") + pairs))
        self.assertNotIn("dfu_image_open", needs_of("boot_device_rules.c", mode("SWAP_USING_MOVE")))


if __name__ == "__main__":
    unittest.main()
