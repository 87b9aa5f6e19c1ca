# SPDX-License-Identifier: Apache-2.0
"""Devices with several image pairs on small pages, images for them by imgtool, and what the raw files of such a device
hold, read here without a line of ours."""
import hashlib
import os
import struct
import tempfile

from bootloader_files import imgtool
from support import CliTest, MAGIC, read, slotwise

PAGE = 0x400
SLOT = 0x2800
FIRST = 0x1000  # of slot 0
SCRATCH = 0x800
ALIGN = 8
SWAPS = ("swap-scratch", "swap-move", "swap-offset")
DIRECT = ("direct-xip", "direct-xip-revert", "ram-load", "ram-load-revert")
MODES = SWAPS + ("overwrite-only",) + DIRECT
REVERTS = SWAPS + ("direct-xip-revert", "ram-load-revert")

BOARD = """/dts-v1/;
/ {
	model = "sets"; compatible = "sets"; #address-cells = <1>; #size-cells = <1>;
	chosen { zephyr,flash = &flash0; zephyr,code-partition = &slot0_partition; };
	mcuboot {
		compatible = "slotwise,mcuboot"; mode = "%(mode)s"; max-align = <8>; max-sectors = <16>;
		images = <%(images)d>; %(more)s
	};
	soc {
		#address-cells = <1>; #size-cells = <1>; ranges;
		flash-controller@10000000 {
			compatible = "nordic,nrf52-flash-controller"; reg = <0x10000000 0x1000>;
			#address-cells = <1>; #size-cells = <1>;
			flash0: flash@0 {
				compatible = "soc-nv-flash"; reg = <0x0 0x20000>;
				erase-block-size = <%(page)d>; write-block-size = <8>;
				partitions {
					compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>;
					boot_partition: partition@0 { label = "mcuboot"; reg = <0x0 0x1000>; };
					%(partitions)s
				};
			};
		};
	};
};
"""


def partition(label, offset, size):
    return f"{label}_partition: partition@{offset:x} {{ label = \"{label}\"; reg = <{offset:#x} {size:#x}>; }};"


def slot_offset(number):
    return FIRST + number * SLOT


def board(mode, images=2, more="", slots=None, extra=""):
    """Source of a board; extra: further partitions."""
    slots = range(2 * images) if slots is None else slots
    parts = [partition(f"slot{number}", slot_offset(number), SLOT) for number in slots]
    if mode == "swap-scratch":
        parts.append(partition("scratch", slot_offset(2 * images), SCRATCH))
    return BOARD % dict(mode=mode, images=images, more=more, page=PAGE, partitions=" ".join(parts) + extra)


MADE = {}


def image(number, version, needs=(), size=1500, mode="swap-move"):
    """Bytes of an image of a pair by imgtool; needs: "(1, 1.1.0+0)" and so on. In ram-load each has RAM of its own."""
    loads = mode.startswith("ram-load")
    name = (number, version, tuple(needs), size, loads)
    if name not in MADE:
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "in.bin"), os.path.join(folder, "out.bin")
            seed = f"{number} {version}".encode()
            payload = b"".join(hashlib.sha256(seed + bytes([i // 256, i % 256])).digest() for i in range(size // 32 + 1))[:size]
            with open(source, "wb") as file:
                file.write(payload)
            place = 0x20000000 + 0x8000 * number + 0x4000 * (int(version.split(".")[1]) % 2)
            imgtool("sign", "--version", version, "--header-size", "0x20", "--pad-header", "--align", "8",
                    "--slot-size", "0x100000", *(["--load-addr", hex(place)] if loads else []),
                    *(arg for need in needs for arg in ("-d", need)), source, target)
            MADE[name] = read(target)
    return MADE[name]


def package(images, align=1):
    """The bytes of a package of [(id, data)], from the format's description alone."""
    def padded(data, last):
        return data if last else data + b"\xff" * (-len(data) % align)

    def number(value, major=0):
        for code, size, top in ((24, "B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
            if value < 24:
                return bytes([major << 5 | value])
            if value < top:
                return bytes([major << 5 | code]) + struct.pack(size, value)
        raise ValueError(value)

    def integer(value):
        return number(value) if value >= 0 else number(-1 - value, 1)

    parts = [padded(data, i == len(images) - 1) for i, (_, data) in enumerate(images)]
    header = b"\xa1\x63img" + number(len(images), 4)
    for (ident, _), data in zip(images, parts):
        header += b"\xa2\x62id" + integer(ident) + b"\x64size" + number(len(data))
    header += b"\xff" * (-(2 + len(header)) % align)
    return struct.pack("<H", len(header)) + header + b"".join(parts)


def version_at(flash, offset):
    """The version of the image at an offset if it is whole: its SHA-256 holds. None else."""
    magic, _, header_size, protected, size, _ = struct.unpack_from("<IIHHII", flash, offset)
    end = offset + header_size + size + protected
    if magic != 0x96F3B83D or end + 4 > len(flash):
        return None
    info, total = struct.unpack_from("<HH", flash, end)
    at, digest = end + 4, None
    while info == 0x6907 and at < end + total:
        kind, length = struct.unpack_from("<HH", flash, at)
        if kind == 0x10:
            digest = flash[at + 4:at + 4 + length]
        at += 4 + length
    if digest != hashlib.sha256(flash[offset:end]).digest():
        return None
    major, minor, revision, build = struct.unpack_from("<BBHI", flash, offset + 20)
    return f"{major}.{minor}.{revision}+{build}"


class SetDevice:
    """A device folder, and what its raw flash says."""

    def __init__(self, test, mode, images=2, name="dev", more="", **parts):
        self.test, self.mode, self.images, self.path = test, mode, images, test.path(name)
        source = test.write(name + ".dts", board(mode, images, more, **parts).encode())
        test.done("new", self.path, "--board", source)

    def flash(self):
        return read(os.path.join(self.path, "flash0.bin"))

    def slot(self, number):
        return self.flash()[slot_offset(number):slot_offset(number) + SLOT]

    def magic(self, number):
        """Whether the trailer of a slot has the magic."""
        return self.slot(number)[-16:] == MAGIC[ALIGN]

    def image_ok(self, number):
        return self.slot(number)[-24] == 1

    def version(self, number):
        start = PAGE if self.mode == "swap-offset" and number % 2 == 1 else 0
        flash = self.flash()
        return version_at(flash, slot_offset(number) + start)

    def files(self):
        return {name: read(os.path.join(self.path, name)) for name in sorted(os.listdir(self.path))}

    def restore(self, files):
        for name in os.listdir(self.path):
            if name not in files:
                os.unlink(os.path.join(self.path, name))
        for name, data in files.items():
            self.test.write(os.path.join(self.path, name), data)

    def settings(self):
        """Those of the library, by their names: what the command remembers is not the device's."""
        try:
            lines = read(os.path.join(self.path, "settings")).decode().splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split("=") for line in lines if not line.startswith("sim/"))

    def boot(self):
        return self.test.done("boot", self.path, "--json").json()

    def running(self, report):
        """The versions that run after a boot, read from flash: where an image starts is all that the report says."""
        flash = self.flash()
        return [version_at(flash, slot_offset(2 * image + slot)) for image, slot in enumerate(report["active"])]


class SetTest(CliTest):
    def start(self, mode, images=2, **more):
        """A device that runs 1.0.0 of each pair."""
        device = SetDevice(self, mode, images, **more)
        for number in range(images):
            self.done("flash", device.path, f"slot{2 * number}",
                      self.write(f"old{number}.bin", image(number, "1.0.0", mode=mode)))
        self.assertEqual(device.running(device.boot()), ["1.0.0+0"] * images)
        return device

    def cut(self, device, start, args, number, seed=None):
        """The command from the state `start`, cut at an operation; its report's `cut`, None if it came to its end."""
        device.restore(start)
        option = f"--cut-after={number}" if seed is None else f"--cut-after={number}:{seed}"
        result = slotwise(*args, option, "--json")
        operation = result.json()["cut"]
        self.assertEqual(result.code, 0 if operation is None else 3, (args, number, result.err))
        return operation
