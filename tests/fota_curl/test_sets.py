# SPDX-License-Identifier: Apache-2.0
"""`slotwise update DEV URL` of packages, and of bootloaders for the slot that does not run."""
import os
import unittest

from update_rig import UrlTest
from bootloader_files import bootloader, slot_address
from servers import Nginx, pattern
from sets import SetTest, image, package
from support import ROOT, read, slotwise


class Package(SetTest):
    def begin(self):
        self.device = self.start("swap-move")
        self.images = [image(0, "1.1.0", ["(1, 1.1.0+0)"]), image(1, "1.1.0")]
        self.data = package(list(enumerate(self.images)))
        self.server = Nginx(self.folder)
        self.addCleanup(self.server.leave)
        self.server.publish("package.bin", self.data)
        self.url = self.server.url + "/package.bin"

    def test_a_package_is_fetched_and_installed_as_one_from_a_file(self):
        self.begin()
        out = self.done("update", self.device.path, self.url).out
        self.assertIn(f"fetched: a package of {len(self.data)} bytes\n", out)
        for number, data in enumerate(self.images):
            self.assertEqual(self.device.slot(2 * number + 1)[:len(data)], data)
        self.assertEqual(self.device.running(self.device.boot()), ["1.1.0+0"] * 2)

    def test_the_report_is_that_of_a_file(self):
        self.begin()
        before = self.device.files()
        from_url = self.done("update", self.device.path, self.url, "--json").json()
        self.device.restore(before)
        from_file = self.done("update", self.device.path, self.write("package.bin", self.data), "--json").json()
        self.assertEqual(list(from_url.items()), list(from_file.items()))

    def test_it_goes_on_after_a_cut(self):
        self.begin()
        self.assertEqual(slotwise("update", self.device.path, self.url, "--cut-after", "10").code, 3)
        self.assertIn("resuming at ", self.done("update", self.device.path, self.url).out)
        self.assertEqual(self.device.running(self.device.boot()), ["1.1.0+0"] * 2)

    def test_a_damaged_one_changes_nothing(self):
        self.begin()
        self.server.publish("package.bin", self.data[:-50] + pattern(50))
        before = self.device.files()
        self.refused("update", self.device.path, self.url)
        self.assertEqual(self.device.files(), before)


class Bootloader(UrlTest):
    def test_of_two_names_the_build_for_the_other_slot_is_fetched(self):
        path = self.path("dev")
        builds = [bootloader(slot_address(slot), 2) for slot in ("s0", "s1")]
        self.done("new", path, "--board", os.path.join(ROOT, "boards/nrf5340dk.dts"))
        self.done("flash", path, "s0", self.write("first.bin", bootloader(slot_address("s0"), 1)))
        self.done("flash", path, "slot0", self.write("app.bin", image(0, "1.0.0")))
        self.done("flash", path, "slot2", self.write("net.bin", image(1, "1.0.0")))
        self.done("boot", path)
        self.nginx()
        for slot, data in enumerate(builds):
            self.server.publish(f"s{slot}.bin", data)
        before = {name: read(os.path.join(path, name)) for name in os.listdir(path)}
        self.assertIn("name the builds for both", self.refused("update", path, self.url("s1.bin")))
        self.assertEqual({name: read(os.path.join(path, name)) for name in os.listdir(path)}, before)
        out = self.done("update", path, self.url("s0.bin s1.bin")).out
        self.assertIn("copies it into S1", out)
        self.assertEqual({line for line, *_ in self.server.requests()}, {"GET /s1.bin"})
        self.done("boot", path)
        report = self.done("boot", path, "--json").json()
        self.assertEqual(report["bootloader"], {"slot": "s1", "version": 2})


if __name__ == "__main__":
    unittest.main()
