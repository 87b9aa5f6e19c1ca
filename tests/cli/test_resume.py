# SPDX-License-Identifier: Apache-2.0
"""An update that was cut goes on, and only if it is of the same file in an untouched slot. How much a cut may cost is
judged from the raw bytes of the slot: the longest beginning of the file that lies there."""
import hashlib
import json
import os
import random
import re
import shutil
import struct
import unittest

from support import CliTest, MAGIC, RAM_LOAD, make_image, slotwise
from test_pairs import two_pairs

SEED = 20250807
DIRECT = ("direct-xip", "direct-xip-revert", "ram-load", "ram-load-revert")
HEADER = 32
TLVS = 40


def twin(data):
    """Another image of the same size with the same first 32 bytes."""
    body = bytearray(data[:-TLVS])
    body[-1] ^= 0xFF
    return bytes(body) + struct.pack("<HHHH", 0x6907, 40, 0x10, 32) + hashlib.sha256(body).digest()


def common(one, other):
    """Length of what two beginnings have in common."""
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


class ResumeTest(CliTest):
    def begin(self, size, board="nrf52840dk", mode="swap-move"):
        """A device that runs 1.0.0, and the file of 1.1.0."""
        self.device = self.make(board, name=f"{board}-{mode}", mode=mode)
        self.where = f"{board}, {mode}"
        self.mode = mode
        self.page = self.device.board["page"]
        self.base = self.page if mode == "swap-offset" else 0
        loaded = {"flags": RAM_LOAD, "load_addr": 0x20000000}
        self.data = make_image(size, (1, 1, 0), **loaded)
        self.file = self.write("new.bin", self.data)
        self.done("flash", self.device.path, "slot0", self.write("old.bin", make_image(3000, (1, 0, 0), **loaded)))
        self.assertEqual(self.device.boot()["booted"]["version"], "1.0.0+0")
        return self.device

    def run_update(self, *options, file=None):
        return slotwise("update", self.device.path, file or self.file, *options)

    def cut(self, after, *options, file=None):
        """Exit status 3."""
        result = self.run_update("--cut-after", after, *options, file=file)
        self.assertEqual(result.code, 3, (self.where, after, result.out, result.err))
        return result

    def resumed(self, *options, file=None):
        """Where an update that has nothing to complain of goes on; what it says to people and to programs agrees."""
        copy = self.path("copy")
        shutil.copytree(self.device.path, copy)
        report = self.done("update", copy, file or self.file, *options, "--json").json()
        shutil.rmtree(copy)
        out = self.done("update", self.device.path, file or self.file, *options).out
        at = report["resumed_at"]
        told = re.findall(r"(?m)^resuming at .*$", out)
        self.assertEqual(told, [f"resuming at {at} of {len(self.data)}, same file"] if at is not None else [])
        self.assertNotEqual(at, 0)
        return at or 0

    def there(self):
        """Bytes of the file that lie in the slot; those at its start come last, and are not counted while they lack."""
        slot = self.device.slot(1)[self.base:]
        rest = common(slot[HEADER:], self.data[HEADER:])
        return HEADER + rest if rest > 0 else 0

    def is_whole(self):
        return self.device.slot(1)[self.base:self.base + len(self.data)] == self.data

    def is_asked_for(self):
        """Whether the bootloader would take it at the next reset: then the update is over, but for its records."""
        trailer = self.device.trailer(1)
        return self.is_whole() and (self.mode in DIRECT or trailer["magic"] is not None)

    def assert_installed(self, data=None):
        data = data or self.data
        self.assertTrue(self.device.slot(1)[self.base:self.base + len(data)] == data, self.where)
        self.assertEqual(self.device.boot()["booted"]["version"], "1.1.0+0", self.where)

    def operations(self, *options):
        """How many an update from the present state has."""
        before = self.device.all_files()
        low, high = 0, 1
        while self.is_cut(before, high, *options):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.is_cut(before, middle, *options) else (low, middle)
        self.restore(before)
        return high

    def is_cut(self, before, after, *options):
        self.restore(before)
        return self.run_update("--cut-after", after, *options).code == 3

    def restore(self, files):
        shutil.rmtree(self.device.path)
        os.mkdir(self.device.path)
        for name, data in files.items():
            with open(os.path.join(self.device.path, name), "wb") as file:
                file.write(data)


class Cuts(ResumeTest):
    def cut_and_go_on(self, before, after, chunk):
        """The next run begins no more than a page behind what the slot holds, and ends as without a cut."""
        self.restore(before)
        self.cut(after, "--chunk", chunk)
        there, is_asked_for = self.there(), self.is_asked_for()
        at = self.run_update("--json").json()["resumed_at"] or 0
        context = (self.where, after, chunk, there, at)
        self.assertLessEqual(at, there, context)
        if not is_asked_for:
            self.assertLessEqual(there - at, self.page, context)
            self.assertTrue(at % self.page == 0 or at == len(self.data), context)
        self.assert_installed()
        return at

    def test_after_every_operation(self):
        device = self.begin(3 * 0x1000 + 700)
        before = device.all_files()
        found = [self.cut_and_go_on(before, after, 4096) for after in range(self.operations())]
        self.assertEqual(sorted(set(found)), [0, 0x1000, 0x2000, 0x3000, len(self.data)])

    def test_on_every_kind_of_flash_and_in_every_kind_of_mode(self):
        pick = random.Random(SEED)
        for board, mode, size in (("nrf9160dk", "swap-move", 21001), ("nrf9160dk", "swap-offset", 20000),
                                  ("stm32f4", "swap-scratch", 0x45001), ("stm32f4", "overwrite-only", 0x25000),
                                  ("stm32h7", "direct-xip", 0x28000),
                                  ("nrf54l15", "swap-move", 21000), ("nrf54l15", "direct-xip-revert", 19999),
                                  ("nrf52840dk", "ram-load", 20003)):
            device = self.begin(size, board, mode)
            before = device.all_files()
            count = self.operations()
            found = [self.cut_and_go_on(before, after, pick.choice((1 << 20, 4096, 1000, 244)))
                     for after in sorted(pick.sample(range(count), 4)) + [count * 3 // 4]]
            self.assertGreater(found[-1], 0, self.where)

    def test_a_download_may_be_cut_often_and_its_file_renamed(self):
        pick = random.Random(SEED)
        for board, mode, size, most, clearing in (
                ("nrf52840dk", "swap-move", 50000, 12, 3), ("nrf9160dk", "overwrite-only", 60000, 14, 3),
                ("stm32h7", "direct-xip", 0x68000, 45, 3), ("nrf54l15", "swap-offset", 61000, 10, 16)):
            self.begin(size, board, mode)
            cuts, last = 0, 0
            while True:
                name = self.write(f"{cuts % 3}.bin", self.data)
                chunk = pick.choice((20, 244, 4096, 1 << 20)) if size < 0x10000 else 4096
                after = f"{(clearing if last == 0 else 0) + pick.randint(most // 3, most)}:{pick.getrandbits(32)}"
                result = self.run_update("--cut-after", after, "--chunk", chunk, "--json", file=name)
                at = result.json()["resumed_at"] or 0
                context = (self.where, cuts, after, chunk, last, at)
                is_begun = self.device.slot(1)[self.base:self.base + HEADER] != b"\xff" * HEADER
                self.assertGreaterEqual(at, last, context)
                if result.code == 0:
                    break
                self.assertEqual(result.code, 3, result.err)
                if is_begun:
                    break  # bytes of the header may be torn: other rules hold
                there = self.there()
                last = max(at, there - self.page)
                cuts += 1
                if cuts % 4 == 0:
                    self.assertEqual(self.device.boot()["booted"]["version"], "1.0.0+0", context)
            self.assertGreater(cuts, 2, context)
            self.assertEqual(self.run_update().code, 0, context)
            self.assert_installed()

    def test_a_cut_inside_any_operation_of_a_run_that_goes_on(self):
        device = self.begin(3 * 0x1000)
        self.cut(10)
        before = device.all_files()
        for after in range(self.operations()):
            self.restore(before)
            self.cut(f"{after}:{after}")
            self.assertEqual(device.boot()["booted"]["version"] in ("1.0.0+0", "1.1.0+0"), True, after)
            self.restore(before)
            self.cut(f"{after}:{after + 3}")
            self.assertEqual(self.run_update().code, 0, after)
            self.assert_installed()


class Words(ResumeTest):
    def test_where_it_goes_on_is_said_and_shown_from_there(self):
        self.begin(20000)
        first = self.cut(12)
        self.assertNotIn("resuming", first.out)
        out = self.done("update", self.device.path, self.file, "--chunk", "100").out.splitlines()
        self.assertEqual(out[:2], ["image 0: 1.1.0+0 into slot 1", "resuming at 12288 of 20000, same file"])
        percents = [int(line.split("%")[0]) for line in out if "%" in line]
        self.assertEqual(percents, [70, 80, 90, 100])
        self.assert_installed()

    def test_where_nothing_had_arrived_nothing_is_said(self):
        device = self.begin(9000)
        before = device.all_files()
        for after in range(5):
            self.restore(before)
            self.cut(after)
            self.assertNotRegex(self.done("update", device.path, self.file).out, "resuming|starting at")

    def test_a_report_tells_it_too(self):
        device = self.begin(20000)
        self.assertIsNone(json.loads(self.cut(12, "--json").out)["resumed_at"])
        cut = json.loads(self.cut(4, "--json").out)
        self.assertEqual((cut["resumed_at"], list(cut)[:7], list(cut)[-2:]),
                         (12288, ["image", "slot", "version", "size", "scheduled", "resumed_at", "type"], ["error", "cut"]))
        report = self.done("update", device.path, self.file, "--json").json()
        self.assertEqual(report.pop("receipt")["bytes_received"], 20000 - 16384)
        self.assertEqual(report, {"image": 0, "slot": 1, "version": "1.1.0+0", "size": 20000, "scheduled": "test",
                                  "resumed_at": 16384, "type": "mcuboot", "images": None})
        self.assertIsNone(self.done("update", device.path, self.file, "--json").json()["resumed_at"])

    def test_what_is_downloaded_and_not_scheduled_is_verified_again_and_scheduled(self):
        for mode in ("direct-xip", "direct-xip-revert", "ram-load", "swap-move", "swap-offset", "overwrite-only"):
            self.begin(9000, mode=mode)
            self.done("update", self.device.path, self.file, "--no-schedule")
            before = self.device.raw()
            self.assertEqual(self.resumed("--no-schedule"), 9000)
            self.assertEqual(self.device.raw(), before)
            out = self.done("update", self.device.path, self.file).out
            self.assertEqual(out.splitlines()[1:3], ["resuming at 9000 of 9000, same file",
                                                     "verified: 9000 bytes as flash holds them"])
            self.assertIn("scheduled: ", out)
            self.assert_installed()

    def test_a_file_changed_in_the_slot_by_a_hair_is_not_verified(self):
        self.begin(9000, mode="direct-xip")
        self.done("update", self.device.path, self.file, "--no-schedule")
        self.device.poke(1, 5000, bytes([self.device.slot(1)[5000] ^ 1]))
        result = self.run_update()
        self.assertEqual(result.code, 0, result.err)
        self.assertNotIn("resuming", result.out)
        self.assert_installed()


class Other(ResumeTest):
    GIVEN_UP = ("starting at 0: what slot 1 has of an earlier download is of another file, or no longer as it was left")

    def begin_again(self, *options, file=None, warning=""):
        """The update succeeds from 0 on, and says why unless there was nothing to say."""
        result = self.run_update(*options, file=file)
        wanted = f"slotwise: {self.device.path}: warning: {warning}\n" if warning else ""
        self.assertEqual((result.code, result.err), (0, wanted))
        self.assertNotIn("resuming", result.out)
        return [line for line in result.out.splitlines() if line.startswith("starting ")]

    def test_another_file_of_the_same_size_and_beginning_starts_at_0(self):
        for mode in ("swap-move", "direct-xip", "overwrite-only", "swap-offset"):
            self.begin(20000, mode=mode)
            other = twin(self.data)
            path = self.write("other.bin", other)
            self.assertEqual((len(other), other[:32] == self.data[:32], other == self.data), (20000, True, False))
            self.cut(13)
            self.assertEqual(self.begin_again(file=path), [self.GIVEN_UP])
            self.assert_installed(other)

    def test_files_in_turn_are_never_spliced(self):
        self.begin(20000)
        path = self.write("other.bin", twin(self.data))
        for file in (self.file, path, self.file):
            self.assertNotIn("resuming", self.cut(13, file=file).out)
        self.assertEqual(self.resumed(), 12288)
        self.assert_installed()

    def test_files_of_other_sizes_and_versions_start_at_0(self):
        self.begin(20000)
        for data in (make_image(20004, (1, 1, 0)), make_image(20000, (1, 1, 0))):
            self.cut(13)
            path = self.write("other.bin", data)
            self.assertEqual(self.begin_again(file=path), [self.GIVEN_UP])
            self.assertTrue(self.device.slot(1)[:len(data)] == data)
        self.assertEqual(self.begin_again(), [])

    def test_a_slot_that_was_touched_starts_at_0(self):
        for offset, data in ((HEADER + 1, b"\x00"), (0, b"\x3d\xb8\xf3\x96"), (12287, b"\x00"), (-16, MAGIC[8])):
            self.begin(20000)
            self.cut(13)
            self.device.poke(1, offset, data)
            moved = "MCUBOOT0: flash is not as 12256 bytes of it were left"
            self.assertEqual(self.begin_again(warning=moved if offset in (HEADER + 1, 12287) else ""), [self.GIVEN_UP])
            self.assert_installed()
            shutil.rmtree(self.device.path)

    def test_what_lies_behind_the_place_it_goes_on_from_is_erased(self):
        self.begin(20000)
        self.cut(13)
        for offset in range(12288, 20480, 97):
            self.device.poke(1, offset, b"\x00")
        self.assertEqual(self.resumed(), 12288)
        self.assert_installed()

    def test_factory_programming_ends_a_download(self):
        self.begin(20000)
        self.cut(13)
        self.done("flash", self.device.path, "slot1", self.file)
        self.assertEqual(self.begin_again(), [self.GIVEN_UP])
        self.assert_installed()

    def test_each_image_pair_has_its_own_download(self):
        path = self.path("pairs")
        self.done("new", path, "--board", self.write("pairs.dts", two_pairs().encode()))
        old, new = self.write("old.bin", make_image(3000)), self.write("new.bin", make_image(20000, (1, 1, 0)))
        for slot in ("slot0", "slot2"):
            self.done("flash", path, slot, old)
        self.assertEqual(slotwise("update", path, new, "--cut-after", 13).code, 3)
        self.assertEqual(slotwise("update", path, new, "--image", 1, "--cut-after", 16).code, 3)
        for number, at in ((0, 12288), (1, 16384)):
            report = self.done("update", path, new, "--image", number, "--json").json()
            self.assertEqual((report["image"], report["resumed_at"]), (number, at))


class Restart(ResumeTest):
    def test_it_begins_at_0(self):
        for mode in ("swap-move", "direct-xip", "swap-offset"):
            self.begin(20000, mode=mode)
            self.cut(13)
            before = self.device.all_files()
            report = self.done("update", self.device.path, self.file, "--restart", "--json").json()
            self.assertIsNone(report["resumed_at"])
            self.restore(before)
            out = self.done("update", self.device.path, self.file, "--restart").out.splitlines()
            self.assertEqual(out[1], "starting at 0 instead of 12288 of 20000, as asked")
            self.assert_installed()

    def test_where_there_is_nothing_to_go_on_with_it_changes_nothing(self):
        self.begin(9000)
        before = self.device.all_files()
        plain = self.done("update", self.device.path, self.file, "--chunk", "1048576").out
        after = self.device.all_files()
        self.restore(before)
        asked = self.done("update", self.device.path, self.file, "--chunk", "1048576", "--restart").out
        self.assertEqual(self.device.all_files(), after)
        self.assertEqual([line for line in asked.splitlines() if "%" not in line],
                         [line for line in plain.splitlines() if "%" not in line])

    def test_nothing_that_was_there_can_be_gone_on_with(self):
        for mode in ("swap-move", "direct-xip"):
            self.begin(20000, mode=mode)
            self.cut(13)
            before = self.device.all_files()
            for after in range(2, 8):
                self.restore(before)
                self.cut(after, "--restart")
                self.assertEqual(self.run_update("--json").json()["resumed_at"], None, (mode, after))
                self.assert_installed()

    def test_nothing_stays_scheduled(self):
        self.begin(9000)
        self.done("update", self.device.path, self.file)
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "test")
        self.done("update", self.device.path, self.file, "--restart", "--no-schedule")
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "none")
        self.assertEqual(self.device.boot()["booted"]["version"], "1.0.0+0")

    def test_a_finished_download_is_begun_again_too(self):
        self.begin(9000, mode="direct-xip")
        self.done("update", self.device.path, self.file, "--no-schedule")
        out = self.done("update", self.device.path, self.file, "--restart").out
        self.assertIn("starting at 0 instead of 9000 of 9000, as asked\n", out)
        self.assert_installed()


class Settings(ResumeTest):
    def settings(self):
        return os.path.join(self.device.path, "settings")

    def test_without_the_file_it_starts_at_0(self):
        for mode in ("swap-move", "direct-xip"):
            self.begin(20000, mode=mode)
            self.cut(13)
            os.unlink(self.settings())
            self.assertEqual(self.resumed(), 0)
            self.assert_installed()

    def test_a_flipped_bit_in_a_record_starts_at_0(self):
        pick = random.Random(SEED)
        self.begin(9000)
        self.cut(9)
        before = self.device.all_files()
        lines = before["settings"].splitlines(keepends=True)
        names = [line.partition(b"=")[0] for line in lines]
        self.assertEqual(sorted(names), [b"dfu/MCUBOOT0", b"dfu/MCUBOOT0/h", b"sim/active/0"])
        for number in (names.index(b"dfu/MCUBOOT0"), names.index(b"dfu/MCUBOOT0/h")):
            name, _, value = lines[number].strip().partition(b"=")
            value = bytes.fromhex(value.decode())
            for at in range(number % 2, len(value), 2):
                changed = bytearray(value)
                changed[at] ^= 1 << pick.randrange(8)
                text = lines[:number] + [name + b"=" + changed.hex().encode() + b"\n"] + lines[number + 1:]
                self.restore({**before, "settings": b"".join(text)})
                result = self.run_update("--json")
                self.assertEqual((result.code, result.json()["resumed_at"]), (0, None), (name, at))
                self.assertTrue(self.is_whole(), (name, at))

    def test_a_damaged_file_costs_progress_alone(self):
        self.begin(20000)
        self.cut(13)
        before = self.device.all_files()
        for text in (b"no entry\n", before["settings"][:-5], b"\0" * 40):
            self.restore({**before, "settings": text})
            result = self.run_update("--json")
            self.assertEqual((result.code, result.json()["resumed_at"]), (0, None))
            self.assertIn("settings: is damaged", result.err)
            self.assertTrue(self.is_whole())
        self.restore(before)
        os.unlink(self.settings())
        self.assertEqual(self.resumed(), 0)
        self.assert_installed()

    def test_what_cannot_be_saved_is_warned_of_once_and_costs_progress_alone(self):
        self.begin(20000)
        self.cut(13)
        before = self.device.all_files()
        os.mkdir(self.settings() + ".tmp")
        result = self.run_update("--cut-after", 8)
        self.assertEqual((result.code, "resuming at 12288 of 20000" in result.out), (3, True))
        warnings = [line for line in result.err.splitlines() if "warning" in line]
        self.assertEqual(warnings, [f"slotwise: {self.device.path}: warning: dfu/MCUBOOT0 not saved: -21"])
        result = self.run_update()
        self.assertEqual((result.code, len(result.err.splitlines())), (0, 1), result.err)
        self.assert_installed()
        os.rmdir(self.settings() + ".tmp")
        self.restore(before)
        self.assertEqual(self.resumed(), 12288)


if __name__ == "__main__":
    unittest.main()
