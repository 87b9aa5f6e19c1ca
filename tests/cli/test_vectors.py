# SPDX-License-Identifier: Apache-2.0
"""The command against records of the real MCUboot: boots.jsonl.gz and verdicts.jsonl.gz of tests/vectors.

A boot record becomes a board and a device folder, a copy of what `new` has made of that board. Between the boots its raw
files are changed here, on the bytes, as MCUboot's own functions do it (trailer-ops.md), so the command has no part in
what it is judged by; after each `boot --json` the report and the raw files are compared with the record. A verdict record
becomes a board that demands what the record's bootloader demanded: `update` must take exactly the files of verdict
"valid", and `schedule` none of the others where they lie in the slot already.

    test_vectors.py          a spread: records by their number, so that every scenario of every mode is among them
    test_vectors.py --all    every record

SLOTWISE_VECTORS names another folder of the same form, with its images in `images/` or in the project's; all of its
records are run.
"""
import concurrent.futures
import functools
import gzip
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

from support import IMAGES, MAGIC, RAM_DISK, ROOT, SLOTWISE, TRAILER

VECTORS = os.environ.get("SLOTWISE_VECTORS") or os.path.join(ROOT, "tests/vectors")
IMAGE_FOLDERS = (VECTORS, os.path.join(VECTORS, "images"), os.path.join(ROOT, "tests/vectors"), IMAGES)
BOOTS = 400
VERDICTS = 120
DIRECT = ("direct-xip", "direct-xip-revert", "ram-load", "ram-load-revert")
SWAP_TYPES = {1: "none", 2: "test", 3: "permanent", 4: "revert"}

DTS = """/dts-v1/;
/ {{
#address-cells = <1>;
#size-cells = <1>;
{flash}
mcuboot {{
    compatible = "slotwise,mcuboot";
    mode = "{mode}";
    max-align = <{max_align}>;
    images = <{images}>;
    max-sectors = <{max_sectors}>;
{rules}
}};
}};
"""
SOC_FLASH = """{label}: flash@{at:x} {{
    compatible = "soc-nv-flash";
    reg = <{at:#x} {size:#x}>;
    {pages}
    write-block-size = <{write}>;
    erase-value = <{erased:#x}>;
    partitions {{
        compatible = "fixed-partitions";
        #address-cells = <1>;
        #size-cells = <1>;
{parts}
    }};
}};
"""
PART = """{node}: partition@{off:x} {{ label = "{label}"; reg = <{off:#x} {size:#x}>; }};
"""


def find(name):
    """A file of the vectors, unpacked."""
    path = next((p for p in (os.path.join(folder, name) for folder in IMAGE_FOLDERS) if os.path.exists(p)), None)
    if path is None:
        raise FileNotFoundError(name)
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read()


def records(name):
    with gzip.open(os.path.join(VECTORS, name + ".jsonl.gz"), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def board(flashes, mcuboot, key_file):
    """The board of a record as devicetree."""
    nodes = []
    for number, flash in enumerate(flashes):
        page = flash["page"]
        pages = f"erase-block-size = <{page}>;" if isinstance(page, int) else \
            f"erase-layout = <{' '.join(f'{count} {size}' for count, size in page)}>;"
        parts = "".join(PART.format(node=node, label=label, off=off, size=size)
                        for node, label, off, size in flash["parts"])
        nodes.append(SOC_FLASH.format(label=flash["label"], at=number << 28, size=flash["size"], pages=pages,
                                      write=flash["write"], erased=flash["erased"], parts=parts))
    rules = [f'hash = "{mcuboot["hash"]}";']
    if mcuboot["downgrade"] != "none":
        rules.append(f'downgrade-prevention = "{mcuboot["downgrade"]}";')
    if mcuboot["signature"] != "none":
        rules.append(f'signature-type = "{mcuboot["signature"]}";')
    if key_file:
        rules.append(f'public-key = "{key_file}";')
    return DTS.format(flash="".join(nodes), rules="\n".join(rules), **mcuboot)


class Trouble(Exception):
    """What differs from the record."""


def same(what, found, wanted):
    if found != wanted:
        raise Trouble(f"{what} is {found!r}, MCUboot has {wanted!r}")


def command(*args):
    done = subprocess.run([SLOTWISE, *args], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode not in (0, 1):
        raise Trouble(f"{args[0]}: exit {done.returncode}: {done.stderr}")
    return done


class Workplace:
    """Of a process: a folder for the device that the board of its records begins with."""
    path = None

    @classmethod
    def begin(cls, shared):
        cls.path = os.path.join(shared, str(os.getpid()))


@functools.lru_cache(maxsize=1)
def first_device(source, key, running):
    """The device of a board; slot 0 holds an image, or nothing. It goes when that of the next board is made: records of
    one board come in a row."""
    shutil.rmtree(Workplace.path, ignore_errors=True)
    os.mkdir(Workplace.path)
    files = {"board.dts": source.encode(), **({"key.pem": find(key)} if key else {}),
             **({"old.bin": find(running)} if running else {})}
    paths = {name: os.path.join(Workplace.path, name) for name in ("dev", *files)}
    for name, data in files.items():
        with open(paths[name], "wb") as file:
            file.write(data)
    verbs = [["new", paths["dev"], "--board", paths["board.dts"]]]
    if running:
        verbs.append(["flash", paths["dev"], "slot0", paths["old.bin"]])
    for verb in verbs:
        done = command(*verb)
        same("exit of " + verb[0], (done.returncode, done.stderr if done.returncode or running else ""), (0, ""))
    return paths["dev"]


def put_device(path, source, key, running=None):
    shutil.copytree(first_device(source, key, running), path)


class Slot:
    """A slot in memory, read and changed as the vectors describe it."""

    def __init__(self, flash, node, off, size, align):
        self.flash = flash
        self.node = node
        self.off = off
        self.size = size
        self.layout = TRAILER[align]
        self.magic_bytes = MAGIC[align]
        self.erased = flash["erased"]
        self.write = flash["write"]

    def bytes(self):
        return self.flash["bytes"][self.off:self.off + self.size]

    def put(self, off, data):
        off %= self.size
        if off + len(data) > self.size:
            raise Trouble(f"{len(data)} bytes at {off} pass {self.node}")
        self.flash["bytes"][self.off + off:self.off + off + len(data)] = data

    def field(self, name, size=1):
        return bytes(self.bytes()[self.size - self.layout[name]:self.size - self.layout[name] + size])

    def blank(self, size=1):
        return bytes([self.erased]) * size

    def magic(self):
        found = self.field("magic", 16)
        return "good" if found == self.magic_bytes else "unset" if found == self.blank(16) else "bad"

    def flag(self, name):
        found = self.field(name)
        return "set" if found == b"\x01" else "unset" if found == self.blank() else "bad"

    def swap_type(self):
        found = self.field("swap_info")
        return "none" if found == self.blank() else SWAP_TYPES.get(found[0] & 15, "none")

    def program(self, name, value):
        """One write block; 1 where strict flash refuses it."""
        size = max(self.write, len(value))
        if self.field(name, size) != self.blank(size):
            return 1
        self.put(-self.layout[name], value)
        return 0

    def image(self, at):
        """Version and hash of the image at an offset, by the rules of the record's `slots`."""
        data = bytes(self.bytes())
        if at + 32 > len(data) or data[at:at + 4] != b"\x3d\xb8\xf3\x96":
            return None, None
        header_size, protected, payload = struct.unpack_from("<HHI", data, at + 8)
        if header_size < 32 or at + header_size + payload + protected >= len(data):
            return None, None
        major, minor, revision, build = struct.unpack_from("<BBHI", data, at + 20)
        version = f"{major}.{minor}.{revision}+{build}"
        end = at + header_size + payload
        for magic, length in ((0x6908, protected), (0x6907, None)):
            if length == 0:
                continue
            if end + 4 > len(data):
                return version, None
            found, total = struct.unpack_from("<HH", data, end)
            if found != magic or (length is not None and total != length) or end + total > len(data):
                return version, None
            end += total
        return version, hashlib.sha256(data[at:end]).hexdigest()


def boot_board(record):
    return board(record["flash"], record["mcuboot"], "key.pem" if record["mcuboot"]["key"] else None)


class BootRecord:
    """A record, its device folder, and the content of its flash."""

    def __init__(self, record, folder):
        self.record = record
        self.mcuboot = record["mcuboot"]
        self.path = os.path.join(folder, "dev")
        self.slots = {}
        self.flashes = record["flash"]
        for flash in self.flashes:
            flash["bytes"] = bytearray([flash["erased"]]) * flash["size"]
            for node, _, off, size in flash["parts"]:
                self.slots[node] = Slot(flash, node, off, size, self.mcuboot["max_align"])
        put_device(self.path, boot_board(record), self.mcuboot["key"])

    def raw(self, flash):
        return os.path.join(self.path, flash["label"] + ".bin")

    def store(self):
        for flash in self.flashes:
            with open(self.raw(flash), "r+b") as file:
                file.write(flash["bytes"])

    def load(self):
        for flash in self.flashes:
            with open(self.raw(flash), "rb") as file:
                flash["bytes"] = bytearray(file.read())
            same("size of " + flash["label"], len(flash["bytes"]), flash["size"])

    def put(self, piece):
        if "file" in piece:
            data = find(piece["file"])[:piece.get("len")]
        elif "hex" in piece:
            data = bytes.fromhex(piece["hex"])
        else:
            data = bytes([piece["fill"][0]]) * piece["fill"][1]
        self.slots[piece["part"]].put(piece["off"], data)

    def slot_number(self, step, default):
        return self.slots[f"slot{2 * step['image'] + step.get('slot', default)}_partition"]

    def pending(self, step):
        slot = self.slot_number(step, 1)
        if self.mcuboot["mode"] in DIRECT:
            return self.next_direct(slot, step["permanent"], 3)
        if slot.magic() != "unset":
            return 0 if slot.magic() == "good" else 3
        slot.put(-16, slot.magic_bytes)
        kind = (3 if step["permanent"] else 2) | step["image"] << 4
        return (step["permanent"] and slot.program("image_ok", b"\x01")) or slot.program("swap_info", bytes([kind]))

    def confirm(self, step):
        slot = self.slot_number(step, 0)
        if self.mcuboot["mode"] in DIRECT:
            return self.next_direct(slot, True, 3)
        if slot.magic() != "good":
            return 0 if slot.magic() == "unset" else 4
        return slot.program("image_ok", b"\x01") if slot.flag("image_ok") == "unset" else 0

    @staticmethod
    def next_direct(slot, confirm, bad):
        """The flavour for direct-xip: magic, then copy_done and image_ok, each only where it is unset."""
        if slot.magic() == "bad":
            return bad
        if slot.magic() == "unset":
            slot.put(-16, slot.magic_bytes)
        for name in ("copy_done", "image_ok") if confirm else ():
            if slot.flag(name) == "unset" and slot.program(name, b"\x01"):
                return 1
        return 0

    def step(self, step):
        do = step["do"]
        if do == "put":
            self.put(step)
        elif do == "erase":
            slot = self.slots[step["part"]]
            slot.put(0, slot.blank(slot.size))
        else:
            same(f"rc of {do}", {"pending": self.pending, "confirm": self.confirm}[do](step), step["rc"])

    def boot(self, step):
        self.store()
        done = command("boot", self.path, "--json")
        report = json.loads(done.stdout)
        same("ran", report["booted"], step["ran"])
        same("exit of boot", done.returncode, 0 if step["ran"] else 1)
        self.load()
        if "died" in step:
            return False
        same("swap_types", report["swap_types"], step["swap_type"])
        if "active" in step:
            # Where nothing was started the record has null for all of them.
            same("active", report["active"], step["active"])
        for wanted in step["slots"]:
            self.compare(wanted)
        return True

    def compare(self, wanted):
        slot = self.slots[wanted["part"]]
        version, digest = slot.image(wanted["at"])
        found = {"part": wanted["part"], "header": version, "at": wanted["at"], "sha256": digest,
                 "erased": bytes(slot.bytes()) == slot.blank(slot.size), "magic": slot.magic(),
                 "swap_type": slot.swap_type(), "copy_done": slot.flag("copy_done"), "image_ok": slot.flag("image_ok")}
        same(wanted["part"], found, {name: wanted[name] for name in found})

    def run(self):
        for piece in self.record["before"]:
            self.put(piece)
        for number, step in enumerate(self.record["steps"]):
            try:
                if step["do"] != "boot":
                    self.step(step)
                elif not self.boot(step):
                    return
            except Trouble as trouble:
                raise Trouble(f"step {number}: {trouble}") from None


def run_boot(record):
    with tempfile.TemporaryDirectory(prefix="slotwise-", dir=RAM_DISK) as folder:
        BootRecord(record, folder).run()


# The device of the verdicts, and the older image that it runs.
OLD = "tiny-0.9.0-none.bin"


def verdict_board(record):
    size = record["slot_size"]
    parts = [["slot0_partition", "image-0", 0, size], ["slot1_partition", "image-1", size, size]]
    if record["mcuboot"]["mode"] == "swap-scratch":
        parts.append(["scratch_partition", "image-scratch", 2 * size, 4096])
    flash = {"label": "flash0", "size": 2 * size + 4096, "page": 4096, "write": record["write"], "erased": 255,
             "parts": parts}
    return board([flash], record["mcuboot"], "key.pem" if record["mcuboot"]["key"] else None)


def may_be_refused(name):
    return name.split("/")[0] in ("bad", "odd", "badkey")


def assert_never_scheduled(record, path, data):
    """Where it lies in the slot already."""
    raw = os.path.join(path, "flash0.bin")
    with open(raw, "r+b") as file:
        file.seek(record["slot_size"] + (4096 if record["mcuboot"]["mode"] == "swap-offset" else 0))
        file.write(data)
    with open(raw, "rb") as file:
        before = file.read()
    same("exit of schedule", command("schedule", path).returncode, 1)
    with open(raw, "rb") as file:
        same("flash, as before a refused schedule,", file.read() == before, True)


def run_verdict(record):
    with tempfile.TemporaryDirectory(prefix="slotwise-", dir=RAM_DISK) as folder:
        path = os.path.join(folder, "dev")
        put_device(path, verdict_board(record), record["mcuboot"]["key"], OLD)
        with open(os.path.join(folder, "image.bin"), "wb") as file:
            file.write(find(record["file"]))
        with open(os.path.join(path, "flash0.bin"), "rb") as file:
            before = file.read()
        done = command("update", path, os.path.join(folder, "image.bin"), "--json")
        valid = record["verdict"] == "valid"
        if valid and may_be_refused(record["file"]) and done.returncode == 1:
            return
        same(f"exit of update ({done.stderr.strip()}; {record['why']})", done.returncode, 0 if valid else 1)
        if valid:
            same("swap type", json.loads(command("boot", path, "--json").stdout)["swap_types"], ["test"])
            return
        if not done.stderr.startswith("slotwise: " + os.path.join(folder, "image.bin") + ": "):
            raise Trouble(f"refused for no reason in the file: {done.stderr}")
        with open(os.path.join(path, "flash0.bin"), "rb") as file:
            same("flash, as before a refused update,", file.read() == before, True)
        assert_never_scheduled(record, path, find(record["file"]))


def attempt(job):
    """In a process of its own: None, or what is wrong."""
    run, record = job
    try:
        run(record)
    except (Trouble, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return f"{record['id']} {record.get('scenario') or record['file']} {record['mcuboot']['mode']}: " \
               f"{type(error).__name__}: {error}"
    return None


def spread(all_records, count, group):
    """At most about `count` records, at least one of each group, the same ones each time."""
    if "--all" in FLAGS or "SLOTWISE_VECTORS" in os.environ or len(all_records) <= count:
        return all_records
    step = len(all_records) / count
    chosen = {int(i * step) for i in range(count)}
    seen = {group(all_records[i]) for i in chosen}
    for i, record in enumerate(all_records):
        if group(record) not in seen:
            seen.add(group(record))
            chosen.add(i)
    return [all_records[i] for i in sorted(chosen)]


class Vectors(unittest.TestCase):
    def run_all(self, run, chosen, board_of):
        self.assertTrue(chosen)
        chosen.sort(key=board_of)
        with tempfile.TemporaryDirectory(prefix="slotwise-", dir=RAM_DISK) as folder, \
                concurrent.futures.ProcessPoolExecutor(os.cpu_count(), None, Workplace.begin, (folder,)) as pool:
            troubles = [t for t in pool.map(attempt, [(run, record) for record in chosen], chunksize=16) if t]
        if troubles:
            self.fail("\n".join([f"{len(troubles)} of {len(chosen)} records:", *troubles]))

    def test_the_device_boots_as_mcuboot_does(self):
        self.run_all(run_boot, spread(records("boots"), BOOTS,
                                      lambda r: (r["mcuboot"]["mode"], r["scenario"].split("-")[0])), boot_board)

    def test_what_the_bootloader_takes_is_taken_and_the_rest_refused(self):
        def kind(record):
            return record["mcuboot"]["signature"], record["mcuboot"]["hash"], record["verdict"], record["why"]
        self.run_all(run_verdict, spread(records("verdicts"), VERDICTS, kind), verdict_board)


FLAGS = [arg for arg in sys.argv[1:] if arg == "--all"]

if __name__ == "__main__":
    unittest.main(argv=[arg for arg in sys.argv if arg not in FLAGS])
