# SPDX-License-Identifier: Apache-2.0
"""Boards with two image pairs, whole and with slots missing; what `cancel` and `status` make of each pair."""
import os
import re
import unittest

from support import CliTest, RAM_LOAD, ROOT, image, make_image, read, slotwise

OLD = image("med-1.0.0-ec256.bin")
NEW = image("med-1.1.0-ec256.bin")
NOTHING = {"version": None, "hash": None, "bootable": False, "active": False, "pending": False, "confirmed": False,
           "permanent": False, "trailer": None}


def two_pairs():
    """A board with slot0 to slot3: nrf9160dk with smaller slots."""
    source = read(os.path.join(ROOT, "boards/nrf9160dk.dts")).decode()
    source = source.replace("images = <1>", "images = <2>").replace("0xe8000>", "0x74000>")
    source = source.replace("storage_partition: partition@f8000", "slot2_partition: partition@84000")
    source = source.replace("reg = <0xf8000 0x8000>", "reg = <0x84000 0x74000>")
    return source.replace("fmfu_storage:", "slot3_partition:").replace("0x400000>", "0x74000>")


class Pairs(CliTest):
    def make_with(self, *slots):
        source = two_pairs()
        for number in range(4):
            if number not in slots:
                source = source.replace(f"slot{number}_partition:", "")
                source = source.replace(f"&slot{number}_partition", "&slot0_partition")
        path = self.path("dev-" + "".join(map(str, slots)))
        self.done("new", path, "--board", self.write("pairs.dts", source.encode()))
        for number in slots:
            if number in (0, 2):
                self.done("flash", path, f"slot{number}", OLD)
        return path

    def raw(self, path):
        return [read(os.path.join(path, name)) for name in sorted(os.listdir(path))]

    def swap_types(self, path):
        return [entry["swap_type"] for entry in self.done("status", path, "--json").json()["images"]]

    def test_only_the_first_primary_slot_is_needed(self):
        for slots in ((0, 1, 2), (0, 1, 3), (0, 1), (0, 3), (0,)):
            path = self.make_with(*slots)
            images = self.done("status", path, "--json").json()["images"]
            self.assertEqual([entry["image"] for entry in images], [0, 1])
            for number in range(4):
                slot = images[number // 2]["slots"][number % 2]
                self.assertEqual(slot["slot"], number % 2)
                self.assertEqual(slot["version"], "1.0.0+0" if number in (0, 2) and number in slots else None)
                if number not in slots:
                    self.assertEqual(slot, {"slot": number % 2, **NOTHING})
                    self.assertEqual(list(slot)[1:], list(NOTHING))
                else:
                    self.assertIsNotNone(slot["trailer"])
            self.assertEqual(len(re.findall("the board has none", self.done("status", path).out)), 4 - len(slots))

    def test_the_bootloader_starts_nothing_without_every_primary_slot(self):
        path = self.make_with(0, 1, 3)
        before = self.raw(path)
        result = slotwise("boot", path, "--json")
        self.assertEqual(result.code, 1)
        self.assertEqual(result.json(), {
            "booted": None, "swap_types": ["none", "none"], "active": None,
            "modem": "started", "bootloader": None, "recovered": None, "error": f"{path}: image 1 has no slot2_partition: the bootloader starts nothing without it"})
        self.assertTrue(self.raw(path) == before)

    def test_the_bootloader_starts_without_secondary_slots(self):
        path = self.make_with(0, 2)
        self.assertEqual(self.done("boot", path, "--json").json(),
                         {"booted": {"image": 0, "slot": 0, "version": "1.0.0+0"}, "swap_types": ["none", "none"],
                          "active": [0, 0], "modem": "started", "bootloader": None, "recovered": None})
        self.assertEqual(self.done("confirm", path, "--json").json(), {"confirmed": [0, 1]})
        self.assertEqual(self.done("cancel", path).out, "nothing pending\n")

    def test_every_verb_names_the_slot_that_is_missing(self):
        path = self.make_with(0, 1, 3)
        for verb in (["update", path, NEW], ["schedule", path]):
            self.assertEqual(self.refused(*verb, "--image", "1"), path + ": the board has no primary slot for image 1")
        self.assertEqual(self.refused("confirm", path), path + ": no image runs that could be confirmed")
        result = slotwise("update", path, NEW)
        self.assertEqual((result.code, result.err),
                         (0, f"slotwise: {path}: warning: the next boot will do something else: "
                             "image 1 has no slot2_partition: the bootloader starts nothing without it\n"))
        self.assertEqual(self.done("cancel", path, "--json").json(), {"cancelled": [0]})
        path = self.make_with(0, 1, 2)
        for verb in (["update", path, NEW], ["schedule", path]):
            self.assertEqual(self.refused(*verb, "--image", "1"),
                             path + ": the board has no secondary slot for this image")

    def test_boot_reports_all_its_keys_on_every_error(self):
        path = self.make_with(0, 1, 2, 3)
        os.mkdir(os.path.join(path, "settings"))
        report = slotwise("boot", path, "--json").json()
        self.assertEqual((report["swap_types"], report["active"]), (["none", "none"], None))
        self.done("new", self.path("xip"), "--board", self.write("b.dts", two_pairs().encode()), "--mode", "direct-xip")
        report = slotwise("boot", self.path("xip"), "--json").json()
        self.assertEqual((report["swap_types"], report["active"]), (["none", "none"], None))
        self.assertEqual(list(report), ["booted", "swap_types", "active", "modem", "bootloader", "recovered", "error"])

    def test_cancel_takes_back_what_may_be_taken_back(self):
        path = self.make_with(0, 1, 2, 3)
        self.done("update", path, NEW, "--image", "1")
        self.done("boot", path)
        before = self.raw(path)
        self.assertEqual(self.refused("cancel", path), path + ": image 1: the running image is unconfirmed: confirm "
                                                              "it, or boot to have it reverted")
        self.assertTrue(self.raw(path) == before)
        self.done("update", path, NEW, "--image", "0")
        self.assertEqual(self.swap_types(path), ["test", "revert"])
        self.assertEqual(self.done("cancel", path, "--json").json(), {"cancelled": [0]})
        self.assertEqual(self.swap_types(path), ["none", "revert"])

    def test_beside_a_pending_image_that_cannot_be_taken_back_nothing_is(self):
        path = self.make_with(0, 1, 2, 3)
        self.done("update", path, NEW, "--image", "1")
        self.done("boot", path)
        self.done("update", path, NEW, "--image", "0")
        # A request for image 1 beside its running trial, as another tool would leave it: image 0's, copied.
        with open(os.path.join(path, "mx25r64.bin"), "r+b") as file:
            file.seek(0x74000 - 40)
            trailer = file.read(40)
            file.seek(self.slot3_end() - 40)
            file.write(trailer)
        before = self.raw(path)
        result = slotwise("cancel", path, "--json")
        self.assertEqual(result.code, 1)
        self.assertEqual(result.json()["cancelled"], [])
        self.assertIn("image 1: the running image is unconfirmed", result.json()["error"])
        self.assertTrue(self.raw(path) == before)
        self.assertEqual(self.swap_types(path), ["test", "test"])

    def slot3_end(self):
        place = re.search(r"slot3_partition: \w+@\w+ \{[^}]*reg = <(0x\w+) 0x74000>", two_pairs())
        return int(place[1], 16) + 0x74000


class DirectPairs(CliTest):
    """Where an image is started where it lies, each pair has its own running slot."""

    def make_mode(self, mode):
        path = self.path(mode)
        self.done("new", path, "--board", self.write("pairs.dts", two_pairs().encode()), "--mode", mode)
        for slot in ("slot0", "slot2"):
            self.done("flash", path, slot, OLD)
        self.assertEqual(self.done("boot", path, "--json").json()["active"], [0, 0])
        return path

    def flags(self, path):
        return [[next((word for word in ("active", "pending") if slot[word]), None) for slot in image["slots"]]
                for image in self.done("status", path, "--json").json()["images"]]

    def test_each_image_goes_to_its_own_slot(self):
        path = self.make_mode("direct-xip")
        report = self.done("update", path, NEW, "--image", "1", "--json").json()
        self.assertEqual((report["image"], report["slot"]), (1, 1))
        self.assertEqual(self.flags(path), [["active", None], ["active", "pending"]])
        self.assertEqual(self.done("boot", path, "--json").json(),
                         {"booted": {"image": 0, "slot": 0, "version": "1.0.0+0"}, "swap_types": ["none", "none"],
                          "active": [0, 1], "modem": "started", "bootloader": None, "recovered": None})
        self.done("update", path, NEW)
        self.assertEqual(self.flags(path), [["active", "pending"], [None, "active"]])
        self.assertEqual(self.done("boot", path, "--json").json()["active"], [1, 1])

    def test_an_image_on_trial_does_not_keep_the_other_one_from_its_update(self):
        path = self.make_mode("direct-xip-revert")
        self.done("update", path, NEW, "--image", "1")
        self.assertEqual(self.done("boot", path, "--json").json()["active"], [0, 1])
        self.assertIn("unconfirmed", self.refused("update", path, NEW, "--image", "1"))
        self.done("update", path, NEW)
        self.assertEqual(self.done("cancel", path, "--json").json(), {"cancelled": [0]})
        self.assertIn("image 1: the running image is unconfirmed", self.refused("cancel", path))
        self.assertEqual(self.done("confirm", path, "--json").json(), {"confirmed": [0, 1]})
        self.assertEqual(self.done("boot", path, "--json").json()["active"], [0, 1])


class NeedEachOther(CliTest):
    """Image 0 needs a new image 1, and image 1 a new image 0."""

    NOT_MET = "a dependency between images is not met"

    def make_mode(self, mode):
        path = self.path(mode)
        # In ram-load no image may lie where another one does.
        images = [(version, self.write(f"{mode}-{number}-{version}.bin", make_image(
            3000, (version, 0, 0), RAM_LOAD, 0x20000000 + 0x8000 * number + 0x4000 * (version - 1),
            [(1 - number, (version, 0, 0))]))) for version in (1, 2) for number in (0, 1)]
        self.done("new", path, "--board", self.write("pairs.dts", two_pairs().encode()), "--mode", mode)
        self.done("flash", path, "slot0", images[0][1])
        self.done("flash", path, "slot2", images[1][1])
        self.done("boot", path)
        return path, [file for version, file in images if version == 2]

    def files(self, path):
        return {name: read(os.path.join(path, name)) for name in os.listdir(path)}

    def refused_and_unchanged(self, path, *args):
        before = self.files(path)
        message = self.refused(*args)
        self.assertTrue(self.files(path) == before, args)
        return message

    def test_they_are_asked_for_together(self):
        for mode in ("swap-move", "swap-offset", "overwrite-only", "direct-xip", "direct-xip-revert", "ram-load",
                     "ram-load-revert"):
            path, new = self.make_mode(mode)
            for number in (0, 1):
                pair = ("--image", str(number))
                self.assertEqual(self.refused_and_unchanged(path, "update", path, new[number], *pair),
                                 f"{new[number]}: {self.NOT_MET}")
                self.done("update", path, new[number], *pair, "--no-schedule")
            for number in (0, 1):
                self.assertIn(self.NOT_MET, self.refused_and_unchanged(path, "schedule", path, "--image", str(number)))
            self.assertEqual(self.done("schedule", path, "--image", "all", "--json").json(),
                             {"image": None, "slot": None, "scheduled": "test", "images": [0, 1]})
            report = self.done("boot", path, "--json").json()
            self.assertEqual(report["booted"]["version"], "2.0.0+0", mode)
            status = self.done("status", path, "--json").json()["images"]
            self.assertEqual([entry["slots"][slot]["version"] for entry, slot in zip(status, report["active"])],
                             ["2.0.0+0"] * 2, mode)

    def test_one_alone_is_refused_without_the_one_it_needs(self):
        for mode in ("swap-move", "direct-xip"):
            path, new = self.make_mode(mode)
            self.done("update", path, new[0], "--no-schedule")
            self.assertEqual(self.refused_and_unchanged(path, "schedule", path, "--image", "all"),
                             f"{path}: {self.NOT_MET}")
            self.done("flash", path, "slot3", image("bad/flip-hash.bin"), "--raw")
            self.assertEqual(self.refused_and_unchanged(path, "schedule", path, "--image", "all"),
                             f"{path}: {self.NOT_MET}")
        path, new = self.make_mode("overwrite-only")
        free = self.write("free.bin", make_image(3000, (2, 0, 0)))
        self.done("update", path, free, "--no-schedule")
        self.assertEqual(self.done("schedule", path, "--image", "all").out,
                         "scheduled: the next boot installs the image of pair 0\n")
        self.wrong_usage("schedule", path, "--image", "every")
        self.wrong_usage("update", path, free, "--image", "all")

    def test_what_is_asked_for_together_may_be_for_good(self):
        path, new = self.make_mode("swap-move")
        for number in (0, 1):
            self.done("update", path, new[number], "--image", str(number), "--no-schedule")
        self.assertEqual(self.done("schedule", path, "--image", "all", "--permanent", "--json").json()["scheduled"],
                         "permanent")
        self.assertEqual(self.done("boot", path, "--json").json()["swap_types"], ["permanent"] * 2)


class Nothing(CliTest):
    """Where nothing would boot, nothing is active."""

    def states(self, device):
        return [(slot["active"], slot["confirmed"]) for slot in device.status()["images"][0]["slots"]]

    def test_before_the_first_boot(self):
        device = self.make()
        self.assertEqual(self.states(device), [(False, False), (False, False)])
        self.done("flash", device.path, "slot0", image("bad/flip-hash.bin"), "--raw")
        self.assertEqual(self.states(device), [(False, False), (False, False)])
        self.done("flash", device.path, "slot0", OLD)
        self.assertEqual(self.states(device), [(True, True), (False, False)])

    def test_when_what_was_started_is_gone(self):
        device = self.make()
        self.done("flash", device.path, "slot0", OLD)
        self.done("boot", device.path)
        self.assertEqual(self.states(device), [(True, True), (False, False)])
        device.poke(0, 600, b"\0")
        self.assertEqual(self.states(device), [(False, False), (False, False)])
        device.poke(0, 0, b"\xff" * 0x76000)
        self.assertEqual(self.states(device), [(False, False), (False, False)])


if __name__ == "__main__":
    unittest.main()
