# SPDX-License-Identifier: Apache-2.0
"""--cut-after: the power goes at every operation of every verb that writes flash, and inside it."""
import os
import pty
import re
import subprocess
import unittest

from support import BOARDS, CliTest, Device, MAGIC, RAM_LOAD, SLOTWISE, image, make_image, read, slotwise

BOARD = """/dts-v1/;
/ {
	model = "small"; compatible = "small"; #address-cells = <1>; #size-cells = <1>;
	chosen { zephyr,flash = &inner; zephyr,code-partition = &slot0_partition; };
	mcuboot { compatible = "slotwise,mcuboot"; mode = "%(mode)s"; max-align = <%(align)d>; images = <1>; };
	soc {
		#address-cells = <1>; #size-cells = <1>; ranges;
		one: flash-controller@10000000 {
			compatible = "nordic,nrf52-flash-controller"; reg = <0x10000000 0x1000>;
			#address-cells = <1>; #size-cells = <1>;
			inner: flash@0 {
				compatible = "soc-nv-flash"; reg = <0x0 0x10000>; %(inner)s
				partitions {
					compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>;
					boot_partition: partition@0 { label = "mcuboot"; reg = <0x0 0x1000>; };
					slot0_partition: partition@1000 { label = "image-0"; reg = <0x1000 0x5000>; };
					scratch_partition: partition@6000 { label = "image-scratch"; reg = <0x6000 0x2000>; };
				};
			};
		};
		two: flash-controller@20000000 {
			compatible = "nordic,nrf52-flash-controller"; reg = <0x20000000 0x1000>;
			#address-cells = <1>; #size-cells = <1>;
			outer: flash@0 {
				compatible = "soc-nv-flash"; reg = <0x0 0x10000>; %(outer)s
				partitions {
					compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>;
					slot1_partition: partition@2000 { label = "image-1"; reg = <0x2000 0x5000>; };
				};
			};
		};
	};
};
"""
BOARDS["small"] = dict(slots=[("inner", 0x1000), ("outer", 0x2000)], size=0x5000, page=0x1000,
                       files={"inner": 0x10000, "outer": 0x10000})
VERBS = ("flash", "update", "schedule", "confirm", "cancel")
SEEDS = 1  # of each operation; a verb with few of them has more
SEEDS_OF_FEW = 8
# A torn confirmation can only be mended by an erase that, cut in its turn, could cost the image that runs; so it is
# refused, and here is what the next boot makes of the torn flag. After swaps only an erased one is reverted.
BEYOND_REPAIR = {"swap-scratch": "1.2.0+0", "direct-xip-revert": "1.1.0+0"}


def flash(block, page=0x1000, erased=0xFF, more=""):
    return f"erase-block-size = <{page}>; write-block-size = <{block}>; erase-value = <{erased}>; {more}"


def bits(data):
    return int.from_bytes(data, "big")


def is_between(data, one, other):
    """Whether each bit is that of one or the other."""
    return (bits(data) ^ bits(one)) & (bits(data) ^ bits(other)) == 0


def settings(files):
    """Those of the library: what the command remembers is not the device's."""
    lines = files.get("settings", b"").decode().splitlines()
    return dict(line.split("=") for line in lines if not line.startswith("sim/"))


class CutTest(CliTest):
    def refused_power(self, result, device, number=None):
        """Exit 3 and one line, which is returned; the report's `cut`."""
        self.assertEqual(result.code, 3, result.err)
        match = re.fullmatch(r"slotwise: (\S+): (power cut (before|inside) operation (\d+), [^\n]+)\n", result.err)
        self.assertIsNotNone(match, result.err)
        self.assertEqual(match[1], device.path)
        if number is not None:
            self.assertEqual(int(match[4]), number + 1)
        return match[2]


class EveryOperation(CutTest):
    """A small device in one mode, which has been updated once, so that both slots are used."""

    def prepare(self, mode, align, inner, outer, erased=0xFF):
        device = Device.__new__(Device)
        device.test, device.path = self, self.path("dev")
        device.board = dict(BOARDS["small"], align=align, erased=erased)
        text = BOARD % dict(mode=mode, align=align, inner=inner, outer=outer)
        self.done("new", device.path, "--board", self.write("small.dts", text.encode()))
        self.device, self.mode = device, mode
        self.images = [make_image(total, (1, minor, 0), flags=RAM_LOAD, load_addr=0x20000000)
                       for minor, total in enumerate((5003, 7001, 6007, 6869))]
        self.files = [self.write(f"{i}.bin", data) for i, data in enumerate(self.images)]
        self.done("flash", device.path, "slot0", self.files[0])
        self.run_verbs("update 1", "boot", "confirm")
        self.assertEqual(self.booted(), "1.1.0+0")
        self.base = device.all_files()

    def run_verbs(self, *verbs):
        for verb in verbs:
            verb, *rest = verb.split()
            self.done(verb, self.device.path, *(self.files[int(arg)] if arg.isdigit() else arg for arg in rest))

    def booted(self):
        return self.device.boot()["booted"]["version"]

    def restore(self, files):
        for name in os.listdir(self.device.path):
            if name not in files:
                os.unlink(os.path.join(self.device.path, name))
        for name, data in files.items():
            self.write(os.path.join(self.device.path, name), data)

    def before(self, verb):
        """The device as the verb finds it, the arguments of the verb, and the slot it writes."""
        self.restore(self.base)
        self.run_verbs(*{"schedule": ["update --no-schedule 2"], "confirm": ["update 2", "boot"],
                         "cancel": ["update 2"]}.get(verb, []))
        start = self.device.all_files()
        self.restore(self.base)
        slot = self.done("update", self.device.path, self.files[2], "--json").json()["slot"]
        args = {"flash": [f"slot{slot}", self.files[2]], "update": [self.files[2]]}.get(verb, [])
        if verb == "confirm":
            slot = self.device.boot()["active"][0]
        return start, [verb, self.device.path, *args], slot

    def cut(self, start, args, number, seed=None):
        """What a cut leaves, and the operation; None for that if it did not fire."""
        self.restore(start)
        option = f"--cut-after={number}" if seed is None else f"--cut-after={number}:{seed}"
        result = slotwise(*args, option, "--json")
        operation = result.json()["cut"]
        if operation is None:
            self.assertEqual((result.code, result.err), (0, ""))
        else:
            line = self.refused_power(result, self.device, number)
            self.assertEqual(result.json()["error"], self.device.path + ": " + line)
            self.assertEqual((operation["operation"], operation["torn"]), (number + 1, seed is not None))
        return self.device.all_files(), operation

    def same_but(self, files, others, operation):
        """Everything outside of an operation's place; returns what both have there."""
        self.assertEqual(set(files) | {"settings"}, set(others) | {"settings"})
        here = there = b""
        for name in self.device.board["files"]:
            one, other = files[name + ".bin"], others[name + ".bin"]
            if operation["flash"] == name:
                start, end = operation["offset"], operation["offset"] + operation["size"]
                here, there = one[start:end], other[start:end]
                one, other = one[:start] + one[end:], other[:start] + other[end:]
            self.assertTrue(one == other, (name, operation))
        kept, other = settings(files), settings(others)
        if operation["kind"] == "save":
            here, there = kept.pop(operation["setting"], None), other.pop(operation["setting"], None)
        self.assertEqual(kept, other)
        return here, there

    def shows(self, slot, magic, start):
        """Whether a slot has bytes that make the bootloader look at it."""
        return slot[start:start + 4] == bytes.fromhex("3db8f396"), slot[-16:] == magic

    def judge(self, verb, start, files, slot):
        """From the raw bytes: what the bootloader would look at is old as a whole or new as a whole."""
        label, offset = self.device.board["slots"][slot]
        base = self.device.board["page"] if self.mode == "swap-offset" and slot == 1 else 0
        old, now = (data[label + ".bin"][offset:offset + self.device.board["size"]] for data in (start, files))
        header, magic = self.shows(now, MAGIC[self.device.board["align"]], base)
        is_new = now[base:base + len(self.images[2])] == self.images[2]
        if verb in ("update", "schedule"):
            # I1, and no header before the whole file; what is left of an old image is nothing but that.
            self.assertTrue(not magic or is_new or self.mode not in ("swap-move", "swap-scratch", "swap-offset"))
            erased = bytes([self.device.board["erased"]]) * len(now)
            is_left = is_between(now[base:], old[base:], erased[base:])
            is_coming = (now[base + 32:base + len(self.images[2])] == self.images[2][32:]
                         and is_between(now[base:base + 32], self.images[2][:32], erased[:32]))
            self.assertTrue(not header or is_new or is_left or is_coming)
        if verb == "confirm":
            self.assertTrue(is_new and header)

    def ends_well(self, *args):
        """It may warn of what the cut has left."""
        result = slotwise(*args)
        self.assertEqual(result.code, 0, (args, result.err))
        for line in result.err.splitlines():
            self.assertIn(f"slotwise: {self.device.path}: warning: ", line)

    def recover(self, verb, args, files):
        """The next boot runs the old image or the new one, and the verb, run again, ends well."""
        self.restore(files)
        self.assertIn(self.booted(), ("1.1.0+0", "1.2.0+0"), args)
        self.restore(files)
        if verb == "confirm" and self.mode in BEYOND_REPAIR and slotwise(*args).code == 1:
            self.assertIn("cannot be mended", self.refused(*args))
            self.assertEqual(self.booted(), BEYOND_REPAIR[self.mode])
            self.run_verbs("update 3", "boot", "confirm")
            self.assertEqual(self.booted(), "1.3.0+0")
            return
        self.ends_well(*args)
        if verb == "flash":
            self.done("schedule", self.device.path)
        self.assertEqual(self.booted(), "1.1.0+0" if verb == "cancel" else "1.2.0+0")
        if verb == "confirm":
            self.assertEqual(self.booted(), "1.2.0+0")

    def cut_everywhere(self, verb):
        start, args, slot = self.before(verb)
        states, operations = [], []
        while not operations or operations[-1] is not None:
            files, operation = self.cut(start, args, len(operations))
            states.append(files)
            operations.append(operation)
        self.restore(start)
        self.done(*args)
        self.assertEqual(self.device.all_files(), states[-1])
        self.assertEqual({**states[0], "settings": 0}, {**start, "settings": 0})
        for number, operation in enumerate(operations[:-1]):
            before, after = self.same_but(states[number], states[number + 1], operation)
            if operation["kind"] == "erase":
                self.assertEqual(set(after), {self.device.board["erased"]})
            self.judge(verb, start, states[number], slot)
            self.recover(verb, args, states[number])
            count = SEEDS if len(operations) > 4 else SEEDS_OF_FEW
            for seed in range(count * number, count * number + count):
                files, torn = self.cut(start, args, number, seed)
                self.assertEqual({**torn, "torn": False}, operation)
                here, _ = self.same_but(files, states[number], operation)
                if operation["kind"] == "save":
                    self.assertIn(here, (before, after))
                else:
                    self.assertTrue(is_between(here, before, after))
                self.judge(verb, start, files, slot)
                self.recover(verb, args, files)
        return len(operations) - 1

    def cut_all_verbs(self, **least):
        for verb in VERBS:
            with self.subTest(verb=verb):
                self.assertGreaterEqual(self.cut_everywhere(verb), least[verb])

    def test_swap_move(self):
        self.prepare("swap-move", 8, flash(4), flash(4))
        self.cut_all_verbs(flash=6, update=12, schedule=2, confirm=1, cancel=1)

    def test_swap_offset_with_the_second_slot_on_another_kind_of_flash(self):
        self.prepare("swap-offset", 8, flash(8), flash(1))
        self.cut_all_verbs(flash=6, update=12, schedule=2, confirm=1, cancel=1)

    def test_swap_scratch_of_unequal_pages(self):
        self.prepare("swap-scratch", 16, flash(16, 0x800), flash(8))
        self.cut_all_verbs(flash=6, update=12, schedule=2, confirm=1, cancel=1)

    def test_overwrite_only_without_erase(self):
        ram = flash(16, more="no-explicit-erase;")
        self.prepare("overwrite-only", 16, ram, ram)
        self.cut_all_verbs(flash=6, update=8, schedule=2, confirm=1, cancel=1)

    def test_direct_xip_on_flash_that_is_erased_to_zeros(self):
        self.prepare("direct-xip", 32, flash(32, erased=0), flash(32, erased=0), erased=0)
        self.cut_all_verbs(flash=6, update=10, schedule=1, confirm=0, cancel=1)

    def test_direct_xip_with_revert(self):
        self.prepare("direct-xip-revert", 8, flash(8), flash(8))
        self.cut_all_verbs(flash=7, update=12, schedule=2, confirm=1, cancel=2)


class Option(CutTest):
    OLD = image("med-1.0.0-ec256.bin")
    NEW = image("med-1.1.0-ec256.bin")

    def device_with_old(self, board="nrf52840dk"):
        device = self.make(board)
        self.done("flash", device.path, "slot0", self.OLD)
        return device

    def test_it_is_read_strictly(self):
        device = self.device_with_old()
        before = device.all_files()
        verbs = (["flash", device.path, "slot1", self.NEW], ["update", device.path, self.NEW],
                 ["schedule", device.path], ["confirm", device.path], ["cancel", device.path])
        for verb in verbs:
            for value in ("", "-1", "+1", " 1", "1 ", "x", "1:", "1:x", ":", ":1", "1:2:", "1:2:3", "1:-1", "1: 1",
                          "0x1", "1.0", "18446744073709551616", "1:4294967296", "99999999999999999999:1"):
                self.assertIn("--cut-after", self.wrong_usage(*verb, "--cut-after", value))
            self.assertIn("needs a value", self.wrong_usage(*verb, "--cut-after"))
            self.assertIn("given twice", self.wrong_usage(*verb, "--cut-after", "1", "--cut-after", "2"))
        for verb in ("boot", "status"):
            self.assertIn("no such option", self.wrong_usage(verb, device.path, "--cut-after", "0"))
        self.assertEqual(device.all_files(), before)

    def test_large_values_are_taken(self):
        device = self.device_with_old()
        for value in ("4294967295", "4294967295:4294967295", "007:00"):
            self.done("cancel", device.path, "--cut-after", value)

    def test_nothing_fires_after_the_last_operation(self):
        device = self.device_with_old()
        self.assertEqual(self.done("update", device.path, self.NEW, "--cut-after", "100000:1").out.count("scheduled"), 1)
        self.assertIsNone(self.done("cancel", device.path, "--cut-after", "1000", "--json").json()["cut"])
        # Without the option the report has no such key.
        self.assertNotIn("cut", self.done("confirm", device.path, "--json").json())

    def test_a_refusal_before_the_cut_stays_one(self):
        device = self.device_with_old()
        before = device.raw()
        result = slotwise("schedule", device.path, "--cut-after", "0:1", "--json")
        self.assertEqual(result.code, 1)
        self.assertIn("no image in the slot", result.json()["error"])
        self.assertIsNone(result.json()["cut"])
        self.assertEqual(device.raw(), before)

    def test_the_line_and_the_report_name_the_operation(self):
        device = self.device_with_old("nrf9160dk")
        cut = ["flash", device.path, "slot1", self.NEW, "--cut-after"]
        self.assertEqual(self.refused_power(slotwise(*cut, "7"), device),
                         "power cut before operation 8, erase of 4096 bytes at 0x7000 of mx25r64")
        self.assertEqual(self.refused_power(slotwise(*cut, "231:2"), device),
                         "power cut inside operation 232, erase of 4096 bytes at 0xe7000 of mx25r64, which is torn")
        size = len(read(self.NEW))
        self.assertEqual(self.refused_power(slotwise(*cut, "232"), device),
                         f"power cut before operation 233, program of {size} bytes at 0x0 of mx25r64")
        report = slotwise(*cut, "0:1", "--json").json()
        self.assertEqual(list(report), ["image", "slot", "partition", "version", "size", "error", "cut"])
        self.assertEqual(report["cut"], {"operation": 1, "kind": "erase", "torn": True, "flash": "mx25r64",
                                         "offset": 0, "size": 4096, "setting": None})

    def test_the_saving_of_a_setting_is_an_operation(self):
        device = self.device_with_old()
        before = device.all_files()
        saved = set()
        for number in range(20):
            for name, data in before.items():
                self.write(os.path.join(device.path, name), data)
            if "settings" not in before and os.path.exists(os.path.join(device.path, "settings")):
                os.unlink(os.path.join(device.path, "settings"))
            result = slotwise("update", device.path, self.NEW, "--cut-after", number, "--json")
            operation = result.json()["cut"]
            if operation["kind"] == "save":
                saved.add(operation["setting"])
                self.assertRegex(result.err, f"(saving|deletion) of the setting {operation['setting']}\n")
                self.assertEqual((operation["flash"], operation["offset"]), (None, None))
        self.assertGreater(saved, {"dfu/MCUBOOT0/h"})

    def test_the_same_seed_tears_alike_and_seeds_differ(self):
        device = self.device_with_old()
        before = device.all_files()
        seen = []
        for seed in [*range(8), *range(8)]:
            for name, data in before.items():
                self.write(os.path.join(device.path, name), data)
            self.assertEqual(slotwise("flash", device.path, "slot0", self.NEW, "--cut-after", f"12:{seed}").code, 3)
            seen.append(device.raw()["flash0"])
        self.assertEqual(seen[:8], seen[8:])
        self.assertGreaterEqual(len(set(seen)), 7)

    def test_the_folder_opens_again_at_once_and_holds_no_other_file(self):
        device = self.device_with_old()
        names = set(device.all_files())
        for number in range(0, 100, 9):
            for value in (str(number), f"{number}:{number}"):
                self.assertEqual(slotwise("flash", device.path, "slot1", self.NEW, "--cut-after", value).code, 3)
                self.assertEqual(set(device.all_files()), names)
                device.status()

    def test_a_bar_on_a_terminal_is_left(self):
        device = self.device_with_old()
        ours, theirs = pty.openpty()
        child = subprocess.Popen([SLOTWISE, "update", device.path, self.NEW, "--cut-after", "60"], stdout=theirs,
                                 stderr=theirs, env={"PATH": os.environ["PATH"], "TERM": "dumb"})
        os.close(theirs)
        output = b""
        try:
            while piece := os.read(ours, 65536):
                output += piece
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(child.wait(), 3)
        self.assertRegex(output.decode(), r"ETA 0:00 *\r\nslotwise: \S+: power cut before operation 61, [^\n]+\r\n\Z")


if __name__ == "__main__":
    unittest.main()
