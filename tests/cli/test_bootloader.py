# SPDX-License-Identifier: Apache-2.0
"""A bootloader that is itself updated: `update --s0 --s1`, packages with one in them, `boot` and `status`. Images by
imgtool; what a slot holds is compared with the file."""
import os
import unittest

from bootloader_files import bootloader, slot_address
from sets import PAGE, SWAPS, SetDevice, SetTest, image, package, partition, slot_offset
from support import CliTest, ROOT, operations, read, slotwise

S0, S1 = slot_address("s0"), slot_address("s1")
LEN = 0xC000
SLOT5 = (0xEC000, 0xF9000)
SMALL_S0, SMALL_S1, SMALL_LEN = 0x11000, 0x12800, 0x1800
RUNNING = "linked for the bootloader slot that runs"
NEW, OLD = "1.1.0+0", "1.0.0+0"


def pair(version, **more):
    return bootloader(S0, version, **more), bootloader(S1, version, **more)


class Bootloader(CliTest):
    """nRF5340 DK: image 2 takes bootloaders alone."""

    def start(self, version=1, mode=None, name="dev", source=None):
        path = self.path(name)
        source = os.path.join(ROOT, "boards/nrf5340dk.dts") if source is None else source
        self.done("new", path, "--board", source, *(["--mode", mode] if mode else []))
        self.done("flash", path, "s0", self.write("first.bin", bootloader(S0, version)))
        self.done("flash", path, "slot0", self.write("app.bin", image(0, "1.0.0")))
        if "slot2_partition" in read(source).decode():
            self.done("flash", path, "slot2", self.write("net.bin", image(1, "1.0.0")))
        self.done("boot", path)
        return path

    def flash0(self, path):
        return read(os.path.join(path, "flash0.bin"))

    def files(self, path):
        return {name: read(os.path.join(path, name)) for name in os.listdir(path)}

    def write_pair(self, version, **more):
        files = [self.write(f"s{i}-{version}.bin", data) for i, data in enumerate(pair(version, **more))]
        return ["--s0", files[0], "--s1", files[1]], files

    def refused_and_unchanged(self, path, *args):
        before = self.files(path)
        message = self.refused(*args)
        self.assertTrue(self.files(path) == before, args)
        return message

    def state(self, path):
        return self.done("status", path, "--json").json()["bootloader"]

    def booted(self, path):
        return self.done("boot", path, "--json").json()["bootloader"]

    def test_the_two_slots_take_turns(self):
        for mode in ("overwrite-only", "swap-scratch"):
            path = self.start(mode=mode, name=mode)
            self.assertEqual(self.state(path), {"active": "s0", "s0": 1, "s1": None})
            running, at = "s0", {"s0": S0, "s1": S1}
            for version in (2, 3, 4):
                args, files = self.write_pair(version, image_version="1.0.0")
                other = "s1" if running == "s0" else "s0"
                report = self.done("update", path, *args, "--json").json()
                self.assertEqual((report["image"], report["slot"], report["type"], report["scheduled"]),
                                 (2, 1, "mcuboot", "test"))
                before = self.flash0(path)
                self.assertEqual(self.booted(path), {"slot": running, "version": version - 1})
                data, flash = read(files[int(other[1])]), self.flash0(path)
                self.assertEqual(flash[at[other]:at[other] + LEN], data.ljust(LEN, b"\xff"))
                self.assertEqual(flash[:at[other]], before[:at[other]])
                self.assertEqual(flash[at[other] + LEN:SLOT5[0]], before[at[other] + LEN:SLOT5[0]])
                # Its header and its request are gone, nothing else.
                page, first, last = b"\xff" * 0x1000, SLOT5[0] + 0x1000, SLOT5[1] - 0x1000
                self.assertEqual(flash[SLOT5[0]:], page + before[first:last] + page + before[SLOT5[1]:])
                self.assertEqual(self.booted(path), {"slot": other, "version": version})
                self.assertEqual(self.state(path)["active"], other)
                self.assertEqual(self.state(path)[other], version)
                running = other

    def test_reports_have_their_keys_in_their_place(self):
        path = self.start()
        report = self.done("boot", path, "--json").json()
        self.assertEqual(list(report), ["booted", "swap_types", "active", "modem", "bootloader", "recovered"])
        self.assertEqual(report["active"], [0, 0, None])
        self.assertEqual(list(report["bootloader"]), ["slot", "version"])
        report = self.done("status", path, "--json").json()
        self.assertEqual(list(report)[-1], "bootloader")
        self.assertEqual(list(report["bootloader"]), ["active", "s0", "s1"])

    def test_lines_say_what_becomes_of_it(self):
        path = self.start()
        args, files = self.write_pair(2)
        out = self.done("update", path, *args).out
        self.assertIn(f"S1 does not run: taking {files[1]}\n", out)
        self.assertIn("scheduled: the next boot copies it into S1, for good; the one after starts it\n", out)
        self.assertIn("bootloader: S0 version 1, S1 none, S0 runs\n", self.done("status", path).out)
        out = self.done("boot", path).out
        self.assertIn("the bootloader in s0 starts, version 1\n", out)
        self.assertIn("image 2: a bootloader, copied into s1: the next boot starts it\n", out)
        self.assertIn("the bootloader in s1 starts, version 2\n", self.done("boot", path).out)

    def test_one_for_the_slot_that_runs_is_refused(self):
        path = self.start()
        for0, for1 = (self.write(f"{i}.bin", data) for i, data in enumerate(pair(2)))
        for args in (["--s0", for1, "--s1", for0], [for0], [for0, "--image", "2"]):
            self.assertIn(RUNNING, self.refused_and_unchanged(path, "update", path, *args))
        # A plain file that is the right one is taken, without being told for which pair.
        self.assertEqual(self.done("update", path, for1, "--json").json()["image"], 2)

    def test_what_is_no_bootloader_for_the_slot_is_refused(self):
        path = self.start()
        good0, good1 = (self.write(f"{i}.bin", data) for i, data in enumerate(pair(2)))
        images = ((bootloader(S1, None), "fw_info"), (bootloader(S1, 0), "version"),
                  (bootloader(slot_address("slot0"), 2), "linked for another address"),
                  (bootloader(S1, 2, size=LEN), "installs at most"))
        others = ((image(0, "1.1.0"), ""), (bootloader(S1, 2)[:-1], "truncated"), (b"", "not an MCUboot image"),
                  (package([(0, image(0, "1.1.0"))]), "not an MCUboot image"))
        for data, why in images + others:
            file = self.write("bad.bin", data)
            message = self.refused_and_unchanged(path, "update", path, "--s0", good0, "--s1", file)
            self.assertTrue(message.startswith(file + ": "), message)
            self.assertIn(why, message)
        for data, why in images:
            file = self.write("bad.bin", data)
            self.assertIn(why, self.refused_and_unchanged(path, "update", path, file, "--image", "2"))
        self.assertIn("No such file", self.refused_and_unchanged(path, "update", path, "--s0", good0, "--s1",
                                                                 self.path("gone")))

    def test_a_version_that_does_not_win_is_refused(self):
        path = self.start(version=5)
        for version in (0, 4, 5):
            args, _ = self.write_pair(version)
            self.refused_and_unchanged(path, "update", path, *args)
        args, _ = self.write_pair(6)
        self.done("update", path, *args)

    def test_both_files_must_be_named(self):
        for args, what in ((["--s0", "a"], "--s1 is missing"), (["--s1", "b"], "--s0 is missing"),
                           (["file", "--s0", "a", "--s1", "b"], "stand in place of FILE"),
                           (["--s0", "a", "--s1", "b", "--image", "2"], "--image goes with FILE"), ([], "FILE is missing")):
            self.assertIn(what, self.wrong_usage("update", "dev", *args))

    def test_boards_without_two_slots_or_without_a_bootloader_say_so(self):
        args, files = self.write_pair(2)
        path = self.path("other")
        self.done("new", path, "--board", os.path.join(ROOT, "boards/nrf52840dk.dts"))
        self.assertIn("the board has no s0_partition and s1_partition", self.refused("update", path, *args))
        path = self.start()
        self.done("flash", path, "s0", self.write("blank.bin", b"\xff" * 64), "--raw")
        self.assertIn("S0 holds no bootloader that tells its version",
                      self.refused_and_unchanged(path, "update", path, *args))
        for file in files:
            self.assertIn("s0_partition has no fw_info",
                          self.refused_and_unchanged(path, "update", path, file, "--image", "2"))
        self.assertEqual(self.state(path), {"active": None, "s0": None, "s1": None})

    def test_it_can_be_cancelled_until_the_next_boot(self):
        path = self.start()
        args, _ = self.write_pair(2)
        self.done("update", path, *args)
        self.assertEqual(self.done("cancel", path, "--json").json(), {"cancelled": [2]})
        self.booted(path)
        self.assertEqual(self.state(path), {"active": "s0", "s0": 1, "s1": None})
        self.done("schedule", path, "--image", "2")
        self.booted(path)
        self.assertEqual(self.state(path), {"active": "s1", "s0": 1, "s1": 2})

    def test_an_interrupted_update_goes_on(self):
        path = self.start()
        args, files = self.write_pair(2)
        self.assertEqual(slotwise("update", path, *args, "--cut-after", "15").code, 3)
        report = self.done("update", path, *args, "--json").json()
        self.assertGreater(report["resumed_at"], 0)
        self.booted(path)
        self.assertEqual(self.flash0(path)[S1:S1 + os.path.getsize(files[1])], read(files[1]))

    def test_the_pair_may_be_the_applications_own(self):
        source = read(os.path.join(ROOT, "boards/nrf5340dk.dts")).decode()
        source = source.replace("images = <3>;", "images = <1>;").replace("mcuboot-image-number = <2>;", "")
        source = source.replace("slot2_partition:", "").replace("slot3_partition:", "").replace("slot5_partition:", "")
        for mode in ("overwrite-only", "swap-move"):
            with self.subTest(mode=mode):
                self.share_a_slot(self.start(source=self.write("own.dts", source.encode()), mode=mode, name=mode))

    def share_a_slot(self, path):
        args, files = self.write_pair(2)
        self.assertEqual(self.done("update", path, *args, "--json").json()["image"], 0)
        report = self.done("boot", path, "--json").json()
        self.assertEqual((report["booted"]["version"], report["active"]), (OLD, [0]))
        self.assertEqual(self.state(path), {"active": "s1", "s0": 1, "s1": 2})
        self.booted(path)
        self.done("update", path, self.write("app.bin", image(0, "1.1.0")))
        self.assertEqual(self.done("boot", path, "--json").json()["booted"]["version"], NEW)
        self.done("confirm", path)
        # Both need the same slot.
        both = self.write("both.bin", package([(0, image(0, "1.2.0")), (-2, bootloader(S0, 3)), (-1, bootloader(S1, 3))]))
        self.assertIn("another image of the package goes to the same slot",
                      self.refused_and_unchanged(path, "update", path, both))
        app = self.write("one.bin", package([(0, image(0, "1.2.0")), (-1, bootloader(S1, 3))]))
        report = self.done("update", path, app, "--json").json()
        self.assertEqual([(entry["image"], entry["slot"]) for entry in report["images"]], [(0, 1), (-1, None)])


class Packages(SetTest):
    """Application, network core and bootloader from one package, on small pages."""

    def start_all(self, mode, name="dev"):
        extra = partition("s0", SMALL_S0, SMALL_LEN) + partition("s1", SMALL_S1, SMALL_LEN)
        device = SetDevice(self, mode, 3, name=name, more="mcuboot-image-number = <2>;", slots=[0, 1, 2, 3, 5],
                           extra=extra)
        self.done("flash", device.path, "s0", self.write("first.bin", self.loader(SMALL_S0, 1)))
        for number in range(2):
            self.done("flash", device.path, f"slot{2 * number}", self.write("old.bin", image(number, "1.0.0")))
        self.assertEqual(self.versions(device), (OLD, OLD, "s0", 1))
        return device

    def loader(self, link, version):
        return bootloader(link, version, size=0x480)

    def package(self, linked, version=2, **images):
        needs = ["(1, 1.1.0+0)"] if linked else []
        parts = {0: image(0, "1.1.0", needs), 1: image(1, "1.1.0"), -2: self.loader(SMALL_S0, version),
                 -1: self.loader(SMALL_S1, version)}
        return self.write("package.bin", package([(number, data) for number, data in parts.items()]))

    def versions(self, device):
        """What runs after a boot: applications by flash, and the bootloader that was started."""
        report = device.boot()
        self.recovered = report["recovered"]
        self.assertIsNone(report["active"][2])
        report["active"] = report["active"][:2]
        return *device.running(report), *(report["bootloader"][key] for key in ("slot", "version"))

    def test_only_the_bootloader_for_the_slot_that_does_not_run_is_written(self):
        for mode in SWAPS + ("overwrite-only",):
            device = self.start_all(mode, mode)
            report = self.done("update", device.path, self.package(True), "--json").json()
            self.assertEqual([(entry["image"], entry["slot"], entry["version"]) for entry in report["images"]],
                             [(0, 1, NEW), (1, 1, NEW), (-2, None, OLD), (-1, 1, OLD)])
            start = slot_offset(5) + (PAGE if mode == "swap-offset" else 0)
            data = self.loader(SMALL_S1, 2)
            self.assertEqual(device.flash()[start:start + len(data)], data)
            self.assertEqual(self.versions(device), (NEW, NEW, "s0", 1))
            self.done("confirm", device.path)
            self.assertEqual(self.versions(device), (NEW, NEW, "s1", 2))
            self.assertIn("S1: 1.0.0+0 skipped, that slot runs\n",
                          self.done("update", device.path, self.package(True, 3), "--no-schedule").out)

    def test_lines_say_what_of_a_package_is_there_for_good(self):
        device = self.start_all("swap-move")
        tests, copies = ("scheduled: the next boot tests ", "scheduled: the next boot copies the bootloader into S1, for "
                         "good; the one after starts it\n")
        out = self.done("update", device.path, self.package(True)).out
        self.assertIn("\n" + tests + "all but the bootloader\n" + copies, out)
        self.done("cancel", device.path)
        self.assertEqual(self.done("schedule", device.path, "--image", "2").out, copies)
        self.assertEqual(self.done("schedule", device.path, "--image", "all").out, copies + tests + "the images of pairs "
                         "0, 1\n")
        alone = self.write("alone.bin", package([(-1, self.loader(SMALL_S1, 2))]))
        out = self.done("update", device.path, alone).out
        self.assertIn("\n" + copies, out)
        self.assertNotIn("all but", out)

    def test_ids_promise_where_an_image_is_linked(self):
        device = self.start_all("overwrite-only")
        before = device.files()
        for parts, why in (([(-1, self.loader(SMALL_S0, 2))], "S1: "), ([(-1, image(2, "1.1.0"))], "S1: "),
                           ([(0, image(0, "1.1.0")), (-2, self.loader(SMALL_S1, 2))], "S0: not linked for S0"),
                           ([(-2, self.loader(SMALL_S0, 2))], "holds nothing but a bootloader for the slot that runs"),
                           ([(2, self.loader(SMALL_S1, 2))], "image 2: that pair takes bootloaders alone"),
                           ([(-2, self.loader(SMALL_S0, 2)[:-1] + b"\0"), (1, image(1, "1.1.0"))], "S0: "),
                           ([(-1, self.loader(SMALL_S1, 0))], "S1: ")):
            path = self.write("package.bin", package(parts))
            self.assertIn(why, self.refused("update", device.path, path))
            self.assertTrue(device.files() == before, parts)

    def test_a_cut_anywhere_leaves_all_or_none(self):
        for linked in (True, False):
            for mode in ("swap-move", "overwrite-only"):
                device = self.start_all(mode, f"{mode}-{linked}")
                path = self.package(linked)
                start = device.files()
                ends = set()
                for number in operations():
                    operation = self.cut(device, start, ["update", device.path, path], number)
                    ends.add(self.settle(device, number))
                    if operation is None:
                        break
                self.assertEqual(ends, {(OLD, OLD, "s0", 1), (NEW, NEW, "s1", 2)})

    def settle(self, device, number):
        before = None
        for _ in range(6):
            versions = self.versions(device)
            if versions == before:
                break
            # A bootloader that is scheduled only now is copied at the next reset, and started at the one after.
            before = versions if self.recovered != "goes-on" else None
            if versions[:2] == (NEW, NEW) and self.recovered != "goes-back":
                self.done("confirm", device.path)
        self.assertIn(versions, {(OLD, OLD, "s0", 1), (NEW, NEW, "s1", 2)}, (device.mode, number))
        return versions


if __name__ == "__main__":
    unittest.main()
