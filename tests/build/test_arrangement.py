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


if __name__ == "__main__":
    unittest.main()
