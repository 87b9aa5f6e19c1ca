# SPDX-License-Identifier: Apache-2.0
"""`make package`, `inspect` of one, and `update DEV package.bin`: the format by a few lines of Python, the images by
imgtool, the device by its raw files."""
import os
import struct
import unittest

import cbor2

from sets import MODES, SLOT, SetTest, image, package, slot_offset
from support import CliTest, image as test_image, make_image, operations, read, slotwise

KEYS = ["size", "header_size", "images", "linked"]
UNLINKED = "no image depends on another one"


class Make(CliTest):
    def make_files(self, images):
        """--image arguments."""
        return [arg for number, data in images
                for arg in ("--image", f"{number}:{self.write(f'image{number}.bin', data)}")]

    def made(self, images, *args, warns=None):
        path = self.path("package.bin")
        result = slotwise("make", "package", path, *args, *self.make_files(images), "--json")
        self.assertEqual(result.code, 0, result.err)
        if warns is None:
            self.assertEqual(result.err, "")
        else:
            self.assertRegex(result.err, rf"\Aslotwise: {path}: warning: {warns}[^\n]*\n\Z")
        self.assertEqual(list(result.json()), KEYS)
        return result.json(), read(path)

    def test_a_package_is_what_the_format_says(self):
        linked = [(0, image(0, "1.1.0", ["(1, 1.1.0+0)"])), (1, image(1, "1.1.0", size=1501)),
                  (-1, make_image(777)), (-2, make_image(3001)), (7, make_image(200))]
        for count in range(1, len(linked) + 1):
            report, data = self.made(linked[:count])
            self.assertEqual(data, package(linked[:count]))
            self.assertEqual(report["size"], len(data))
            (length,) = struct.unpack_from("<H", data)
            self.assertEqual(report["header_size"], 2 + length)
            decoded = cbor2.loads(data[2:2 + length])
            self.assertEqual(cbor2.dumps(decoded), data[2:2 + length])
            self.assertEqual(decoded, {"img": [{"id": number, "size": len(file)} for number, file in linked[:count]]})
            self.assertEqual([entry["id"] for entry in report["images"]], [number for number, _ in linked[:count]])
            for entry, (_, file) in zip(report["images"], linked):
                self.assertEqual(data[entry["offset"]:entry["offset"] + entry["size"]], file)
            self.assertIs(report["linked"], None if count == 1 else True)

    def test_header_and_images_are_filled_up_as_asked(self):
        files = [(0, image(0, "1.1.0", ["(1, 1.1.0+0)"])), (1, image(1, "1.1.0", size=1501)), (-2, make_image(3001))]
        for align in (1, 2, 4, 8, 16, 512, 4096):
            report, data = self.made(files, "--align", str(align))
            self.assertEqual(data, package(files, align))
            for entry in report["images"]:
                self.assertEqual(entry["offset"] % align, 0)
            self.assertEqual(len(data) % align != 0, align > 1)
            self.assertEqual(self.done("inspect", self.path("package.bin"), "--json").json()["type"], "package")
        self.assertEqual(self.made(files)[1], self.made(files, "--align=1")[1])

    def test_images_are_followed_by_less_than_512_bytes_of_ff(self):
        for more in (0, 1, 511):
            data = make_image(300) + b"\xff" * more
            self.assertEqual(self.made([(0, data)])[1], package([(0, data)]))
        path = self.write("image.bin", make_image(300) + b"\xff" * 512)
        self.assertEqual(self.refused("make", "package", self.path("out"), "--image", "0:" + path),
                         path + ": 512 bytes 0xff behind the image, more than 511")
        path = self.write("image.bin", make_image(300) + b"\xff\xff\xfe")
        self.assertEqual(self.refused("make", "package", self.path("out"), "--image", "0:" + path),
                         path + ": bytes behind the image that are not 0xff")
        self.assertFalse(os.path.exists(self.path("out")))

    def test_what_is_no_image_is_refused(self):
        good = self.write("good.bin", make_image(300))
        for data, why in ((b"", "not an MCUboot image"), (b"\xff" * 600, "not an MCUboot image"),
                          (make_image(300)[:-1], "truncated: the image has 300 bytes, the file 299"),
                          (package([(0, make_image(300))]), "not an MCUboot image")):
            path = self.write("bad.bin", data)
            self.assertEqual(self.refused("make", "package", self.path("out"), "--image", "0:" + good,
                                          "--image", "1:" + path), f"{path}: {why}")
        path = test_image("bad/flip-hash.bin")
        self.assertEqual(self.refused("make", "package", self.path("out"), "--image", "0:" + path),
                         path + ": hash does not match")
        self.assertIn("gone: No such file", self.refused("make", "package", self.path("out"), "--image",
                                                         "0:" + self.path("gone")))
        self.assertFalse(os.path.exists(self.path("out")))

    def test_ids_are_those_of_pairs_and_bootloaders(self):
        path = self.write("image.bin", make_image(300))
        for number in ("-3", "8", "10", "-0", "+1", " 1", "one", "", "0x1", "00", "-10"):
            self.assertIn("not an ID", self.wrong_usage("make", "package", self.path("out"), "--image",
                                                        f"{number}:{path}"))
        for text in (path, "0", "0:", ":" + path):
            self.assertIn("not an ID", self.wrong_usage("make", "package", self.path("out"), "--image=" + text))
        for number in range(-2, 8):
            self.done("make", "package", self.path("out"), "--image", f"{number}:{path}")
            self.assertEqual(read(self.path("out")), package([(number, make_image(300))]))
        self.assertIn("two images have the ID 3", self.wrong_usage("make", "package", self.path("out"), "--image",
                                                                   "3:" + path, "--image=3:" + path))

    def test_usage_is_strict(self):
        path = self.write("image.bin", make_image(300))
        one = ["--image", "0:" + path]
        self.assertIn("--image is missing", self.wrong_usage("make", "package", self.path("out")))
        for align in ("0", "3", "8192", "-1", "", "4k"):
            self.assertIn("--align", self.wrong_usage("make", "package", self.path("out"), *one, "--align=" + align))
        self.assertIn("given twice", self.wrong_usage("make", "package", self.path("out"), *one, "--align", "1",
                                                      "--align", "1"))
        self.wrong_usage("make", "package", *one)
        self.wrong_usage("make", "package", self.path("out"), "extra", *one)
        self.assertIn("more than", self.wrong_usage("make", "package", self.path("out"), *one * 17))
        self.assertIn("[--image ID:FILE]...", self.done("make", "package", "--help").out)

    def test_all_ten_ids_go_together(self):
        files = [(number, make_image(300 + number)) for number in range(-2, 8)]
        report, data = self.made(files, warns=UNLINKED)
        self.assertEqual(data, package(files))
        self.assertEqual(len(report["images"]), 10)

    def test_a_warning_is_given_where_no_image_depends_on_another_one(self):
        free = [image(number, "1.1.0") for number in range(3)]
        needs = image(1, "1.1.0", ["(2, 1.1.0+0)"])
        elsewhere = image(1, "1.1.0", ["(4, 1.1.0+0)"])
        itself = image(1, "1.1.0", ["(1, 1.0.0+0)"])
        self.assertIs(self.made([(0, free[0]), (1, free[1])], warns=UNLINKED)[0]["linked"], False)
        self.assertIs(self.made([(0, free[0]), (1, elsewhere)], warns=UNLINKED)[0]["linked"], False)
        self.assertIs(self.made([(0, free[0]), (1, itself)], warns=UNLINKED)[0]["linked"], False)
        self.assertIs(self.made([(0, free[0]), (1, needs), (2, free[2])])[0]["linked"], True)
        self.assertIsNone(self.made([(0, free[0]), (-1, make_image(300)), (-2, make_image(300))])[0]["linked"])


class Inspect(CliTest):
    def test_a_package_is_told_with_its_images(self):
        files = [(1, image(1, "1.1.0")), (-2, make_image(300, (1, 2, 3)))]
        path = self.write("package.bin", package(files, 16))
        report = self.done("inspect", path, "--json").json()
        self.assertEqual(list(report)[-1], "images")
        self.assertEqual((report["type"], report["version"], report["tlvs"]), ("package", None, []))
        self.assertEqual(report["header_size"], 48)
        self.assertEqual([(entry["id"], entry["version"], entry["size"]) for entry in report["images"]],
                         [(1, "1.1.0+0", len(files[0][1]) + -len(files[0][1]) % 16), (-2, "1.2.3+0", 300)])
        self.assertIsNone(self.done("inspect", test_image("med-1.0.0-ec256.bin"), "--json").json()["images"])
        self.assertIn("package", self.done("inspect", path).out)

    def test_damage_is_told_for_what_it_is(self):
        good = package([(0, make_image(300)), (1, make_image(301))])
        header = 2 + struct.unpack_from("<H", good)[0]
        for data, why in (
                (good[:-1], f"truncated: the package has {len(good)} bytes, the file {len(good) - 1}"),
                (good + b"\xff", f"too long: the package has {len(good)} bytes, the file {len(good) + 1}"),
                (good[:20], "truncated: the package ends within its header"),
                (b"\0\0" + good[2:], "the header of the package is malformed"),
                (good.replace(b"\x62id", b"\x62ie", 1), "the header of the package is malformed"),
                (package([(0, make_image(300)), (0, make_image(301))]), "two images of the package have one ID"),
                (package([(0, make_image(300)), (1, b"")]), "an image of the package has no bytes"),
                (good[:header + 100] + b"\0\0" + good[header + 102:], "image 0: hash does not match"),
                (package([(0, make_image(300) + b"\0"), (1, make_image(301))]),
                 "image 0: bytes behind the image that are not 0xff")):
            path = self.write("package.bin", data)
            self.assertEqual(self.refused("inspect", path), f"{path}: {why}")


class Update(SetTest):
    """A package on a device with two pairs, or three."""

    def linked(self, mode="swap-move", version="1.1.0"):
        return [(0, image(0, version, [f"(1, {version}+0)"], mode=mode)), (1, image(1, version, size=2900, mode=mode))]

    def files(self, images, name="package.bin", align=1):
        return self.write(name, package(images, align))

    def refused_and_unchanged(self, device, *args):
        before = device.files()
        message = self.refused(*args)
        self.assertTrue(device.files() == before, args)
        return message

    def test_all_of_it_is_installed_by_one_boot(self):
        for mode in MODES:
            device = self.start(mode, name=mode)
            path = self.files(self.linked(mode))
            report = self.done("update", device.path, path, "--json", "--chunk", "333").json()
            self.assertEqual(list(report), ["image", "slot", "version", "size", "scheduled", "resumed_at", "type",
                                            "images", "receipt"])
            self.assertEqual(report.pop("receipt")["bytes_received"], sum(len(data) for _, data in self.linked(mode)))
            self.assertEqual(report, {
                "image": None, "slot": None, "version": None, "size": os.path.getsize(path), "scheduled": "test",
                "resumed_at": None, "type": "package", "images": [
                    {"image": number, "slot": 1, "version": "1.1.0+0", "size": len(data)}
                    for number, data in self.linked(mode)]})
            self.assertEqual([device.version(1), device.version(3)], ["1.1.0+0"] * 2)
            self.assertEqual(device.running(device.boot()), ["1.1.0+0"] * 2, mode)
            self.assertEqual(self.done("confirm", device.path, "--json").json(), {"confirmed": [0, 1]})
            self.assertEqual(device.running(device.boot()), ["1.1.0+0"] * 2, mode)

    def test_slots_hold_the_images_and_nothing_else_changes(self):
        device = self.start("swap-move", 3)
        images = [(2, image(2, "1.1.0", size=4000)), (0, image(0, "1.1.0", ["(2, 1.1.0+0)"]) + b"\xff" * 300)]
        before = device.flash()
        self.done("update", device.path, self.files(images, align=512))
        after = device.flash()
        for number, data in images:
            at = slot_offset(2 * number + 1)
            self.assertEqual(after[at:at + len(data)], data)
        for number in (0, 2, 3, 4):
            at = slot_offset(number)
            self.assertEqual(after[at:at + SLOT], before[at:at + SLOT])
        self.assertEqual(after[:slot_offset(0)], before[:slot_offset(0)])

    def test_any_alignment_is_taken(self):
        device = self.start("swap-move")
        start = device.files()
        for align in (2, 512, 1024, 4096):
            device.restore(start)
            self.done("update", device.path, self.files(self.linked(), align=align))
            self.assertEqual(device.running(device.boot()), ["1.1.0+0"] * 2, align)
        device.restore(start)
        first, second = self.linked()
        for images, why in (([first, (1, second[1] + b"\xff" * 512)], "image 1: 512 bytes 0xff behind the image"),
                            ([(0, first[1] + b"\xff" * 600), second], "image 0: 600 bytes 0xff behind the image"),
                            ([first, (1, second[1] + b"\xff\0")], "image 1: bytes behind the image that are not 0xff")):
            self.assertIn(why, self.refused_and_unchanged(device, "update", device.path, self.files(images)))
        self.done("update", device.path, self.files([(0, first[1] + b"\xff" * 511), (1, second[1] + b"\xff" * 511)]))

    def test_permanent_and_not_scheduled(self):
        device = self.start("swap-move")
        path = self.files(self.linked())
        self.assertIsNone(self.done("update", device.path, path, "--no-schedule", "--json").json()["scheduled"])
        self.assertEqual(device.boot()["swap_types"], ["none", "none"])
        report = self.done("update", device.path, path, "--permanent", "--json").json()
        self.assertEqual(report["scheduled"], "permanent")
        self.assertEqual(device.boot()["swap_types"], ["permanent", "permanent"])
        self.wrong_usage("update", device.path, path, "--permanent", "--no-schedule")

    def test_what_the_device_would_not_take_changes_nothing(self):
        device = self.start("swap-move")
        first, second = self.linked()
        for images, why in (
                ([first, (2, image(2, "1.1.0"))], "image 2: the device has no such image: its bootloader has 2"),
                ([first, (7, image(2, "1.1.0"))], "image 7: the device has no such image: its bootloader has 2"),
                ([first, (-2**31, image(2, "1.1.0"))],
                 "image -2147483648: the device has no such image: its bootloader has 2"),
                ([first, second, (-1, image(2, "1.1.0"))],
                 "S1: the board has no s0_partition and s1_partition: its bootloader cannot be updated"),
                ([first, (1, image(1, "1.1.0", size=SLOT))],
                 "image 1: 10312 bytes, but the bootloader installs at most 8192: File too large"),
                ([first, (1, second[1][:-1])], "image 1: truncated: the image has 2972 bytes, the file 2971"),
                ([first, (1, b"\xff" * 100)], "image 1: not an MCUboot image"),
                ([first], "image 0: a dependency between images is not met"),
                ([(0, image(0, "1.1.0", ["(1, 1.2.0+0)"])), second],
                 "image 0: a dependency between images is not met"),
                ([first, (1, image(1, "1.1.0", ["(0, 1.2.0+0)"]))],
                 "image 0: a dependency between images is not met")):
            path = self.files(images)
            message = self.refused_and_unchanged(device, "update", device.path, path)
            self.assertEqual(message, f"{path}: {why}")
        path = self.files(self.linked())
        self.assertIn("--image is for a single image",
                      self.refused_and_unchanged(device, "update", device.path, path, "--image", "0"))

    def test_installed_versions_meet_dependencies_too(self):
        device = self.start("swap-move", 3)
        path = self.files([(0, image(0, "1.1.0", ["(2, 1.0.0+0)"])), (1, image(1, "1.1.0"))])
        self.done("update", device.path, path)
        self.assertEqual(device.running(device.boot()), ["1.1.0+0", "1.1.0+0", "1.0.0+0"])
        # What another pair has lying in its upload slot meets nothing: it is not part of the set.
        device = self.start("swap-move", 3, name="other")
        self.done("update", device.path, self.write("2.bin", image(2, "1.9.0")), "--image", "2", "--no-schedule")
        path = self.files([(0, image(0, "1.1.0", ["(2, 1.1.0+0)"])), (1, image(1, "1.1.0"))])
        self.assertEqual(self.refused_and_unchanged(device, "update", device.path, path),
                         path + ": image 0: a dependency between images is not met")

    def test_while_any_image_of_it_is_unconfirmed_it_is_refused(self):
        device = self.start("swap-move", 3)
        self.done("update", device.path, self.write("1.bin", image(1, "1.1.0")), "--image", "1")
        device.boot()
        path = self.files(self.linked(version="1.2.0"))
        self.assertIn("image 1: the running image is unconfirmed",
                      self.refused_and_unchanged(device, "update", device.path, path))
        other = self.files([(0, image(0, "1.1.0", ["(2, 1.1.0+0)"])), (2, image(2, "1.1.0"))], "other.bin")
        self.done("update", device.path, other)
        self.done("confirm", device.path)

    def test_what_was_pending_before_is_taken_back(self):
        device = self.start("swap-move", 3)
        self.done("update", device.path, self.write("2.bin", image(2, "1.5.0")), "--image", "2")
        self.assertTrue(device.magic(5))
        self.done("update", device.path, self.files(self.linked()))
        self.assertFalse(device.magic(5))
        self.assertEqual(device.running(device.boot()), ["1.1.0+0", "1.1.0+0", "1.0.0+0"])

    def test_a_second_package_goes_in_the_place_of_the_first(self):
        for mode in MODES:
            device = self.start(mode, name=mode)
            self.done("update", device.path, self.files(self.linked(mode)))
            self.done("update", device.path, self.files(self.linked(mode, "1.3.0"), "second.bin"))
            self.assertEqual(device.running(device.boot()), ["1.3.0+0"] * 2, mode)

    def test_a_cut_update_goes_on_where_it_stopped(self):
        device = self.start("swap-move")
        path = self.files(self.linked(), align=16)
        total = os.path.getsize(path)
        start, resumed = device.files(), set()
        for number in operations(1):
            if self.cut(device, start, ["update", device.path, path], number) is None:
                break
            report = self.done("update", device.path, path, "--json").json()
            resumed.add(report["resumed_at"])
            self.assertEqual(report["scheduled"], "test")
            self.assertEqual(device.running(device.boot()), ["1.1.0+0"] * 2, number)
        self.assertGreater(number, 20)
        # At pages of both images, and at the end.
        self.assertGreater(len(resumed), 5)
        self.assertTrue(all(at is None or at <= total for at in resumed))
        self.assertTrue(any(at is not None and at > total // 2 for at in resumed))

    def test_resuming_is_told(self):
        device = self.start("swap-move")
        path = self.files(self.linked())
        self.assertEqual(slotwise("update", device.path, path, "--cut-after", "16").code, 3)
        self.assertRegex(self.done("update", device.path, path, "--no-schedule").out,
                         rf"(?m)^resuming at \d+ of {os.path.getsize(path)}, same file$")
        self.assertRegex(self.done("update", device.path, path, "--no-schedule", "--restart").out,
                         rf"(?m)^starting at 0 instead of {os.path.getsize(path)} of {os.path.getsize(path)}, as asked$")

    def test_another_package_of_the_same_shape_is_not_spliced(self):
        device = self.start("swap-move")
        one, other = self.files(self.linked()), self.files(self.linked(version="1.2.0"), "other.bin")
        self.assertEqual(os.path.getsize(one), os.path.getsize(other))
        start = device.files()
        for number in range(2, 40, 3):
            if self.cut(device, start, ["update", device.path, one], number) is None:
                break
            self.assertIsNone(self.done("update", device.path, other, "--json").json()["resumed_at"])
            self.assertEqual(device.running(device.boot()), ["1.2.0+0"] * 2, number)
        self.assertGreater(number, 10)


if __name__ == "__main__":
    unittest.main()
