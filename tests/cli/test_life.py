# SPDX-License-Identifier: Apache-2.0
"""The life of a device on every board: factory, test, revert, update again, confirm."""
import os
import unittest

from support import BOARDS, CliTest, MAGIC, ROOT, image, image_list, read

OLD = "med-1.0.0-ec256.bin"
NEW = "med-1.1.0-ec256.bin"
UNSET = {"magic": "unset", "swap_type": "none", "copy_done": "unset", "image_ok": "unset"}
ERASED = {"magic": None, "swap_info": None, "copy_done": None, "image_ok": None}


def trailer(swap_type, copy_done, image_ok):
    return {"magic": "good", "swap_type": swap_type, "copy_done": copy_done, "image_ok": image_ok}


def slot(number, name, flags="", state=None):
    entry = image_list()[name] if name else None
    flags = flags.split()
    return {
        "slot": number,
        "version": entry["version"] if entry else None,
        "hash": entry["tlvs"][0]["value"] if entry else None,
        "bootable": entry is not None,
        "active": "active" in flags,
        "pending": "pending" in flags,
        "confirmed": "confirmed" in flags,
        "permanent": "permanent" in flags,
        "trailer": state or UNSET,
    }


def status(swap_type, *slots):
    return {"mode": "swap-move", "images": [{"image": 0, "swap_type": swap_type, "slots": list(slots)}]}


def booted(version, swap_type):
    return {"booted": {"image": 0, "slot": 0, "version": version}, "swap_types": [swap_type], "active": [0]}


class Life(CliTest):
    def assert_same(self, found, wanted):
        self.assertEqual(found, wanted)
        self.assertEqual(str(found), str(wanted), "order of the keys")

    def assert_slot_holds(self, device, number, name):
        """The slot's bytes are the file's; behind them a swap may leave a page it moved."""
        data = read(image(name))
        self.assertEqual(device.slot(number)[:len(data)], data)

    def factory(self, board, name=None):
        device = self.make(board, name=name or board)
        for label, size in device.board["files"].items():
            self.assertEqual(device.raw()[label], b"\xff" * size)
        self.done("flash", device.path, "slot0", image(OLD))
        self.assertEqual(device.slot(0), read(image(OLD)).ljust(device.board["size"], b"\xff"))
        self.assertEqual({b for data in device.around(0).values() for b in data}, {0xFF})
        return device

    def download(self, device, *options):
        before = device.around(1)
        self.done("update", device.path, image(NEW), *options)
        self.assert_slot_holds(device, 1, NEW)
        self.assertEqual(device.around(1), before)

    def on_trial(self, device):
        magic = MAGIC[device.board["align"]]
        self.download(device)
        self.assertEqual(device.trailer(1), {**ERASED, "magic": magic, "swap_info": b"\x02"})
        self.assert_same(device.status(), status(
            "test", slot(0, OLD, "active confirmed", None),
            slot(1, NEW, "pending", trailer("test", "unset", "unset"))))
        self.assert_same(device.boot(), booted("1.1.0+0", "test"))
        self.assert_slot_holds(device, 0, NEW)
        self.assert_slot_holds(device, 1, OLD)
        self.assertEqual(device.trailer(0),
                         {"magic": magic, "swap_info": b"\x02", "copy_done": b"\x01", "image_ok": None})
        self.assertEqual(device.trailer(1), ERASED)
        self.assert_same(device.status(), status(
            "revert", slot(0, NEW, "active", trailer("test", "set", "unset")), slot(1, OLD, "confirmed")))

    def reverted(self, device):
        self.assert_same(device.boot(), booted("1.0.0+0", "revert"))
        self.assert_slot_holds(device, 0, OLD)
        self.assert_slot_holds(device, 1, NEW)
        self.assert_same(device.status(), status(
            "none", slot(0, OLD, "active confirmed", trailer("revert", "set", "set")), slot(1, NEW)))
        self.assert_same(device.boot(), booted("1.0.0+0", "none"))

    def permanent(self, device):
        self.download(device, "--permanent", "--chunk", "244")
        self.assertEqual(device.trailer(1)["swap_info"], b"\x03")
        self.assertEqual(device.trailer(1)["image_ok"], b"\x01")
        self.assertEqual([s["pending"] and s["permanent"] for s in device.status()["images"][0]["slots"]],
                         [False, True])
        self.assert_same(device.boot(), booted("1.1.0+0", "permanent"))
        self.assert_same(device.status(), status(
            "none", slot(0, NEW, "active confirmed", trailer("permanent", "set", "set")), slot(1, OLD)))

    def confirmed(self, device):
        self.done("update", device.path, image(OLD), "--chunk", "1000")
        self.assert_same(device.boot(), booted("1.0.0+0", "test"))
        before = device.around(0)
        self.done("confirm", device.path)
        self.assertEqual(device.around(0), before)
        self.assertEqual(device.trailer(0)["image_ok"], b"\x01")
        self.assert_same(device.boot(), booted("1.0.0+0", "none"))
        self.assert_same(device.status(), status(
            "none", slot(0, OLD, "active confirmed", trailer("test", "set", "set")), slot(1, NEW)))

    def test_every_board_lives_through_all_transitions(self):
        for board in BOARDS:
            with self.subTest(board=board):
                device = self.factory(board)
                self.assert_same(device.status(), status(
                    "none", slot(0, OLD, "active confirmed"), slot(1, None)))
                self.on_trial(device)
                self.reverted(device)
                self.permanent(device)
                self.confirmed(device)

    def test_flash_that_erases_to_zero_lives_as_well(self):
        source = read(os.path.join(ROOT, "boards/nrf52840dk.dts")).decode()
        source = source.replace("write-block-size = <4>;", "write-block-size = <4>; erase-value = <0>;")
        path = self.path("dev")
        self.done("new", path, "--board", self.write("zero.dts", source.encode()))
        self.done("flash", path, "slot0", image(OLD))
        for wanted in ("test", "revert"):
            if wanted == "test":
                self.done("update", path, image(NEW))
            self.assertEqual(self.done("boot", path, "--json").json()["swap_types"], [wanted])
        raw = read(os.path.join(path, "flash0.bin"))
        self.assertEqual(raw[0xC000:0xC000 + len(read(image(OLD)))], read(image(OLD)))
        self.assertEqual(raw[0x82000 - 40:0x82000 - 16:8], b"\x04\x01\x01")

    def test_two_images_live_side_by_side(self):
        source = read(os.path.join(ROOT, "boards/nrf9160dk.dts")).decode()
        source = source.replace("images = <1>", "images = <2>").replace("0xe8000>", "0x74000>")
        source = source.replace("storage_partition: partition@f8000", "slot2_partition: partition@84000")
        source = source.replace("reg = <0xf8000 0x8000>", "reg = <0x84000 0x74000>")
        source = source.replace("fmfu_storage:", "slot3_partition:").replace("0x400000>", "0x74000>")
        path = self.path("dev")
        self.done("new", path, "--board", self.write("two.dts", source.encode()))
        for number in (0, 2):
            self.done("flash", path, f"slot{number}", image(OLD))
        self.done("update", path, image(NEW), "--image", "1")
        self.assertEqual([i["swap_type"] for i in self.done("status", path, "--json").json()["images"]],
                         ["none", "test"])
        self.assert_same(self.done("boot", path, "--json").json(),
                         {"booted": {"image": 0, "slot": 0, "version": "1.0.0+0"}, "swap_types": ["none", "test"],
                          "active": [0, 0], "modem": "started", "bootloader": None, "recovered": None})
        raw = read(os.path.join(path, "flash0.bin"))
        self.assertEqual(raw[0x84000:0x84000 + len(read(image(NEW)))], read(image(NEW)))
        self.done("update", path, image(NEW), "--image", "0")
        self.assertIn("the running image is unconfirmed", self.refused("update", path, image(NEW), "--image", "1"))
        self.assertEqual(self.done("confirm", path, "--json").json(), {"confirmed": [0, 1]})
        self.assertEqual(self.done("boot", path, "--json").json()["swap_types"], ["test", "none"])

    def test_an_update_that_is_not_scheduled_waits(self):
        device = self.factory("nrf52840dk")
        report = self.done("update", device.path, image(NEW), "--no-schedule", "--json").json()
        receipt = report.pop("receipt")
        self.assert_same(report, {"image": 0, "slot": 1, "version": "1.1.0+0", "size": 106914, "scheduled": None,
                                  "resumed_at": None, "type": "mcuboot", "images": None})
        self.assertEqual(receipt["bytes_received"], 106914)
        self.assertEqual(device.trailer(1), ERASED)
        self.assert_same(device.boot(), booted("1.0.0+0", "none"))
        self.assert_same(self.done("schedule", device.path, "--json").json(),
                         {"image": 0, "slot": 1, "scheduled": "test", "images": [0]})
        self.assert_same(self.done("schedule", device.path, "--permanent", "--json").json(),
                         {"image": 0, "slot": 1, "scheduled": "permanent", "images": [0]})
        self.assert_same(device.boot(), booted("1.1.0+0", "permanent"))

    def test_a_cancelled_update_does_not_happen(self):
        device = self.factory("nrf52840dk")
        self.download(device)
        self.assert_same(self.done("cancel", device.path, "--json").json(), {"cancelled": [0]})
        self.assertEqual(device.trailer(1), ERASED)
        self.assert_slot_holds(device, 1, NEW)
        self.assertEqual(self.done("cancel", device.path).out, "nothing pending\n")
        self.assert_same(self.done("cancel", device.path, "--json").json(), {"cancelled": []})
        self.assert_same(device.boot(), booted("1.0.0+0", "none"))

    def test_the_first_verb_that_changes_boot_state_remembers_what_runs(self):
        for verb in (["update", image(NEW)], ["schedule"], ["cancel"], ["confirm"], ["boot"]):
            device = self.factory(board="nrf52840dk", name=verb[0])
            self.done("flash", device.path, "slot1", image(NEW))
            device.status()
            self.assertNotIn("settings", device.all_files())
            self.done(verb[0], device.path, *verb[1:])
            self.assertEqual(device.all_files()["settings"], b"sim/active/0=00\n")

    def test_a_device_without_an_image_says_so_at_boot(self):
        device = self.make()
        result = self.refused("boot", device.path)
        self.assertTrue(result.startswith(device.path + ": "))
        self.assertIn("no image", self.refused("confirm", device.path))
        self.assertEqual(device.status()["images"][0]["slots"][0]["active"], False)

    def test_what_a_device_runs_is_forgotten_when_nothing_runs(self):
        device = self.factory("nrf52840dk")
        device.boot()
        device.poke(0, 0, b"\0" * 32)
        self.refused("boot", device.path)
        self.assertFalse(device.status()["images"][0]["slots"][0]["active"])

    def test_chunks_of_any_size_give_the_same_flash(self):
        wanted = None
        for chunk in ("1", "31", "4096", "1048576"):
            device = self.make(name="chunk" + chunk)
            self.done("flash", device.path, "slot0_partition", image("tiny-1.0.0-none.bin"))
            self.done("update", device.path, image("tiny-1.1.0-none.bin"), "--chunk", chunk)
            wanted = wanted or device.raw()
            self.assertEqual(device.raw(), wanted)


if __name__ == "__main__":
    unittest.main()
