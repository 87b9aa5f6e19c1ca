# SPDX-License-Identifier: Apache-2.0
"""The life of a device in every mode of the bootloader, seen in the reports and in the raw bytes."""
import os
import unittest

from support import BOARDS, CliTest, RAM_LOAD, ROM_FIXED, image, make_image, read, slotwise

SWAP = ("swap-scratch", "swap-move", "swap-offset")
PLAIN = ("direct-xip", "ram-load")
REVERT = ("direct-xip-revert", "ram-load-revert")
UNSET = {"magic": None, "swap_info": None, "copy_done": None, "image_ok": None}
TEST_HEADER = b"\x3d\xb8\xf3\x96"


class ModeTest(CliTest):
    def file(self, version, size=5000, **more):
        """An image that any of the modes starts: ram-load asks for a flag that the others do not look at."""
        more = {"flags": RAM_LOAD, "load_addr": 0x20000000, **more}
        return self.write(f"{'.'.join(map(str, version))}-{size}.bin", make_image(size, version, **more))

    def device(self, mode, board="nrf52840dk", **more):
        device = self.make(board, name=f"{mode}-{board}", mode=mode, **more)
        device.start = [0, device.board["page"] if mode == "swap-offset" else 0]
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        self.assert_runs(device, "1.0.0", 0)
        return device

    def assert_runs(self, device, version, slot, swap_type="none"):
        self.assertEqual(device.boot(), {"booted": {"image": 0, "slot": slot, "version": version + "+0"},
                                         "swap_types": [swap_type], "active": [slot]}, device.path)

    def assert_slot(self, device, number, version, flags="", start=None):
        """What status says of a slot, and the bytes of the image that lie there."""
        slot = device.status()["images"][0]["slots"][number]
        self.assertEqual(slot["version"], version and version + "+0", device.path)
        self.assertEqual({name for name in ("active", "pending", "confirmed", "permanent") if slot[name]},
                         set(flags.split()), device.path)
        self.assertEqual(slot["bootable"], version is not None)
        if version:
            wanted = read(self.file(tuple(map(int, version.split(".")))))
            start = device.start[number] if start is None else start
            self.assertEqual(device.slot(number)[start:start + len(wanted)], wanted)

    def update(self, device, version, slot, *options, scheduled="test"):
        before = device.around(slot)
        report = self.done("update", device.path, self.file(version), *options, "--json").json()
        self.assertEqual((report["slot"], report["scheduled"]), (slot, scheduled))
        self.assertEqual(device.around(slot), before)

    def boards(self, mode):
        return [name for name, board in BOARDS.items() if mode != "swap-scratch" or board.get("scratch")]

    def in_modes(self, *modes, everywhere=False):
        """A device of each mode, on one board or on each that can have it."""
        for mode in modes:
            for board in self.boards(mode) if everywhere else self.boards(mode)[:1]:
                yield self.device(mode, board)


class Swap(ModeTest):
    def test_an_update_is_tried_given_up_and_taken_for_good(self):
        for device in self.in_modes(*SWAP, everywhere=True):
            self.update(device, (1, 1, 0), 1)
            self.assert_slot(device, 1, "1.1.0", "pending")
            self.assertEqual(device.status()["images"][0]["swap_type"], "test")
            self.assert_runs(device, "1.1.0", 0, "test")
            self.assert_slot(device, 0, "1.1.0", "active")
            self.assert_slot(device, 1, "1.0.0", "confirmed", start=0)
            self.assertIn("unconfirmed", self.refused("update", device.path, self.file((2, 0, 0))))
            self.assert_runs(device, "1.0.0", 0, "revert")
            self.assert_slot(device, 0, "1.0.0", "active confirmed")
            self.assert_slot(device, 1, "1.1.0")
            self.update(device, (1, 1, 0), 1, "--permanent", scheduled="permanent")
            self.assert_slot(device, 1, "1.1.0", "pending permanent")
            self.assert_runs(device, "1.1.0", 0, "permanent")
            self.assert_slot(device, 0, "1.1.0", "active confirmed")
            self.assert_slot(device, 1, "1.0.0", start=0)
            self.assert_runs(device, "1.1.0", 0)

    def test_an_update_that_is_confirmed_stays(self):
        for device in self.in_modes(*SWAP):
            self.update(device, (0, 9, 0), 1)
            self.assert_runs(device, "0.9.0", 0, "test")
            self.assertEqual(self.done("confirm", device.path, "--json").json(), {"confirmed": [0]})
            self.assertEqual(device.trailer(0)["image_ok"], b"\x01")
            self.assert_runs(device, "0.9.0", 0)
            self.assert_slot(device, 0, "0.9.0", "active confirmed")

    def test_an_update_that_is_taken_back_does_not_happen(self):
        for device in self.in_modes(*SWAP, "overwrite-only"):
            self.update(device, (1, 1, 0), 1, "--no-schedule", scheduled=None)
            self.assert_slot(device, 1, "1.1.0")
            self.done("schedule", device.path, "--permanent")
            self.assert_slot(device, 1, "1.1.0", "pending permanent")
            self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": [0]})
            self.assertEqual(device.trailer(1), UNSET)
            self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": []})
            self.assert_runs(device, "1.0.0", 0)

    def test_an_update_overwrites_the_old_image(self):
        for device in self.in_modes("overwrite-only", everywhere=True):
            self.update(device, (1, 1, 0), 1)
            self.assert_slot(device, 1, "1.1.0", "pending")
            self.assert_runs(device, "1.1.0", 0, "test")
            self.assert_slot(device, 0, "1.1.0", "active confirmed")
            self.assert_slot(device, 1, None)
            self.assert_runs(device, "1.1.0", 0)
            self.update(device, (1, 2, 0), 1)
            self.assert_runs(device, "1.2.0", 0, "test")


class SwapOffset(ModeTest):
    def test_an_old_image_that_lies_at_the_start_of_the_slot_is_not_scheduled(self):
        device = self.device("swap-offset")
        self.update(device, (1, 1, 0), 1, "--permanent", scheduled="permanent")
        self.assert_runs(device, "1.1.0", 0, "permanent")
        before = device.all_files()
        self.assertIn("lies at the start of the slot", self.refused("schedule", device.path))
        self.assertEqual(device.all_files(), before)
        self.update(device, (1, 0, 0), 1)
        self.assertEqual(device.slot(1)[:0x1000], b"\xff" * 0x1000)
        self.assert_runs(device, "1.0.0", 0, "test")

    def test_factory_programming_puts_an_update_where_the_bootloader_looks_for_it(self):
        device = self.device("swap-offset")
        self.done("flash", device.path, "slot1", self.file((1, 1, 0)))
        self.assert_slot(device, 1, "1.1.0")
        self.assertEqual(device.slot(1)[:0x1000], b"\xff" * 0x1000)
        self.done("schedule", device.path)
        self.assert_runs(device, "1.1.0", 0, "test")

    def test_of_two_images_in_a_slot_the_one_that_counts_is_shown(self):
        device = self.device("swap-offset")
        self.done("flash", device.path, "slot1", self.file((1, 1, 0)))
        device.poke(1, 0, make_image(3000, (0, 9, 0)))
        self.assertEqual(device.status()["images"][0]["slots"][1]["version"], "0.9.0+0")
        self.done("schedule", device.path)
        self.assert_slot(device, 1, "1.1.0", "pending")
        self.assertEqual(device.slot(1)[:0x1000], b"\xff" * 0x1000)

    def test_raw_programming_begins_at_the_start_of_the_slot(self):
        device = self.device("swap-offset")
        self.done("flash", device.path, "slot1", self.file((1, 1, 0)), "--raw")
        self.assert_slot(device, 1, "1.1.0", start=0)

    def test_a_file_that_does_not_fit_behind_the_first_page_is_refused(self):
        device = self.device("swap-offset")
        full = self.write("full.bin", make_image(0x1000, (1, 1, 0)).ljust(0x76000 - 0xfff, b"\xff"))
        before = device.all_files()
        self.assertIn(f"{0x76000 - 0xfff} bytes, but slot1_partition has {0x75000} from its second page on",
                      self.refused("flash", device.path, "slot1", full))
        self.assertEqual(device.all_files(), before)


class Direct(ModeTest):
    def assert_no_header(self, device, slot):
        self.assertEqual(device.slot(slot)[:32], b"\xff" * 32)

    def test_an_update_is_started_where_it_lies_slot_after_slot(self):
        for device in self.in_modes(*PLAIN, everywhere=True):
            self.update(device, (1, 1, 0), 1)
            self.assertEqual(device.trailer(1), UNSET)
            self.assert_slot(device, 0, "1.0.0", "active confirmed")
            self.assert_slot(device, 1, "1.1.0", "pending permanent")
            self.assert_runs(device, "1.1.0", 1)
            self.assert_slot(device, 0, "1.0.0")
            self.assert_slot(device, 1, "1.1.0", "active confirmed")
            before = device.raw()
            self.assertEqual(self.done("confirm", device.path, "--json").json(), {"confirmed": [0]})
            self.assertEqual(device.raw(), before)
            self.update(device, (1, 2, 0), 0)
            self.assert_runs(device, "1.2.0", 0)

    def test_an_update_that_is_not_scheduled_shows_no_header(self):
        for device in self.in_modes(*PLAIN, *REVERT):
            self.update(device, (1, 1, 0), 1, "--no-schedule", scheduled=None)
            self.assert_no_header(device, 1)
            self.assertIn(b"dfu/MCUBOOT0/h=", device.all_files()["settings"])
            self.assert_runs(device, "1.0.0", 0)
            self.assertEqual(self.done("schedule", device.path, "--json").json(),
                             {"image": 0, "slot": 1, "scheduled": "test", "images": [0]})
            self.assertNotIn(b"dfu/", device.all_files()["settings"])
            self.assert_runs(device, "1.1.0", 1)

    def test_cancel_takes_the_header_out(self):
        for device in self.in_modes(*PLAIN, *REVERT):
            self.update(device, (1, 1, 0), 1)
            self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": [0]})
            self.assert_no_header(device, 1)
            self.assertEqual(device.trailer(1), UNSET)
            self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": []})
            self.assertIn("there is no image", self.refused("schedule", device.path))
            self.assert_runs(device, "1.0.0", 0)

    def test_the_older_image_in_the_other_slot_is_not_pending(self):
        device = self.device("direct-xip")
        self.update(device, (1, 1, 0), 1)
        self.assert_runs(device, "1.1.0", 1)
        before = device.raw()
        self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": []})
        self.assertEqual(device.raw(), before)

    def test_an_image_that_would_never_be_started_is_refused_before_anything_is_erased(self):
        old, equal = self.file((0, 9, 0)), self.file((1, 0, 0))
        fixed = self.file((1, 2, 0), size=4000, flags=ROM_FIXED | RAM_LOAD)
        beside = self.file((1, 3, 0), size=3000, load_addr=0x20040000)
        plain = self.file((1, 4, 0), size=2000, flags=0)
        for mode, path, why in (
                ("direct-xip", old, "version too low for the bootloader to take or to prefer"),
                ("direct-xip-revert", equal, "version too low for the bootloader to take or to prefer"),
                ("direct-xip", fixed, "made for another flash address"),
                ("ram-load", beside, "loads outside the executable RAM, or over another image"),
                ("ram-load-revert", plain, "not made to be loaded into RAM")):
            device = self.make(name=f"{mode}-{os.path.basename(path)}", mode=mode)
            self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
            self.assert_runs(device, "1.0.0", 0)
            before = device.all_files()
            self.assertEqual(self.refused("update", device.path, path), f"{path}: {why}")
            self.assertEqual(device.all_files(), before)

    def test_an_image_made_for_the_address_of_its_slot_is_taken(self):
        device = self.device("direct-xip")
        fixed = self.file((1, 1, 0), flags=ROM_FIXED, load_addr=0x82000)
        self.done("update", device.path, fixed)
        self.assert_runs(device, "1.1.0", 1)

    def test_before_the_first_boot_the_slot_that_would_run_is_spared(self):
        device = self.make(mode="direct-xip")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        self.done("flash", device.path, "slot1", self.file((1, 1, 0)))
        device.start = [0, 0]
        self.assert_slot(device, 1, "1.1.0", "active confirmed")
        self.assertNotIn("settings", device.all_files())
        self.update(device, (1, 2, 0), 0)
        self.assertIn(b"sim/active/0=01\n", device.all_files()["settings"])
        self.assert_runs(device, "1.2.0", 0)

    def test_an_image_for_another_place_is_not_bootable(self):
        for mode, more in (("direct-xip", {"flags": ROM_FIXED, "load_addr": 0x8000}), ("ram-load", {"flags": 0})):
            device = self.make(name=mode, mode=mode)
            self.done("flash", device.path, "slot0", self.file((1, 0, 0), **more))
            slot = device.status()["images"][0]["slots"][0]
            self.assertEqual((slot["version"], slot["bootable"], slot["active"]), ("1.0.0+0", False, False))

    def test_where_nothing_runs_no_slot_is_written(self):
        for mode in PLAIN + REVERT:
            device = self.make(name=mode, mode=mode)
            before = device.all_files()
            for verb in (["update", device.path, self.file((1, 0, 0))], ["schedule", device.path]):
                result = slotwise(*verb, "--json")
                self.assertEqual((result.code, result.json()["slot"]), (1, None))
                self.assertIn("not known which slot may be written", result.err)
            self.assertEqual(device.all_files(), before)


class Revert(ModeTest):
    def test_an_update_is_tried_given_up_and_taken_for_good(self):
        for device in self.in_modes(*REVERT, everywhere=True):
            self.update(device, (1, 1, 0), 1)
            self.assert_slot(device, 1, "1.1.0", "pending")
            self.assertEqual(device.trailer(1), {**UNSET, "magic": device.trailer(0)["magic"]})
            self.assert_runs(device, "1.1.0", 1)
            self.assertEqual(device.trailer(1)["copy_done"], b"\x01")
            self.assert_slot(device, 1, "1.1.0", "active")
            self.assert_slot(device, 0, "1.0.0", "confirmed")
            before = device.all_files()
            for verb in (["update", device.path, self.file((2, 0, 0))], ["schedule", device.path],
                         ["cancel", device.path]):
                self.assertIn("unconfirmed", self.refused(*verb))
            self.assertEqual(device.all_files(), before)
            self.assert_runs(device, "1.0.0", 0)
            self.assertEqual(device.slot(1), b"\xff" * len(device.slot(1)))
            self.update(device, (1, 1, 0), 1, "--permanent", scheduled="permanent")
            self.assert_slot(device, 1, "1.1.0", "pending permanent")
            for _ in range(2):
                self.assert_runs(device, "1.1.0", 1)
            self.assert_slot(device, 1, "1.1.0", "active confirmed")

    def test_an_update_that_is_confirmed_stays(self):
        for device in self.in_modes(*REVERT):
            self.update(device, (1, 1, 0), 1)
            self.assert_runs(device, "1.1.0", 1)
            before = device.around(1)
            self.assertEqual(self.done("confirm", device.path, "--json").json(), {"confirmed": [0]})
            self.assertEqual(device.around(1), before)
            self.assertEqual(device.trailer(1)["image_ok"], b"\x01")
            self.assert_runs(device, "1.1.0", 1)
            self.update(device, (1, 2, 0), 0)
            self.assert_runs(device, "1.2.0", 0)
            self.assert_runs(device, "1.1.0", 1)

    def test_a_factory_image_is_marked_so_that_it_stays(self):
        for mode in REVERT:
            device = self.make(name=mode, mode=mode)
            for number in (0, 1):
                out = self.done("flash", device.path, f"slot{number}", self.file((1, number, 0))).out
                self.assertIn("marked as confirmed", out)
                self.assertEqual((device.trailer(number)["copy_done"], device.trailer(number)["image_ok"]),
                                 (b"\x01", b"\x01"))
                self.assertIsNone(device.trailer(number)["swap_info"])
                for _ in range(3):
                    self.assert_runs(device, f"1.{number}.0", number)

    def test_raw_programming_marks_nothing_and_the_bootloader_erases_it(self):
        device = self.make(mode="direct-xip-revert")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)), "--raw")
        self.assertEqual(device.trailer(0), UNSET)
        self.refused("boot", device.path)
        self.assertEqual(device.slot(0), b"\xff" * len(device.slot(0)))

    def test_a_file_that_brings_its_trailer_keeps_it(self):
        device = self.make(mode="direct-xip-revert")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        magic = device.trailer(0)["magic"]
        padded = make_image(5000, (1, 0, 0)).ljust(0x76000 - 16, b"\xff") + magic
        self.done("flash", device.path, "slot0", self.write("padded.bin", padded))
        self.assertEqual(device.slot(0), padded)

    def test_a_file_padded_with_erased_bytes_is_marked_like_any_other(self):
        device = self.make(mode="ram-load-revert")
        padded = make_image(5000, (1, 0, 0), RAM_LOAD, 0x20000000).ljust(0x76000, b"\xff")
        self.done("flash", device.path, "slot0", self.write("padded.bin", padded))
        self.assertEqual(device.trailer(0)["image_ok"], b"\x01")
        for _ in range(2):
            self.assert_runs(device, "1.0.0", 0)


class OneSlot(ModeTest):
    def test_the_loader_alone_writes_the_application(self):
        for board in BOARDS:
            device = self.make(board, name=board, mode="firmware-loader")
            device.start = [0, 0]
            self.done("flash", device.path, "slot1", self.file((0, 1, 0)))
            self.assert_runs(device, "0.1.0", 1)
            self.update(device, (1, 0, 0), 0)
            self.assert_slot(device, 0, "1.0.0", "pending permanent")
            self.assert_runs(device, "1.0.0", 0)
            before = device.all_files()
            for verb in (["update", device.path, self.file((1, 1, 0))], ["schedule", device.path]):
                self.assertIn("only the loader writes slot 0", self.refused(*verb))
            self.assertEqual(device.all_files(), before)
            self.assertEqual(self.done("boot", device.path, "--loader", "--json").json()["active"], [1])
            self.update(device, (0, 9, 0), 0)
            self.assert_runs(device, "0.9.0", 0)

    def test_a_loader_is_asked_for_once(self):
        device = self.make(mode="firmware-loader")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        self.done("flash", device.path, "slot1", self.file((0, 1, 0)))
        self.assert_runs(device, "1.0.0", 0)
        self.assertEqual(self.done("boot", device.path, "--loader", "--json").json()["active"], [1])
        self.assertEqual(device.all_files()["settings"], b"sim/active/0=01\n")
        self.assert_runs(device, "1.0.0", 0)

    def test_other_modes_have_no_loader(self):
        device = self.device("swap-move")
        self.assertEqual(self.refused("boot", device.path, "--loader"), f"{device.path}: mode swap-move has no loader")

    def test_a_single_slot_takes_no_update(self):
        for board in BOARDS:
            device = self.device("single-slot", board)
            before = device.raw()
            for verb in (["update", device.path, self.file((1, 1, 0))], ["schedule", device.path]):
                self.assertEqual(self.refused(*verb), f"{device.path}: mode single-slot has no slot for updates")
            self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": []})
            self.assertEqual(self.done("confirm", device.path, "--json").json(), {"confirmed": [0]})
            self.assertEqual(device.raw(), before)
            self.assert_slot(device, 0, "1.0.0", "active confirmed")


class Trailerless(ModeTest):
    """Write blocks of 32 bytes and fields 8 bytes apart: no trailer that a bootloader could write."""

    def board(self, mode):
        source = self.write("board.dts", read(os.path.join(os.environ["SLOTWISE_ROOT"], "boards/stm32h7.dts"))
                            .replace(b"max-align = <32>", b"max-align = <8>"))
        path = self.path(mode)
        result = slotwise("new", path, "--board", source, "--mode", mode)
        self.assertEqual(result.code, 0, result.err)
        return path, result.err

    def test_modes_that_need_none_work_in_full(self):
        for mode in PLAIN:
            path, warnings = self.board(mode)
            self.assertEqual(warnings, "")
            self.done("flash", path, "slot0", self.file((1, 0, 0)))
            self.done("boot", path)
            self.done("update", path, self.file((1, 1, 0)))
            self.assertEqual(self.done("cancel", path, "--json").json(), {"cancelled": [0]})
            self.done("update", path, self.file((1, 1, 0)))
            self.assertEqual(self.done("boot", path, "--json").json()["active"], [1])
            self.done("confirm", path)
            self.assertIsNone(self.done("status", path, "--json").json()["images"][0]["slots"][1]["trailer"])

    def test_modes_that_need_one_are_warned_of_and_refused(self):
        why = ("slot0_partition can have no trailer, which mode {} needs: write blocks of flash0 are 32 bytes, its "
               "fields lie 8 apart (max-align)")
        for mode in SWAP + ("overwrite-only",) + REVERT:
            path, warnings = self.board(mode)
            self.assertEqual(warnings, f"slotwise: {path}: warning: {why.format(mode)}\n")
            self.done("flash", path, "slot0", self.file((1, 0, 0)), "--raw")
            before = read(os.path.join(path, "flash0.bin"))
            for verb in (["update", path, self.file((1, 1, 0))], ["schedule", path], ["confirm", path]):
                self.refused(*verb)
            if mode in REVERT:
                self.assertIn("without one it starts nothing", self.refused("flash", path, "slot0",
                                                                            self.file((1, 1, 0))))
            self.assertTrue(read(os.path.join(path, "flash0.bin")) == before)


if __name__ == "__main__":
    unittest.main()
