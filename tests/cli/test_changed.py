# SPDX-License-Identifier: Apache-2.0
"""Flash that somebody changed between two commands: no verb trusts what it remembers, or promises what cannot be."""
import unittest

from support import RAM_LOAD, CliTest, make_image, slotwise

DIRECT = ("direct-xip", "direct-xip-revert", "ram-load", "ram-load-revert")


class Changed(CliTest):
    def file(self, version):
        return self.write("-".join(map(str, version)), make_image(5000, version, flags=RAM_LOAD, load_addr=0x20000000))

    def warned(self, *args):
        result = slotwise(*args)
        self.assertEqual(result.code, 0, result.err)
        self.assertRegex(result.err, r"\Aslotwise: [^\n]+: warning: the next boot will do something else: [^\n]+\n\Z")
        return result.err.split("will do something else: ")[1][:-1]

    def test_a_slot_whose_image_is_gone_does_not_run(self):
        for mode in DIRECT:
            device = self.make(name=mode, mode=mode)
            self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
            self.done("flash", device.path, "slot1", self.file((1, 1, 0)))
            self.assertEqual(device.boot()["active"], [1])
            device.poke(1, 0, b"\xff" * device.board["size"])
            before = device.slot(0)
            self.assertEqual(self.done("cancel", device.path).out, "nothing pending\n")
            report = self.done("update", device.path, self.file((1, 2, 0)), "--json").json()
            self.assertEqual(report["slot"], 1)
            self.assertEqual(device.slot(0), before)
            self.assertEqual(device.boot()["booted"], {"image": 0, "slot": 1, "version": "1.2.0+0"})

    def test_where_nothing_is_left_that_could_run_no_slot_is_written(self):
        device = self.make(mode="direct-xip")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        device.boot()
        device.poke(0, 0, bytes(32))
        before = device.raw()
        self.assertIn("nothing runs", self.refused("update", device.path, self.file((1, 1, 0))))
        self.assertIn("no image runs", self.refused("confirm", device.path))
        self.assertEqual(device.raw(), before)

    def test_an_image_that_is_gone_is_not_confirmed(self):
        for mode in ("swap-move", "swap-offset", "overwrite-only"):
            device = self.make(name=mode, mode=mode)
            self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
            device.boot()
            device.poke(0, 0, b"\xff" * 32)
            before = device.raw()
            self.assertEqual(self.refused("confirm", device.path),
                             f"{device.path}: image 0: there is no image in the slot")
            self.assertEqual(device.raw(), before)

    def test_an_update_that_cannot_be_installed_is_said_so(self):
        for mode in ("swap-move", "swap-offset"):
            device = self.make(name=mode, mode=mode)
            self.assertEqual(self.warned("update", device.path, self.file((1, 1, 0))),
                             "image-0 holds no valid image: there is none, or it is not bootable")

    def test_what_a_left_over_swap_info_makes_of_a_request_is_said(self):
        device = self.make(board="stm32f4", mode="swap-scratch")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        device.poke(0, -40, b"\x03")
        self.assertEqual(self.warned("update", device.path, self.file((1, 1, 0))), "permanent")
        self.assertEqual(device.boot()["swap_types"], ["permanent"])

    def test_a_file_that_brings_a_foreign_trailer_is_no_factory_image_for_a_revert_mode(self):
        for mode in ("direct-xip-revert", "ram-load-revert"):
            device = self.make(name=mode, mode=mode)
            self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
            before = device.raw()
            size = device.board["size"]
            padded = bytearray(make_image(5000, (1, 1, 0), flags=RAM_LOAD, load_addr=0x20000000).ljust(size, b"\xff"))
            padded[-16:] = bytes.fromhex("20002de15d29410b8d77679c110f1f8a")
            path = self.write("padded.bin", bytes(padded))
            self.assertIn(f"{path}: ends in the slot's trailer", self.refused("flash", device.path, "slot0", path))
            self.assertEqual(device.raw(), before)
            padded[-16:] = bytes.fromhex("77c295f360d2ef7f3552500f2cb67980")
            self.done("flash", device.path, "slot0", self.write("own.bin", bytes(padded)))

    def test_a_request_that_cannot_be_taken_back_alone_is_no_damage(self):
        device = self.make(mode="overwrite-only")
        self.done("flash", device.path, "slot0", self.file((1, 0, 0)))
        large = self.write("large.bin", make_image(device.board["size"] - 48, (1, 1, 0)))
        self.done("update", device.path, large)
        before = device.raw()
        self.assertIn("the page of the trailer also holds the image", self.refused("cancel", device.path))
        self.assertEqual(device.raw(), before)
        self.done("update", device.path, large, "--no-schedule")
        self.assertEqual(self.done("cancel", device.path).out, "nothing pending\n")


if __name__ == "__main__":
    unittest.main()
