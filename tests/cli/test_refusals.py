# SPDX-License-Identifier: Apache-2.0
"""Bad input: refused with a message of its own, exit 1, and not a byte of the device changed."""
import glob
import os
import struct
import unittest

from support import CliTest, IMAGES, MAGIC, ROOT, image, image_list, key, make_image, read, slotwise

# What an independent parser found, by the beginning of its words, and what slotwise says of it.
REASONS = [
    ("shorter than a header", "truncated"),
    ("magic is", "not an MCUboot image"),
    ("TLV area magic", "TLV area is malformed"),
    ("TLV area size", "TLV area is malformed"),
    ("protected area", "TLV area is malformed"),
    ("TLV 0x0010 of", "TLV area is malformed"),
    ("both encryption flags", "flags in the header exclude each other"),
    ("hash does not match", "hash does not match"),
    ("no hash TLV", "not exactly one hash TLV"),
    ("more than one hash TLV", "not exactly one hash TLV"),
    ("sha256 TLV has 0 bytes", "hash TLV of the wrong length"),
    ("header and payload of 262656", "truncated"),
    ("header and payload of 429496", "sizes in the header pass 32 bits"),
    ("payload passes the end", "truncated"),
    ("TLV area passes the end", "truncated"),
    ("ends in a TLV area header", "truncated"),
]


def truncated(data):
    """What is said of a file that ends too early: with the image's length where its TLV area tells it."""
    if not data:
        return "not an MCUboot image"
    wanted = "at least 32"
    if len(data) >= 32:
        header_size, protected, payload = struct.unpack_from("<HHI", data, 8)
        hashed = header_size + protected + payload
        wanted = f"at least {hashed + 4}"
        if hashed + 4 <= len(data):
            wanted = str(hashed + struct.unpack_from("<H", data, hashed + 2)[0])
    return f"truncated: the image has {wanted} bytes, the file {len(data)}"


class Refusals(CliTest):
    def setUp(self):
        super().setUp()
        self.device = self.make()
        self.done("flash", self.device.path, "slot0", image("med-1.0.0-ec256.bin"))
        self.done("boot", self.device.path)

    def refused_and_unchanged(self, *args):
        before = self.device.all_files()
        message = self.refused(*args)
        self.assertEqual(self.device.all_files(), before, args)
        return message

    def test_every_damaged_image_is_refused_for_its_reason(self):
        seen = set()
        for name, entry in image_list().items():
            if entry["kind"] != "bad":
                continue
            why = entry["strict"].removeprefix("refused: ")
            wanted = next(says for begins, says in REASONS if why.startswith(begins))
            seen.add(wanted)
            wanted = truncated(read(image(name))) if wanted == "truncated" else wanted
            for verb in (["update", self.device.path, image(name)], ["flash", self.device.path, "slot1", image(name)],
                         ["inspect", image(name)]):
                self.assertEqual(self.refused_and_unchanged(*verb), f"{image(name)}: {wanted}")
        self.assertEqual(seen, {says for _, says in REASONS})

    def test_a_file_of_any_length_is_told_as_truncated(self):
        whole = make_image(200)
        for length in range(1, 200):
            path = self.write("cut.bin", whole[:length])
            self.assertEqual(self.refused("inspect", path), f"{path}: {truncated(whole[:length])}")
        self.assertIn("the image has 200 bytes, the file 199", truncated(whole[:199]))
        for data in (b"", b"\x3e", b"\x3d\xb8\xf3\x97" + bytes(20)):
            path = self.write("cut.bin", data)
            self.assertEqual(self.refused("inspect", path), path + ": not an MCUboot image")

    def test_sizes_that_pass_the_slot_are_told_as_such(self):
        image_in_file = make_image(0x80000)
        for length in (32, 0x1000, 0x80000 - 40):
            path = self.write("large.bin", image_in_file[:length])
            for verb in (["update", self.device.path, path], ["flash", self.device.path, "slot1", path]):
                self.assertEqual(self.refused_and_unchanged(*verb), f"{path}: larger than the slot: the image has at "
                                                                    f"least {0x80000 - 40 + 4} bytes, the slot {0x76000}")
        self.done("flash", self.device.path, "slot1", self.write("large.bin", image_in_file[:0x1000]), "--raw")
        self.assertIn(f"larger than the slot: the image has at least {0x80000 - 36} bytes, the slot {0x76000}",
                      self.refused_and_unchanged("schedule", self.device.path))

    def test_an_image_in_the_slot_that_the_bootloader_would_not_install_is_not_scheduled(self):
        most = 0x76000 - 2 * 0x1000
        self.done("flash", self.device.path, "slot1", self.write("larger.bin", make_image(most + 1)))
        self.assertEqual(self.refused_and_unchanged("schedule", self.device.path),
                         f"slot1_partition: an image of {most + 1} bytes, but the bootloader installs at most {most}")
        self.done("flash", self.device.path, "slot1", self.write("largest.bin", make_image(most)))
        self.done("schedule", self.device.path)

    def test_every_wrong_signature_is_refused_by_its_key_alone(self):
        messages = set()
        names = glob.glob(os.path.join(IMAGES, "badkey", "*.bin"))
        self.assertEqual(len(names), 13)
        devices = {None: self.device, "ec384-a": self.make(name="sha384", bootloader='hash = "sha384";')}
        for name in names:
            wanted = image_list()["badkey/" + os.path.basename(name)]["key"]
            wanted = wanted if wanted in ("ec384-a", "rsa3072-a") else "ec256-a"
            self.device = devices.get(wanted, devices[None])
            messages.add(self.refused_and_unchanged("update", self.device.path, name, "--key", key(wanted))
                         .removeprefix(name + ": "))
            self.done("update", self.device.path, name, "--no-schedule")
        self.assertEqual(messages, {"not signed with the given key", "signature does not match"})

    def test_an_image_by_another_key_is_refused(self):
        for name, other in (("med-1.1.0-ec256.bin", "ec256-b"), ("med-1.1.0-ec256.bin", "rsa2048-a"),
                            ("med-1.1.0-none.bin", "ec256-a"), ("med-1.1.0-ed25519.bin", "ec256-a")):
            message = self.refused_and_unchanged("update", self.device.path, image(name), "--key", key(other))
            self.assertEqual(message, image(name) + ": not signed with the given key")

    def test_images_by_each_kind_of_key_are_taken_with_it(self):
        sha384 = self.make(name="sha384", bootloader='hash = "sha384";')
        for name, own in (("med-1.1.0-ec256b.bin", "ec256-b"), ("med-1.1.0-ec384.bin", "ec384-a"),
                          ("med-1.1.0-rsa2048.bin", "rsa2048-a"), ("med-1.0.1-rsa3072.bin", "rsa3072-a"),
                          ("med-1.1.0-ed25519.bin", "ed25519-a")):
            device = sha384 if own == "ec384-a" else self.device
            self.done("update", device.path, image(name), "--key", key(own), "--no-schedule")
            self.assertTrue(device.slot(1).startswith(read(image(name))))

    def test_what_the_boards_bootloader_would_not_take_is_refused(self):
        old, ours = image("tiny-1.0.0-ec256.bin"), f'public-key = "{key("ec256-a")}"; signature-type = "ecdsa-p256";'
        for number, (bootloader, name, why) in enumerate((
                (ours, "tiny-1.0.1-none.bin", "not signed with the bootloader's key"),
                (ours, "med-1.1.0-ec256b.bin", "not signed with the bootloader's key"),
                ('signature-type = "ed25519";', "tiny-1.0.1-none.bin", "no signature of the bootloader's type"),
                ('hash = "sha512";', "tiny-1.0.1-none.bin", "hash of another type than the bootloader's"),
                ('downgrade-prevention = "version";', "tiny-0.9.0-none.bin", "version too low for the bootloader to take or to prefer"),
                ('signature-type = "ecdsa-p384";', "med-1.1.0-ec384.bin",
                 "the bootloader cannot verify such a signature"))):
            self.device = self.make(name=f"rules{number}", bootloader=bootloader)
            self.done("flash", self.device.path, "slot0", old)
            self.assertEqual(self.refused_and_unchanged("update", self.device.path, image(name)),
                             f"{image(name)}: {why}")
            self.done("flash", self.device.path, "slot1", image(name), "--raw")
            self.assertEqual(self.refused_and_unchanged("schedule", self.device.path), f"slot1_partition: {why}")

    def test_a_bootloader_that_verifies_p384_takes_its_images(self):
        device = self.make(name="p384", bootloader='signature-type = "ecdsa-p384"; p384-works; '
                                                   f'public-key = "{key("ec384-a")}";')
        self.done("flash", device.path, "slot0", image("tiny-1.0.0-ec384.bin"))
        self.done("update", device.path, image("med-1.1.0-ec384.bin"))

    def test_what_the_device_cannot_run_is_refused(self):
        for name, why in (("tiny-1.1.0-ec256-enc256.bin", "image is encrypted"),
                          ("med-1.1.0-ec256-lzma2.bin", "image is compressed"),
                          ("tiny-1.1.0-none-nonboot.bin", "image is marked as not bootable")):
            self.assertEqual(self.refused_and_unchanged("update", self.device.path, image(name)),
                             f"{image(name)}: {why}")

    def test_a_file_that_is_no_public_key_is_refused(self):
        text = self.write("text.pem", b"no key\n")
        for path in (text, image("keys/ec256-a.pem"), image("med-1.1.0-ec256.bin"), self.write("empty.pem", b"")):
            message = self.refused_and_unchanged("update", self.device.path, image("med-1.1.0-ec256.bin"), "--key", path)
            self.assertEqual(message, path + ": not a public key in PEM")

    def test_missing_files_are_named(self):
        gone = self.path("gone.bin")
        for args in (["update", self.device.path, gone], ["flash", self.device.path, "slot0", gone],
                     ["update", self.device.path, image("med-1.1.0-ec256.bin"), "--key", gone], ["inspect", gone]):
            self.assertEqual(self.refused_and_unchanged(*args), gone + ": No such file or directory")

    def test_the_largest_image_is_taken_and_one_byte_more_is_not(self):
        # Slot of 0x76000; the trailer of 3 * 128 * 4 + 48 bytes takes a page, the move another one.
        most = 0x76000 - 2 * 0x1000
        larger = self.write("larger.bin", make_image(most + 1))
        message = self.refused_and_unchanged("update", self.device.path, larger)
        self.assertEqual(message, f"{larger}: {most + 1} bytes, but the bootloader installs at most {most}: "
                                  "File too large")
        largest = make_image(most)
        self.done("update", self.device.path, self.write("largest.bin", largest))
        self.assertEqual(self.device.boot()["swap_types"], ["test"])
        self.assertEqual(self.device.slot(0)[:most], largest)

    def test_factory_programming_takes_what_fits_the_slot_and_no_more(self):
        full = make_image(0x75000) + b"\xff" * 0x1000
        self.done("flash", self.device.path, "slot1", self.write("full.bin", full))
        self.assertEqual(self.device.slot(1), full)
        larger = self.write("larger.bin", full + b"\xff")
        self.assertIn("File too large", self.refused_and_unchanged("flash", self.device.path, "slot1", larger))

    def test_a_padded_file_is_programmed_with_its_trailer(self):
        data = make_image(0x1000).ljust(0x76000 - 16, b"\xff") + MAGIC[8]
        self.done("flash", self.device.path, "slot1", self.write("padded.bin", data))
        self.assertEqual(self.device.slot(1), data)
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "test")

    def test_raw_bytes_need_the_word(self):
        raw = self.write("raw.bin", b"\x01\x02\x03")
        self.assertIn("not an MCUboot image", self.refused_and_unchanged("flash", self.device.path, "slot1", raw))
        self.done("flash", self.device.path, "slot1_partition", raw, "--raw")
        self.assertEqual(self.device.slot(1).rstrip(b"\xff"), b"\x01\x02\x03")

    def test_a_slot_that_the_board_lacks_is_refused(self):
        for slot in ("slot2", "slot15", "slot16", "slot", "slot01", "image-0", "nothing"):
            self.assertEqual(self.refused_and_unchanged("flash", self.device.path, slot, image("tiny-1.0.0-none.bin")),
                             slot + ": the board has no such slot")

    def test_an_image_pair_that_the_bootloader_lacks_is_refused(self):
        for verb in (["update", self.device.path, image("med-1.1.0-ec256.bin")], ["schedule", self.device.path]):
            self.assertIn("no image 1: the bootloader has 1", self.refused_and_unchanged(*verb, "--image", "1"))

    def test_nothing_is_scheduled_that_is_not_sound(self):
        self.assertIn("there is no image in the slot", self.refused_and_unchanged("schedule", self.device.path))
        self.done("flash", self.device.path, "slot1", image("bad/flip-hash.bin"), "--raw")
        self.assertIn("hash does not match", self.refused_and_unchanged("schedule", self.device.path))
        self.done("flash", self.device.path, "slot1", image("tiny-1.1.0-none-nonboot.bin"))
        self.assertIn("not bootable", self.refused_and_unchanged("schedule", self.device.path))

    def test_a_test_does_not_replace_a_permanent_request(self):
        self.done("update", self.device.path, image("med-1.1.0-ec256.bin"), "--permanent")
        self.assertIn("permanent update is scheduled", self.refused_and_unchanged("schedule", self.device.path))

    def test_nothing_begins_while_the_running_image_is_unconfirmed(self):
        self.done("update", self.device.path, image("med-1.1.0-ec256.bin"))
        self.done("boot", self.device.path)
        for verb in (["update", self.device.path, image("med-1.0.0-ec256.bin")],
                     ["update", self.device.path, image("bad/text.bin")],
                     ["schedule", self.device.path], ["cancel", self.device.path]):
            self.assertIn("the running image is unconfirmed", self.refused_and_unchanged(*verb))
        self.done("confirm", self.device.path)
        self.done("update", self.device.path, image("med-1.0.0-ec256.bin"))

    def test_a_report_in_json_comes_with_every_refusal(self):
        bad = image("bad/text.bin")
        board = self.write("board.dts", b"no board")
        keys = {"update": ["image", "slot", "version", "size", "scheduled", "resumed_at", "type", "images"],
                "schedule": ["image", "slot", "scheduled", "images"],
                "flash": ["image", "slot", "partition", "version", "size"], "new": ["device", "mode"]}
        gone = self.path("gone")
        path = self.device.path
        known = {"image": 0, "slot": 1}
        for args, some in ((["update", path, bad], known), (["update", path, bad, "--image", "7"], {}),
                           (["update", gone, bad], {}), (["schedule", path], known), (["schedule", gone], {}),
                           (["flash", path, "slot1", bad], {**known, "partition": "slot1_partition"}),
                           (["flash", path, "storage_partition", bad], {"partition": "storage_partition"}),
                           (["flash", path, "slot7", bad], {}), (["flash", gone, "slot1", bad], {}),
                           (["new", gone, "--board", board], {}), (["new", gone, "--board", gone], {}),
                           (["new", path, "--board", os.path.join(ROOT, "boards/nrf52840dk.dts")], {})):
            result = slotwise(*args, "--json")
            self.assertEqual(result.code, 1)
            report = result.json()
            self.assertEqual(list(report), keys[args[0]] + ["error"])
            self.assertEqual("slotwise: " + report.pop("error") + "\n", result.err)
            self.assertEqual(report, {**dict.fromkeys(keys[args[0]]), **some}, args)

    def test_factory_programming_is_reported_by_image_slot_and_partition(self):
        report = self.done("flash", self.device.path, "slot1", image("tiny-1.1.0-none.bin"), "--json").json()
        size = len(read(image("tiny-1.1.0-none.bin")))
        self.assertEqual(report, {"image": 0, "slot": 1, "partition": "slot1_partition", "version": "1.1.0+0",
                                  "size": size})
        self.assertEqual(list(report), ["image", "slot", "partition", "version", "size"])
        report = self.done("flash", self.device.path, "storage_partition", self.write("raw", b"x"), "--raw",
                           "--json").json()
        self.assertEqual(report, {"image": None, "slot": None, "partition": "storage_partition", "version": None,
                                  "size": 1})


if __name__ == "__main__":
    unittest.main()
