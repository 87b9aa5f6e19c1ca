# SPDX-License-Identifier: Apache-2.0
"""Several images at once: `schedule --image all`, `cancel` and `confirm`, whole and cut at every operation. Which images
run is read from the raw files here, by SHA-256."""
import os
import unittest

from sets import DIRECT, MODES, PAGE, REVERTS, SWAPS, SetTest, image, package, slot_offset
from support import operations, slotwise

OLD, NEW = "1.0.0+0", "1.1.0+0"
KINDS = ("linked", "free")
GONE = r"\A(slotwise: [^\n]+: warning: MCUBOOT\d: flash is not as \d+ bytes of it were left\n)*\Z"
STARTS = ("direct-xip", "ram-load")  # what is found is started, and stays


class TwoImages(SetTest):
    def images(self, kind, mode, version="1.1.0", size=1500):
        """Two images of which the first needs the second, or that do not know each other."""
        needs = [f"(1, {version}+0)"] if kind == "linked" else []
        return [image(0, version, needs, size, mode), image(1, version, [], size, mode)]

    def download(self, device, images):
        for number, data in enumerate(images):
            if data is not None:
                self.done("update", device.path, self.write(f"new{number}.bin", data), "--image", str(number),
                          "--no-schedule")

    def downloaded(self, kind, mode, images=2):
        device = self.start(mode, images, name=f"{mode}-{kind}")
        self.download(device, self.images(kind, mode))
        return device

    def settle(self, device, kind):
        """Boots until nothing changes. What runs is confirmed if all of it is new. Returns what runs in the end."""
        before, seen = None, []
        for _ in range(6):
            report = device.boot()
            versions = device.running(report)
            seen.append((versions, report["recovered"]))
            if len(set(versions)) > 1:
                self.assertEqual(kind, "free", seen)
                self.assertIn(report["recovered"], ("goes-back", "goes-on"), seen)
                if report["recovered"] == "goes-back":
                    self.assertIn(device.mode, REVERTS)
                    self.assertIn("being taken back", self.refused("confirm", device.path))
            elif versions == [NEW, NEW]:
                self.done("confirm", device.path)
            if versions == before and len(set(versions)) == 1:
                self.assertNotIn("dfu/SET", device.settings(), seen)
                return versions[0]
            before = versions
        self.fail(f"{device.mode} {kind}: {seen}")


class Sets(TwoImages):
    def test_all_that_have_an_update_are_scheduled_and_others_are_left_out(self):
        for mode in MODES:
            device = self.start(mode, 3, name=mode)
            self.assertEqual(self.refused("schedule", device.path, "--image", "all"),
                             device.path + ": no image has an update to schedule")
            for number in (0, 2):
                self.done("update", device.path, self.write("new.bin", image(number, "1.1.0", mode=mode)),
                          "--image", str(number), "--no-schedule")
            report = self.done("schedule", device.path, "--image", "all", "--json").json()
            self.assertEqual(report, {"image": None, "slot": None, "scheduled": "test", "images": [0, 2]})
            self.assertEqual([device.magic(number) for number in (1, 3, 5)],
                             [False] * 3 if mode in STARTS else [True, False, True])
            self.assertEqual(device.running(device.boot()), [NEW, OLD, NEW], mode)

    def test_the_lines_name_the_images(self):
        device = self.downloaded("free", "swap-move")
        self.assertEqual(self.done("schedule", device.path, "--image", "all", "--permanent").out,
                         "scheduled: the next boot installs the images of pairs 0, 1\n")
        self.assertEqual(device.boot()["swap_types"], ["permanent"] * 2)

    def test_one_that_does_not_verify_any_more_refuses_all(self):
        for mode in ("swap-move", "swap-offset", "overwrite-only"):
            device = self.downloaded("free", mode)
            start = PAGE if mode == "swap-offset" else 0
            with open(os.path.join(device.path, "flash0.bin"), "r+b") as file:
                file.seek(slot_offset(3) + start + 700)
                file.write(b"\0")
            before = device.files()
            self.assertIn("hash does not match", self.refused("schedule", device.path, "--image", "all"))
            self.assertTrue(device.files() == before)

    def test_an_image_on_trial_refuses_only_what_concerns_it(self):
        device = self.start("swap-move", 3)
        self.done("update", device.path, self.write("2.bin", image(2, "1.1.0")), "--image", "2")
        self.assertEqual(device.running(device.boot()), [OLD, OLD, NEW])
        self.download(device, self.images("linked", "swap-move"))
        self.assertEqual(self.done("schedule", device.path, "--image", "all", "--json").json()["images"], [0, 1])
        self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": [0, 1]})

    def test_a_linked_set_is_cancelled_as_one_and_can_be_asked_for_again(self):
        for kind in KINDS:
            for mode in SWAPS + ("overwrite-only",):
                device = self.downloaded(kind, mode)
                self.done("schedule", device.path, "--image", "all")
                self.assertEqual(self.done("cancel", device.path, "--json").json(), {"cancelled": [0, 1]})
                self.assertEqual(device.running(device.boot()), [OLD, OLD])
                self.assertEqual(self.done("schedule", device.path, "--image", "all", "--json").json()["images"],
                                 [0, 1])
                self.assertEqual(device.running(device.boot()), [NEW, NEW])

    def test_the_first_byte_for_one_of_a_linked_set_takes_all_of_it_back(self):
        for mode in SWAPS + ("overwrite-only",):
            device = self.downloaded("linked", mode)
            self.done("schedule", device.path, "--image", "all")
            self.assertEqual([device.magic(1), device.magic(3)], [True, True])
            self.done("update", device.path, self.write("other.bin", image(1, "1.0.5", mode=mode)), "--image", "1",
                      "--no-schedule")
            self.assertEqual([device.magic(1), device.magic(3)], [False, False])
            self.assertEqual(device.running(device.boot()), [OLD, OLD])

    def test_what_is_pending_can_be_cancelled_beside_a_download_that_was_cut_at_its_start(self):
        for mode in ("swap-move", "swap-offset", "overwrite-only"):
            images = self.images("free", mode)
            device = self.downloaded("free", mode)
            self.done("schedule", device.path, "--image", "1")
            path = self.write("other.bin", self.images("free", mode, "1.2.0")[0])
            start = device.files()
            for number in range(7):
                self.assertIsNotNone(self.cut(device, start, ("update", device.path, path), number))
                self.done("cancel", device.path)
                self.assertFalse(device.magic(1) or device.magic(3))
                self.assertEqual(device.slot(3)[PAGE if mode == "swap-offset" else 0:][:len(images[1])], images[1])

    def test_settings_know_of_a_set_only_while_it_is_not_linked_and_under_way(self):
        for kind in KINDS:
            device = self.downloaded(kind, "swap-move")
            start, seen = device.files(), set()
            for number in operations():
                if self.cut(device, start, ["schedule", device.path, "--image", "all"], number) is None:
                    break
                seen.add("dfu/SET" in device.settings())
            self.assertEqual(seen, {False} if kind == "linked" else {False, True})
            self.assertNotIn("dfu/SET", device.settings())

    def test_boot_without_an_intent_does_nothing_beyond_the_reset(self):
        for mode in MODES:
            device = self.downloaded("linked", mode)
            before = device.files()
            self.assertIsNone(device.boot()["recovered"])
            self.assertTrue(device.files() == before, mode)
            self.done("schedule", device.path, "--image", "all")
            report = device.boot()
            self.assertEqual((device.running(report), report["recovered"]), ([NEW, NEW], None))
            self.done("confirm", device.path)
            before = device.files()
            self.assertIsNone(device.boot()["recovered"])
            self.assertTrue(device.files() == before, mode)

    def test_a_damaged_intent_is_told_of_once_and_then_gone(self):
        device = self.start("swap-move")
        with open(os.path.join(device.path, "settings"), "a", encoding="utf-8") as file:
            file.write("dfu/SET=0011\n")
        result = slotwise("boot", device.path, "--json")
        self.assertEqual((result.code, result.json()["recovered"]), (0, None))
        self.assertEqual(result.err, f"slotwise: {device.path}: warning: dfu/SET is damaged: a set of images may stay "
                         "incomplete\n")
        self.assertNotIn("dfu/SET", device.settings())
        self.assertIsNone(device.boot()["recovered"])

    def test_what_never_ran_cannot_be_confirmed(self):
        for mode in ("direct-xip-revert", "ram-load-revert"):
            device = self.downloaded("linked", mode)
            self.done("schedule", device.path, "--image", "all")
            # As another tool would that only knows the newest version: it says that the new images run.
            with open(os.path.join(device.path, "settings"), "a", encoding="utf-8") as file:
                file.write("sim/active/0=01\nsim/active/1=01\n")
            before = device.flash()
            self.assertIn("never ran", self.refused("confirm", device.path))
            self.assertEqual(device.flash(), before)


class Cuts(TwoImages):
    """The power goes before every operation of a verb, or inside it: then two kinds of tear take turns. What is for a
    test is cut in the one way, what is for good in the other."""

    def seed(self, number, torn):
        return (0, 5)[number % 2] if torn else None

    def sweep(self, device, kind, args, wanted, torn=False, first=0, step=1):
        """Each cut of a verb, and what is made of it: the set of versions that ran in the end."""
        start, found = device.files(), set()
        for number in operations(first, step):
            operation = self.cut(device, start, args, number, self.seed(number, torn))
            if operation is not None:
                again = device.files()
                found.add(self.settle(device, kind))
                device.restore(again)
                result = slotwise(*args, "--json")
                self.assertEqual(result.code, 0, (kind, device.mode, number, torn, result.err))
                # Where the header is the request, it is gone with it: that image begins at 0, and this is said.
                self.assertRegex(result.err, GONE if device.mode in DIRECT else r"\A\Z")
            self.assertEqual(self.settle(device, kind), wanted, (kind, device.mode, number, torn))
            if operation is None:
                break
        self.assertGreater(number, 0)
        self.assertLessEqual(found, {OLD, NEW})
        return found

    def test_schedule_all(self):
        for kind in KINDS:
            for mode in MODES:
                for permanent in ([], ["--permanent"]):
                    device = self.downloaded(kind, mode)
                    found = self.sweep(device, kind, ["schedule", device.path, "--image", "all", *permanent], NEW,
                                       torn=bool(permanent))
                    self.assertIn(OLD, found)
                    self.rename(device)

    def rename(self, device):
        os.rename(device.path, self.path(f"done{len(os.listdir(self.folder))}"))

    def test_cancel_all(self):
        for kind in KINDS:
            for mode in SWAPS + ("overwrite-only",):
                for permanent in ([], ["--permanent"]):
                    device = self.downloaded(kind, mode)
                    self.done("schedule", device.path, "--image", "all", *permanent)
                    found = self.sweep(device, kind, ["cancel", device.path], OLD, torn=bool(permanent))
                    self.assertIn(NEW, found)
                    self.rename(device)

    def test_confirm_all(self):
        for kind in KINDS:
            for mode in SWAPS:
                device = self.downloaded(kind, mode)
                self.done("schedule", device.path, "--image", "all")
                self.assertEqual(device.running(device.boot()), [NEW, NEW])
                self.sweep_confirmation(device, kind)

    def sweep_confirmation(self, device, kind):
        start = device.files()
        for torn in (False, True):
            for number in operations():
                operation = self.cut(device, start, ["confirm", device.path], number, self.seed(number, torn))
                for _ in range(4):
                    report = device.boot()
                    versions = device.running(report)
                    self.assertTrue(kind == "free" or len(set(versions)) == 1, (device.mode, number, torn))
                self.assertEqual(len(set(versions)), 1, (device.mode, kind, number, torn))
                self.assertNotIn("dfu/SET", device.settings())
                if operation is None:
                    self.assertEqual(versions, [NEW, NEW])
                    break

    def test_update_package(self):
        """What comes after the last image is cut at each operation above: here every second one does."""
        for kind in KINDS:
            for mode in ("swap-move", "overwrite-only", "direct-xip", "ram-load-revert"):
                device = self.start(mode, name=f"{mode}-{kind}")
                path = self.write("package.bin", package(list(enumerate(self.images(kind, mode, size=900)))))
                found = self.sweep(device, kind, ["update", device.path, path], NEW,
                                   first=KINDS.index(kind), step=2)
                self.assertIn(OLD, found)


if __name__ == "__main__":
    unittest.main()
