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


class Pairs(SetTest):
    def test_a_single_image_goes_to_the_pair_that_is_named(self):
        device = self.start("swap-move")
        data = image(1, "1.1.0")
        server = Nginx(self.folder)
        self.addCleanup(server.leave)
        server.publish("net.bin", data)
        url = server.url + "/net.bin"
        self.assertIn(": no image 2: the bootloader has 2", self.refused("update", device.path, url, "--image", "2"))
        self.assertEqual(slotwise("update", device.path, url, "--image", "1", "--cut-after", "12").code, 3)
        report = self.done("update", device.path, url, "--image", "1", "--json").json()
        self.assertEqual((report["image"], report["scheduled"]), (1, "test"))
        self.assertGreater(report["resumed_at"], 0)
        self.assertEqual(device.slot(3)[:len(data)], data)
        self.assertEqual(device.running(device.boot()), ["1.0.0+0", "1.1.0+0"])


class Bootloader(UrlTest):
    def test_of_two_names_the_build_for_the_other_slot_is_fetched(self):
        path = self.begin_with_bootloader()
        before = {name: read(os.path.join(path, name)) for name in os.listdir(path)}
        for file, why, *options in (("s0.bin", "linked for the bootloader slot that runs"),
                                    ("s1.bin s0.bin", "linked for the bootloader slot that runs"),
                                    ("s0.bin s1.bin", "--image is for one file", "--image", "2")):
            self.assertIn(why, self.refused("update", path, self.url(file), *options))
        self.assertEqual({name: read(os.path.join(path, name)) for name in os.listdir(path)}, before)
        first = len(self.server.requests())
        out = self.done("update", path, self.url("s0.bin s1.bin")).out
        self.assertIn("copies it into S1", out)
        self.assertEqual({line for line, *_ in self.server.requests()[first:]}, {"GET /s1.bin"})
        self.starts_s1(path)

    def test_one_name_will_do_for_a_build_for_the_slot_that_does_not_run(self):
        path = self.begin_with_bootloader()
        report = self.done("update", path, self.url("s1.bin"), "--json").json()
        self.assertEqual(report["image"], 2)
        self.starts_s1(path)

    def starts_s1(self, path):
        self.done("boot", path)
        report = self.done("boot", path, "--json").json()
        self.assertEqual(report["bootloader"], {"slot": "s1", "version": 2})

    def begin_with_bootloader(self):
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
        return path


if __name__ == "__main__":
    unittest.main()
