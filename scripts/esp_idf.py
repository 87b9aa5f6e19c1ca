#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write esp-idf/Kconfig, the options as a menu of ESP-IDF's, from Kconfig: without what needs code of zcbor's, which the
component does not call, and without SECURE_BOOT, which in ESP-IDF is the chip's own and burns fuses."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
ABSENT = re.compile(r"SECURE_BOOT|MCUBOOT_MCUBOOT_IMAGE_NUMBER|FMFU_FDEV|DFU_MULTI_IMAGE\w*|DFU_TARGET_FULL_MODEM\w*")
HEAD = """# SPDX-License-Identifier: Apache-2.0
# Made by `make esp-idf` from Kconfig; change that, not this file.
menu "Slotwise"

"""


def is_absent(block):
    """Whether a paragraph is an option that is left out, or a rule of one."""
    words = block.split()
    return (words[0] in ("config", "menuconfig") and ABSENT.fullmatch(words[1])) or \
        (words[0] == "comment" and ABSENT.search(block))


def text():
    blocks = re.split(r"\n\n+", (ROOT / "Kconfig").read_text().split('mainmenu "Slotwise"\n\n', 1)[1].strip("\n"))
    return HEAD + "\n\n".join([block for block in blocks if not is_absent(block)] + ["endmenu\n"])


if __name__ == "__main__":
    (ROOT / "esp-idf/Kconfig").write_text(text())
