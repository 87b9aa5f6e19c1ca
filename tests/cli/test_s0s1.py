# SPDX-License-Identifier: Apache-2.0
"""A bootloader that is itself updated, as the factory makes it; the rest is in test_bootloader.py."""
import os
import unittest

from bootloader_files import bootloader, raw_bootloader, slot_address
from support import CliTest, ROOT, make_image, read, slotwise

BOARD = os.path.join(ROOT, "boards/nrf5340dk.dts")
S0, S1, S_SIZE = 0x8000, 0x14000, 0xC000

# The smallest board whose application and bootloader share an upload slot.
SHARED = """/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	mcuboot { compatible = "slotwise,mcuboot"; mode = "%s"; max-align = <8>; images = <1>; };
	flash0: flash@0 {
		compatible = "soc-nv-flash";
		reg = <0x0 0x80000>;
		erase-block-size = <4096>;
		write-block-size = <4>;
		partitions {
			compatible = "fixed-partitions";
			#address-cells = <1>;
			#size-cells = <1>;
			s0_partition: partition@8000 { reg = <0x8000 0xc000>; };
			s1_partition: partition@14000 { reg = <0x14000 0xc000>; };
			slot0_partition: partition@20000 { reg = <0x20000 0x20000>; };
			slot1_partition: partition@40000 { reg = <0x40000 0x20000>; };
			storage_partition: partition@60000 { reg = <0x60000 0x4000>; };
		};
	};
};
"""


class S0S1(CliTest):
    def setUp(self):
        super().setUp()
        self.device = self.path("dev")

    def make(self, name, slot, version, **more):
        return self.write(name, bootloader(slot_address(slot), version, **more))

    def flash(self):
        return read(os.path.join(self.device, "flash0.bin"))

    def new(self):
        self.done("new", self.device, "--board", BOARD)
        self.done("flash", self.device, "s0", self.make("factory.bin", "s0", 1))
        self.done("flash", self.device, "slot0", self.write("app.bin", make_image(20000)))
        self.done("flash", self.device, "slot2", self.write("net.bin", make_image(9000)))

    def boots(self):
        return self.done("boot", self.device, "--json").json()["booted"]["version"]

    def test_a_device_without_a_bootloader_does_not_boot(self):
        self.done("new", self.device, "--board", BOARD)
        self.done("flash", self.device, "slot0", self.write("app.bin", make_image(20000)))
        self.done("flash", self.device, "slot2", self.write("net.bin", make_image(9000)))
        error = self.refused("boot", self.device)
        self.assertIn("s0_partition: no fw_info", error)
        self.assertIn("s1_partition: no fw_info", error)
        self.done("flash", self.device, "s1", self.make("s1.bin", "s1", 1))
        self.assertEqual(self.boots(), "1.0.0+0")

    def test_the_factory_programs_bootloaders_that_are_linked_for_their_slot(self):
        self.done("new", self.device, "--board", BOARD)
        data = bootloader(slot_address("s1"), 4)
        for name in ("s1", "s1_partition"):
            report = self.done("flash", self.device, name, self.write("s1.bin", data), "--json").json()
            self.assertEqual(report["partition"], "s1_partition")
            self.assertEqual(self.flash()[S1:S1 + S_SIZE], data.ljust(S_SIZE, b"\xff"))
        self.assertIn("linked for another address", self.refused("flash", self.device, "s0", self.path("s1.bin")))
        self.assertIn("linked for another address", self.refused("flash", self.device, "s0", self.make("else.bin", "slot0", 1)))
        self.assertEqual(self.flash()[S0:S0 + S_SIZE], b"\xff" * S_SIZE)

    def test_raw_bytes_need_not_be_an_image(self):
        self.new()
        data = raw_bootloader(slot_address("s1"), 9)
        self.refused("flash", self.device, "s1", self.write("raw.bin", data))
        self.done("flash", self.device, "s1", self.path("raw.bin"), "--raw")
        self.assertEqual(self.flash()[S1:S1 + S_SIZE], data.ljust(S_SIZE, b"\xff"))
        self.assertEqual(self.boots(), "1.0.0+0")

    def test_a_mode_that_copies_nothing_takes_no_bootloader(self):
        result = slotwise("new", self.device, "--board", BOARD, "--mode", "direct-xip")
        self.assertEqual(result.code, 0)
        self.assertIn("image 2 takes no bootloader", result.err)
        board = self.write("shared.dts", (SHARED % "direct-xip").encode())
        self.device = self.path("shared")
        self.done("new", self.device, "--board", board)
        self.done("flash", self.device, "s0", self.make("s0.bin", "s0", 1))
        self.done("flash", self.device, "slot0", self.write("app.bin", make_image(20000)))
        self.assertIn("in this mode none is copied",
                      self.refused("update", self.device, self.make("s1.bin", "s1", 2)))


if __name__ == "__main__":
    unittest.main()
