# SPDX-License-Identifier: Apache-2.0
"""Runs the built slotwise as a person would, and looks at the device's raw files with numbers of its own."""
import gzip
import hashlib
import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

SLOTWISE = os.environ["SLOTWISE"]
ROOT = os.environ["SLOTWISE_ROOT"]
IMAGES = os.path.join(ROOT, "tests/vectors/images")

# What the board files say: file and offset of both slots, their size, BOOT_MAX_ALIGN, bytes of a page, raw files with
# their sizes, whether there is a scratch partition.
BOARDS = {
    "nrf52840dk": dict(slots=[("flash0", 0xC000), ("flash0", 0x82000)], size=0x76000, align=8, page=0x1000,
                       files={"flash0": 0x100000}),
    "nrf9160dk": dict(slots=[("flash0", 0x10000), ("mx25r64", 0)], size=0xE8000, align=8, page=0x1000,
                      files={"flash0": 0x100000, "mx25r64": 0x800000}),
    "stm32f4": dict(slots=[("flash0", 0x20000), ("flash0", 0x80000)], size=0x60000, align=8, page=0x20000,
                    files={"flash0": 0x100000}, scratch=True),
    "stm32h7": dict(slots=[("flash0", 0x20000), ("flash0", 0xE0000)], size=0xC0000, align=32, page=0x20000,
                    files={"flash0": 0x200000}, scratch=True),
    "nrf54l15": dict(slots=[("cpuapp_rram", 0x10000), ("cpuapp_rram", 0xB6000)], size=0xA6000, align=16, page=0x1000,
                     files={"cpuapp_rram": 0x165000}),
}

# Where the fields of a trailer lie, from the slot's end, for each BOOT_MAX_ALIGN; and the magic.
TRAILER = {
    8: dict(magic=16, image_ok=24, copy_done=32, swap_info=40),
    16: dict(magic=16, image_ok=32, copy_done=48, swap_info=64),
    32: dict(magic=16, image_ok=64, copy_done=96, swap_info=128),
}
MAGIC = {
    8: bytes.fromhex("77c295f360d2ef7f3552500f2cb67980"),
    16: bytes.fromhex("10002de15d29410b8d77679c110f1f8a"),
    32: bytes.fromhex("20002de15d29410b8d77679c110f1f8a"),
}


def ram_disk():
    """A folder in memory with room for the devices of many tests, if the host has one: each run of slotwise waits until
    what it saves is on the disk, and there are thousands."""
    folder = "/dev/shm"
    if not os.access(folder, os.W_OK):
        return None
    room = os.statvfs(folder)
    return folder if room.f_bavail * room.f_frsize >= 1 << 30 else None


RAM_DISK = ram_disk()


def image(name):
    """Path of a test image."""
    return os.path.join(IMAGES, name)


def key(name):
    return os.path.join(IMAGES, "keys", name + ".pub.pem")


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read()


RAM_LOAD = 0x20
ROM_FIXED = 0x100


def make_image(total, version=(1, 0, 0), flags=0, load_addr=0, needs=()):
    """An unsigned image of so many bytes, built here from the format's description; needs: images and versions."""
    protected = b"".join(struct.pack("<HHBBHBBHI", 0x40, 12, number, 0, 0, *lowest, 0) for number, lowest in needs)
    if needs:
        protected = struct.pack("<HH", 0x6908, 4 + len(protected)) + protected
    payload = bytes(i % 251 for i in range(total - 32 - len(protected) - 40))
    header = struct.pack("<IIHHIIBBHII", 0x96F3B83D, load_addr, 32, len(protected), len(payload), flags, *version, 0, 0)
    digest = hashlib.sha256(header + payload + protected).digest()
    return header + payload + protected + struct.pack("<HHHH", 0x6907, 40, 0x10, 32) + digest


def image_list():
    """What an independent parser says about each test image."""
    with open(image("images.json"), encoding="utf-8") as file:
        return {entry["file"]: entry for entry in json.load(file)["images"]}


def operations(first=0, step=1):
    """Numbers of operations to cut a verb at. Whoever counts them stops at its end, which comes long before the last."""
    yield from range(first, 1000, step)
    raise AssertionError("a verb of a thousand operations, or one that never ends")


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def json(self):
        return json.loads(self.out)


def slotwise(*args, env=None, **more):
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG")}
    environment.update(env or {"LC_ALL": "C"})
    return Result(subprocess.run([SLOTWISE, *map(str, args)], capture_output=True, text=True, timeout=120,
                                 env=environment, check=False, **more))


class CliTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="slotwise-", dir=RAM_DISK)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def done(self, *args, **more):
        result = slotwise(*args, **more)
        self.assertEqual((result.code, result.err), (0, ""), (args, result.out))
        return result

    def refused(self, *args, **more):
        """Exit 1, and one line on stderr, which is returned without the program's name."""
        result = slotwise(*args, **more)
        self.assertEqual(result.code, 1, (args, result.out, result.err))
        self.assertRegex(result.err, r"\Aslotwise: [^\n]+: [^\n]+\n\Z")
        return result.err[len("slotwise: "):-1]

    def wrong_usage(self, *args):
        result = slotwise(*args)
        self.assertEqual((result.code, result.out), (2, ""), args)
        self.assertRegex(result.err, r"\Aslotwise: .+\nusage: slotwise ")
        return result.err

    def make(self, board="nrf52840dk", name="dev", mode=None, bootloader="", **more):
        """A new device; `bootloader`: further properties of the board's mcuboot node, with keys by their names."""
        device = Device(self, self.path(name), board)
        source = os.path.join(ROOT, "boards", board + ".dts")
        if bootloader:
            text = read(source).decode().replace("images = <1>;", "images = <1>; " + bootloader)
            source = self.write(name + ".dts", text.encode())
        device.has_modem = "slotwise,modem" in read(source).decode()
        self.done("new", device.path, "--board", source, *(["--mode", mode] if mode else []), **more)
        return device


class Device:
    """Raw files of a device folder."""

    has_modem = False

    def __init__(self, test, path, board):
        self.test = test
        self.path = path
        self.board = BOARDS[board]

    def raw(self):
        return {label: read(os.path.join(self.path, label + ".bin")) for label in self.board["files"]}

    def all_files(self):
        return {name: read(os.path.join(self.path, name)) for name in sorted(os.listdir(self.path))}

    def slot(self, number):
        label, offset = self.board["slots"][number]
        return self.raw()[label][offset:offset + self.board["size"]]

    def around(self, number):
        """Everything but a slot."""
        label, offset = self.board["slots"][number]
        raw = self.raw()
        raw[label] = raw[label][:offset] + raw[label][offset + self.board["size"]:]
        return raw

    def poke(self, number, offset, data):
        """Put bytes into a slot, as another tool would; a negative offset counts from its end."""
        label, base = self.board["slots"][number]
        with open(os.path.join(self.path, label + ".bin"), "r+b") as file:
            file.seek(base + offset % self.board["size"])
            file.write(data)

    def trailer(self, number):
        """Magic and flags of a slot as bytes; None where erased."""
        slot = self.slot(number)
        fields = {}
        for name, back in TRAILER[self.board["align"]].items():
            length = 16 if name == "magic" else 1
            value = slot[len(slot) - back:len(slot) - back + length]
            fields[name] = None if value == b"\xff" * length else value
        return fields

    def without_modem(self, report):
        """What a report says but for its last keys: something of a modem if the board has one, and, as it has only one
        image pair and no S0 and S1, nothing of a bootloader and of sets."""
        others = list(report)[list(report).index("modem") + 1:]
        self.test.assertIn(others, (["bootloader"], ["bootloader", "recovered"]))
        for key in others:
            self.test.assertIsNone(report.pop(key))
        self.test.assertEqual(report.pop("modem") is not None, self.has_modem)
        return report

    def status(self):
        return self.without_modem(self.test.done("status", self.path, "--json").json())

    def boot(self):
        return self.without_modem(self.test.done("boot", self.path, "--json").json())
