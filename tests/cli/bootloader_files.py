#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes images of bootloaders that are updated by way of S0 and S1. imgtool adds header and TLVs, and signs them.

From Python:

    from bootloader_files import bootloader, raw_bootloader, slot_address
    data = bootloader(link=slot_address("s0"), version=3)       # for S0 of nrf5340dk
    data = bootloader(slot_address("s1"), 4, key="key.pem", image_version="2.0.0+0", size=0x4000)

bootloader(link, version, size=0x3000, image_version="1.0.0", key=None, fw_info=True, fill=1, rom_fixed=False)
    The bytes of an image linked for the slot that begins at address `link`: header of 0x200 bytes, payload of `size`
    bytes, TLVs. `version` is the one in its fw_info (None: as fw_info=False, there is none), `image_version` the one in
    the header. `fill` tells images apart that are otherwise alike.
raw_bootloader(link, version, size=0x3000, fill=1)
    The same payload alone, as a first stage that needs no MCUboot header starts it: fw_info at 0x200.
slot_address(slot, board="nrf5340dk")
    Address of "s0" or "s1", and of "slot0", which no bootloader is linked for.

As a command, also for the shell:

    bootloader_files.py OUT --slot s0|s1|slot0|ADDRESS --version N [--size N] [--image-version V] [--key PEM]
                        [--no-fw-info] [--fill N] [--rom-fixed] [--raw]
"""
import argparse
import functools
import os
import struct
import tempfile

from imgtool.main import imgtool as command

ADDRESSES = {"nrf5340dk": {"s0": 0x8000, "s1": 0x14000, "slot0": 0x20000}}

HEADER = 0x200
FW_INFO = 0x200  # from the start of the payload
FW_INFO_LEN = 60
MAGIC = (0x281EE6DE, 0x8FCEBB4C, 0x00003502)
VALID = 0x9102FFFF
STACK = 0x20008000


def slot_address(slot, board="nrf5340dk"):
    return ADDRESSES[board][slot]


def payload(link, version, size, fill):
    """Vector table, fw_info unless version is None, and bytes that repeat with a prime period."""
    data = bytearray((i * fill + i // 251 + fill) % 251 for i in range(size))
    start = link + HEADER
    struct.pack_into("<II", data, 0, STACK, start + 0x401)
    if version is not None:
        struct.pack_into("<9I", data, FW_INFO, *MAGIC, FW_INFO_LEN, size, version, start, start, VALID)
        data[FW_INFO + 36:FW_INFO + FW_INFO_LEN] = bytes(FW_INFO_LEN - 36)
    return bytes(data)


def imgtool(*args):
    """In this process: to start it anew for each image takes longer than the tests that use them."""
    command.main(args=args, standalone_mode=False)


@functools.cache
def bootloader(link, version, size=0x3000, image_version="1.0.0", key=None, fw_info=True, fill=1, rom_fixed=False):
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.bin"), os.path.join(folder, "out.bin")
        with open(source, "wb") as file:
            file.write(payload(link, version if fw_info else None, size, fill))
        imgtool("sign", "--version", image_version, "--header-size", hex(HEADER), "--pad-header", "--align", "4",
                "--slot-size", "0x100000", *(["--key", key] if key else []),
                *(["--rom-fixed", hex(link)] if rom_fixed else []), source, target)
        with open(target, "rb") as file:
            return file.read()


def raw_bootloader(link, version, size=0x3000, fill=1):
    return payload(link, version, size, fill)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    number = lambda text: int(text, 0)
    args.add_argument("out")
    args.add_argument("--slot", required=True)
    args.add_argument("--version", required=True, type=number)
    args.add_argument("--size", default=0x3000, type=number)
    args.add_argument("--image-version", default="1.0.0")
    args.add_argument("--key")
    args.add_argument("--no-fw-info", action="store_true")
    args.add_argument("--fill", default=1, type=number)
    args.add_argument("--rom-fixed", action="store_true")
    args.add_argument("--raw", action="store_true")
    args = args.parse_args()
    named = ADDRESSES["nrf5340dk"]
    link = named[args.slot] if args.slot in named else number(args.slot)
    data = raw_bootloader(link, args.version, args.size, args.fill) if args.raw else \
        bootloader(link, args.version, args.size, args.image_version, args.key, not args.no_fw_info, args.fill,
                   args.rom_fixed)
    with open(args.out, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
