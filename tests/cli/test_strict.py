# SPDX-License-Identifier: Apache-2.0
"""Boards that are stricter than their bootloaders: what they refuse, for which reason, and before anything is erased."""
import hashlib
import os
import shutil
import struct
import unittest

from support import CliTest, IMAGES, RAM_LOAD, ROM_FIXED, image, key, make_image

SWAPS = ("swap-scratch", "swap-move", "swap-offset", "overwrite-only")
SLOTS = (0xC000, 0x82000)  # of nrf52840dk


def rebuilt(data, build=0, vector=None):
    """An image of make_image() with another build number and reset vector, and the hash that goes with them."""
    data = bytearray(data)
    struct.pack_into("<I", data, 24, build)
    if vector is not None:
        struct.pack_into("<II", data, 32, 0x20001000, vector)
    data[-32:] = hashlib.sha256(data[:-40]).digest()
    return bytes(data)


class Strict(CliTest):
    def make_running(self, properties, mode="swap-move", running=None, board="nrf52840dk", **more):
        """A device of a board with further properties, whose running image is made at build number 5."""
        self.shelf = getattr(self, "shelf", 0) + 1
        device = self.make(board=board, name=f"dev{self.shelf}", bootloader=properties, mode=mode, **more)
        running = running if running is not None else rebuilt(make_image(5000, flags=RAM_LOAD, load_addr=0x20000000), 5)
        self.done("flash", device.path, "slot0", self.write("running.bin", running))
        self.done("boot", device.path)
        return device

    def update(self, device, data):
        return self.done("update", device.path, self.write("new.bin", data))

    def refuse(self, device, data, why):
        path = self.write("new.bin", data)
        before = device.all_files()
        for verb in (["update"], ["update", "--cut-after", "1"]):
            self.assertEqual(self.refused(*verb, device.path, path), f"{path}: {why}")
            self.assertEqual(device.all_files(), before)

    def test_a_lower_build_number_is_refused_where_it_counts(self):
        why = "version lower than what runs, build number included"
        for mode in SWAPS:
            device = self.make_running("check-build-number;", mode, board="stm32f4" if mode == "swap-scratch" else
                                       "nrf52840dk")
            self.refuse(device, rebuilt(make_image(5000), 4), why)
            self.refuse(device, rebuilt(make_image(5000, version=(0, 9, 9)), 6), why)
            for build in (5, 6):
                self.update(device, rebuilt(make_image(5000), build))
            self.update(device, make_image(5000, version=(1, 0, 1)))
        self.update(self.make_running(""), rebuilt(make_image(5000), 4))

    def test_a_lower_build_number_is_refused_where_equal_versions_are_started(self):
        device = self.make_running("check-build-number;", "direct-xip")
        self.update(device, rebuilt(make_image(5000, version=(1, 1, 0)), 5))
        self.assertEqual(self.done("boot", device.path, "--json").json()["active"], [1])
        self.refuse(device, rebuilt(make_image(5000, version=(1, 1, 0)), 4),
                    "version lower than what runs, build number included")
        self.update(device, rebuilt(make_image(5000, version=(1, 1, 0)), 5))

    def test_an_image_linked_for_another_slot_is_refused(self):
        why = "linked for another address than it will run from"
        size = 0x76000
        for mode, slot in (("swap-move", 0), ("swap-offset", 0), ("overwrite-only", 0), ("direct-xip", 1),
                           ("direct-xip-revert", 1)):
            device = self.make_running("check-link-address;", mode)
            new = make_image(5000, version=(1, 1, 0))
            for vector in (SLOTS[1 - slot] + 0x201, SLOTS[slot] - 1, SLOTS[slot] + size, 0, 0xFFFFFFFF):
                self.refuse(device, rebuilt(new, 0, vector), why)
            self.update(device, rebuilt(new, 0, SLOTS[slot] + 0x201))
            self.update(self.make_running("", mode), rebuilt(new, 0, SLOTS[1 - slot] + 0x201))

    def test_an_image_for_a_fixed_place_is_judged_by_both_addresses(self):
        why = "linked for another address than it will run from"
        device = self.make_running("check-link-address;")
        for place, vector in ((1, 0), (0, 1)):
            new = make_image(5000, version=(1, 1, 0), flags=ROM_FIXED, load_addr=SLOTS[place])
            self.refuse(device, rebuilt(new, 0, SLOTS[vector] + 0x201), why)
        new = make_image(5000, version=(1, 1, 0), flags=ROM_FIXED, load_addr=SLOTS[0])
        self.update(device, rebuilt(new, 0, SLOTS[0] + 0x201))

    def test_an_image_that_is_loaded_must_be_linked_for_where(self):
        device = self.make_running("check-link-address;", "ram-load")
        new = make_image(5000, version=(1, 1, 0), flags=RAM_LOAD, load_addr=0x20000000)
        self.refuse(device, rebuilt(new, 0, SLOTS[1] + 1), "linked for another address than it will run from")
        self.refuse(device, rebuilt(new, 0, 0x20000000 + 5000), "linked for another address than it will run from")
        self.update(device, rebuilt(new, 0, 0x20000201))

    def test_the_addresses_of_a_slot_begin_where_its_flash_device_does(self):
        device = self.make_running("check-link-address;", "swap-scratch", board="stm32f4")
        new = make_image(5000, version=(1, 1, 0))
        self.refuse(device, rebuilt(new, 0, 0x20201), "linked for another address than it will run from")
        self.update(device, rebuilt(new, 0, 0x08020201))

    def board_keys(self):
        """Boards that are made by this test find the keys beside them."""
        for name in ("ec256-a", "ec256-b", "ed25519-a"):
            shutil.copy(key(name), self.folder)

    def test_a_signature_is_demanded_though_the_bootloader_does_not(self):
        why = "not signed, or not by the key that counts"
        self.board_keys()
        with open(os.path.join(IMAGES, "med-1.0.0-none.bin"), "rb") as file:
            unsigned = file.read()
        with open(image("med-1.0.0-ec256.bin"), "rb") as file:
            signed = file.read()
        for mode in ("swap-move", "overwrite-only", "direct-xip"):
            running = make_image(5000, version=(0, 1, 0))
            self.update(self.make_running("", mode, running), unsigned)
            device = self.make_running("check-signature;", mode, running)
            self.refuse(device, unsigned, why)
            self.update(device, signed)
            device = self.make_running('check-signature; public-key = "ec256-a.pub.pem";', mode, running)
            self.refuse(device, unsigned, why)
            self.update(device, signed)
            for other in ("ec256-b", "ed25519-a"):
                device = self.make_running(f'check-signature; public-key = "{other}.pub.pem";', mode, running)
                self.refuse(device, signed, why)

    def test_what_others_have_put_into_the_slot_is_not_scheduled(self):
        device = self.make_running("check-build-number; check-link-address; check-signature;")
        with open(image("med-1.0.0-ec256.bin"), "rb") as file:
            signed = file.read()
        for data, why in ((rebuilt(make_image(5000), 5), "not signed, or not by the key that counts"),
                          (signed, "version lower than what runs, build number included")):
            self.done("flash", device.path, "slot1", self.write("other.bin", data))
            before = device.all_files()
            self.assertEqual(self.refused("schedule", device.path), f"slot1_partition: {why}")
            self.assertEqual(device.all_files(), before)


if __name__ == "__main__":
    unittest.main()
