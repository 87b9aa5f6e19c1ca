# SPDX-License-Identifier: Apache-2.0
"""The modem of a device: what is shown of it, verbs of two words, files that are told apart, boards without one."""
import os
import shutil
import subprocess
import unittest

from modem_files import ModemTest, digest_of, firmware, full_file, new_key, public_pem, read_full
from support import MAGIC, ROOT, image, read, slotwise

KEYS = ["uuid", "digest", "state", "delta_area", "delta_offset", "full_stored", "full_pending"]
UPDATE_KEYS = ["image", "slot", "version", "size", "scheduled", "resumed_at", "type", "images"]
DONE_KEYS = UPDATE_KEYS + ["receipt"]
APPLY_KEYS = ["version", "size", "segments", "redone", "uuid", "digest", "state"]


class Show(ModemTest):
    def test_a_new_device_has_the_factory_firmware(self):
        device = self.device_with_modem()
        segments = read_full(read(self.make_full("1.0.0")))[1:]
        modem = self.modem(device)
        self.assertRegex(modem["uuid"], r"\A[0-9a-f-]{36}\Z")
        self.assertEqual(modem, {
            "uuid": modem["uuid"], "digest": digest_of(segments), "state": "ok", "delta_area": 0x50000,
            "delta_offset": 0, "full_stored": False, "full_pending": False, "version": "1.0.0",
            "segments": [{"address": start, "size": len(data)} for start, data in segments]})
        self.assertEqual(list(modem), KEYS + ["version", "segments"])
        self.assertEqual(list(self.done("status", device.path, "--json").json()), ["mode", "images", "modem", "bootloader"])

    def test_people_are_told_the_same(self):
        device = self.device_with_modem(firmware_version="3.2.1", patch_area_size=0x12000)
        for verb in ("status", "modem"):
            out = self.done(verb, device.path).out
            self.assertRegex(out, r"(?m)^modem: firmware 3\.2\.1, UUID [0-9a-f-]{36}$")
            self.assertRegex(out, r"(?m)^  patch area +73728 bytes, empty$")
            self.assertRegex(out, r"(?m)^  stored +no whole firmware$")

    def test_looking_changes_nothing(self):
        device = self.device_with_modem()
        before = device.all_files()
        self.modem(device)
        self.assertEqual(device.all_files(), before)

    def test_a_damaged_modem_file_is_refused(self):
        device = self.device_with_modem()
        path = os.path.join(device.path, "modem.bin")
        for data in (b"", read(path)[:-1], bytes(len(read(path)))):
            self.write(path, data)
            for verb in ("modem", "status", "boot"):
                self.assertIn("modem.bin", self.refused(verb, device.path))

    def test_a_board_with_a_store_alone_has_a_modem(self):
        text = read(os.path.join(ROOT, "boards/nrf9160dk.dts")).decode()
        start = text.index("modem {")
        text = text[:start] + text[text.index("};", start) + 2:]
        self.assertNotIn("slotwise,modem", text)
        path = self.path("dev")
        self.done("new", path, "--board", self.write("board.dts", text.encode()))
        modem = self.done("modem", path, "--json").json()
        self.assertEqual((modem["version"], modem["delta_area"]), ("1.0.0", 0x50000))


class Without(ModemTest):
    def test_a_board_without_a_modem_says_so(self):
        device = self.make("nrf52840dk")
        self.done("flash", device.path, "slot0", self.OLD)
        before = device.all_files()
        patch, full = self.make_delta("1.0.0", "1.1.0"), self.write("full", full_file(firmware("2.0.0")))
        for args in (["modem", device.path], ["modem", "apply", device.path], ["modem", "rollback", device.path],
                     ["update", device.path, patch], ["update", device.path, full]):
            self.assertEqual(self.refused(*args), device.path + ": the board has no modem")
        self.assertEqual(device.all_files(), before)
        self.assertIsNone(self.done("status", device.path, "--json").json()["modem"])
        self.assertIsNone(self.done("boot", device.path, "--json").json()["modem"])

    def test_a_board_without_a_store_says_so(self):
        text = read(os.path.join(ROOT, "boards/nrf9160dk.dts")).decode().replace("fmfu_storage: ", "other: ")
        path = self.path("dev")
        self.done("new", path, "--board", self.write("board.dts", text.encode()))
        full = self.write("full", full_file(firmware("2.0.0")))
        for args in (["modem", "apply", path], ["update", path, full]):
            self.assertEqual(self.refused(*args), path + ": the board has no partition for modem files (fmfu_storage)")
        self.assertEqual(self.done("modem", path, "--json").json()["full_stored"], False)
        self.done("update", path, self.make_delta("1.0.0", "1.1.0"))

    def test_a_store_that_is_not_whole_pages_is_refused(self):
        text = read(os.path.join(ROOT, "boards/nrf9160dk.dts")).decode()
        path = self.path("dev")
        for reg in ("0x100800 0x3ff000", "0x100000 0x3ff800"):
            shutil.rmtree(path, ignore_errors=True)
            changed = text.replace("reg = <0x100000 0x400000>", f"reg = <{reg}>")
            self.assertNotEqual(changed, text)
            board = self.write("board.dts", changed.encode())
            why = self.refused("new", path, "--board", board)
            self.assertIn("does not begin and end on page boundaries of mx25r64", why)
            # As a device that was made before.
            self.done("new", path, "--board", os.path.join(ROOT, "boards/nrf9160dk.dts"))
            subprocess.run(["dtc", "-@", "-q", "-I", "dts", "-O", "dtb", "-o", os.path.join(path, "board.dtb"), board], check=True)
            self.assertEqual(self.refused("update", path, self.write("full", full_file(firmware("2.0.0")))), why)

    def test_reports_have_all_their_keys(self):
        device = self.make("nrf52840dk")
        patch = self.make_delta("1.0.0", "1.1.0")
        for args, keys in ((["modem"], KEYS + ["version", "segments"]), (["modem", "apply"], APPLY_KEYS),
                           (["modem", "rollback"], ["state"]), (["update"], UPDATE_KEYS)):
            for path in (device.path, self.path("gone")):
                result = slotwise(*args, path, *([patch] if args == ["update"] else []), "--json")
                report = result.json()
                self.assertEqual((result.code, list(report)), (1, keys + ["error"]))
                self.assertEqual("slotwise: " + report.pop("error") + "\n", result.err)
                known = {"type": "modem-delta"} if args == ["update"] and path == device.path else {}
                self.assertEqual(report, {**dict.fromkeys(keys), **known})


class Words(ModemTest):
    def test_the_longest_name_is_the_verb(self):
        device = self.device_with_modem()
        folder = os.path.dirname(device.path)
        for name in ("apply", "rollback"):
            shutil.copytree(device.path, os.path.join(folder, name))
            self.assertIn("DEV is missing", self.wrong_usage("modem", name))
            self.done("modem", "./" + name, cwd=folder)
            self.assertIn("no whole firmware" if name == "rollback" else "no firmware",
                          self.done("modem", "./" + name, cwd=folder).out + slotwise("modem", "apply", "./" + name,
                                                                                    cwd=folder).err)
        self.assertIn("second word is missing", self.wrong_usage("make"))
        self.assertIn("make it: no such verb", self.wrong_usage("make", "it"))
        self.assertIn("modem apply: no such verb", self.wrong_usage("modem apply", device.path))
        self.assertIn("one argument too many", self.wrong_usage("modem", device.path, "apply"))
        self.assertEqual(self.done("make", "--help").out, self.done("--help").out)

    def test_options_that_are_for_images_are_refused_with_files_for_the_modem(self):
        device = self.device_with_modem()
        before = device.all_files()
        key = self.write("key.pem", public_pem(new_key()))
        for file in (self.make_delta("1.0.0", "1.1.0"), self.write("full", full_file(firmware("2.0.0")))):
            for options in (["--image", "0"], ["--permanent"], ["--key", key]):
                self.assertEqual(self.refused("update", device.path, file, *options),
                                 f"{file}: {options[0]} is for images, and this file is for the modem")
        self.assertEqual(device.all_files(), before)

    def test_what_a_file_is_stands_in_the_report(self):
        device = self.device_with_modem()
        new = image("tiny-1.1.0-none.bin")
        for file, kind in ((new, "mcuboot"), (self.make_delta("1.0.0", "1.1.0"), "modem-delta"),
                           (self.write("full", full_file(firmware("2.0.0"))), "full-modem")):
            report = self.done("update", device.path, file, "--json").json()
            self.assertEqual((list(report), report["type"], report["size"]), (DONE_KEYS, kind, len(read(file))))
            cut = self.done("update", device.path, file, "--json", "--cut-after", 100000).json()
            self.assertEqual([key for key in cut if key != "receipt"], UPDATE_KEYS + ["cut"])
        for data in (b"", b"meDu", b"\xd2", b"text of no kind" * 10):
            result = slotwise("update", device.path, self.write("bad", data), "--json")
            self.assertEqual((result.code, result.json()["type"]), (1, None))
            self.assertIn("not an MCUboot image", result.err)

    def test_a_file_that_ends_in_its_first_bytes_is_still_told_apart(self):
        device = self.device_with_modem()
        before = device.all_files()
        patch = read(self.make_delta("1.0.0", "1.1.0"))
        full = full_file(firmware("2.0.0"))
        for data, kind, least in ((patch, "modem-delta", 8), (full, "full-modem", 2)):
            for length in range(least, 40):
                result = slotwise("update", device.path, self.write("short", data[:length]), "--json")
                self.assertEqual((result.code, result.json()["type"]), (1, kind), length)
                self.assertNotIn("MCUboot", result.err)
        self.assertEqual(device.all_files(), before)


class Beside(ModemTest):
    def test_files_for_the_modem_are_taken_whatever_the_application_is_doing(self):
        device = self.device_with_modem()
        patch, full = self.make_delta("1.0.0", "1.1.0"), self.write("full", full_file(firmware("2.0.0")))
        self.done("update", device.path, image("tiny-1.1.0-none.bin"))
        self.assertEqual(self.booted(device), "started")
        self.assertIn("unconfirmed", self.refused("update", device.path, image("tiny-1.1.0-none.bin")))
        self.done("update", device.path, patch)
        self.done("update", device.path, full)
        device.poke(0, 0, b"\0" * 32)
        device.poke(1, 0, b"\0" * 32)
        self.done("update", device.path, full)
        self.done("modem", "apply", device.path)

    def test_the_modem_starts_also_where_no_image_can_be_started(self):
        device = self.device_with_modem()
        self.done("update", device.path, self.make_delta("1.0.0", "1.1.0"))
        device.poke(0, 0, b"\0" * 32)
        result = slotwise("boot", device.path, "--json")
        self.assertEqual((result.code, result.json()["booted"], result.json()["modem"]), (1, None, "updated"))
        self.assertEqual(self.modem(device)["version"], "1.1.0")

    def test_an_image_goes_its_way_between_two_parts_of_a_patch(self):
        device = self.device_with_modem()
        patch = self.make_delta("1.0.0", "1.1.0")
        self.assertEqual(slotwise("update", device.path, patch, "--chunk", 1000, "--cut-after", 12).code, 3)
        offset = self.modem(device)["delta_offset"]
        self.done("update", device.path, image("tiny-1.1.0-none.bin"))
        self.assertEqual(self.booted(device), "started")
        self.assertEqual(self.done("update", device.path, patch, "--json").json()["resumed_at"], offset)
        self.assertEqual(device.trailer(0)["magic"], MAGIC[8])

    def test_damaged_settings_cost_progress_and_no_update_of_a_patch(self):
        device = self.device_with_modem()
        patch = self.make_delta("1.0.0", "1.1.0")
        self.assertEqual(slotwise("update", device.path, patch, "--chunk", 1000, "--cut-after", 12).code, 3)
        self.write(os.path.join(device.path, "settings"), b"no entry\n")
        for verb in ("status", "modem"):
            result = slotwise(verb, device.path)
            self.assertEqual(result.code, 0, result.err)
            self.assertIn("settings: is damaged", result.err)
        result = slotwise("update", device.path, patch, "--json")
        self.assertEqual((result.code, result.json()["resumed_at"]), (0, None), result.err)
        self.assertIn("settings: is damaged", result.err)
        os.unlink(os.path.join(device.path, "settings"))
        self.assertEqual(self.booted(device), "updated")

    def test_settings_that_are_no_file_are_waited_for_by_no_verb(self):
        device = self.device_with_modem()
        self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"))))
        os.unlink(os.path.join(device.path, "settings"))
        os.mkfifo(os.path.join(device.path, "settings"))
        self.assertIn("settings: is no regular file", self.refused("status", device.path))
        result = slotwise("modem", device.path)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("warning: settings: Invalid argument", result.err)
        result = slotwise("modem", "apply", device.path)
        self.assertIn("nothing was written to the modem", result.err)

    def test_nothing_is_written_to_the_modem_that_the_settings_cannot_keep(self):
        device = self.device_with_modem()
        self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"))))
        before = device.all_files()
        self.write(os.path.join(device.path, "settings"), b"no entry\n")
        result = slotwise("modem", "apply", device.path)
        self.assertEqual(result.code, 1)
        self.assertIn("could not be saved in the settings: nothing was written", result.err)
        self.assertEqual(device.all_files()["modem.bin"], before["modem.bin"])
        result = slotwise("update", device.path, self.write("other", full_file(firmware("2.1.0"))))
        self.assertEqual(result.code, 1)
        self.assertIn("settings: is damaged", result.err)
        os.unlink(os.path.join(device.path, "settings"))
        self.done("modem", "apply", device.path)
        self.assertEqual(self.modem(device)["version"], "2.0.0")


class Key(ModemTest):
    @classmethod
    def setUpClass(cls):
        cls.key, cls.other = new_key(), new_key()

    def test_a_modem_with_a_key_takes_what_it_signed_alone(self):
        pem = self.write("pub.pem", public_pem(self.key))
        device = self.device_with_modem(options=["--modem-key", pem])
        old = self.modem(device)
        for key in (None, self.other):
            self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"), key=key)))
            self.assertEqual(self.refused("modem", "apply", device.path),
                             f"{device.path}: the modem refuses the signature of the stored file; the modem has its "
                             "old firmware")
            self.assertEqual(self.modem(device), {**old, "full_stored": True})
        self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"), key=self.key)))
        self.done("modem", "apply", device.path)
        self.assertEqual(self.modem(device)["digest"], digest_of(firmware("2.0.0")))
        self.assertIn("with a signature by its key", self.done("modem", device.path).out)

    def test_a_modem_without_one_takes_the_dummy_signature_alone(self):
        device = self.device_with_modem()
        self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"), key=self.key)))
        report = slotwise("modem", "apply", device.path, "--json").json()
        self.assertIn("refuses the signature", report["error"])
        self.assertEqual((report["state"], report["version"]), ("ok", "1.0.0"))

    def test_a_signature_that_is_refused_leaves_an_update_pending_that_had_got_further(self):
        pem = self.write("pub.pem", public_pem(self.key))
        device = self.device_with_modem(options=["--modem-key", pem])
        good = self.write("full", full_file(firmware("2.0.0"), key=self.key))
        self.done("update", device.path, good)
        self.assertEqual(slotwise("modem", "apply", device.path, "--cut-after", 4).code, 3)
        at = 0x100000
        with open(os.path.join(device.path, "mx25r64.bin"), "r+b") as file:
            file.seek(at)
            file.write(full_file(firmware("2.0.0"), key=self.other))
        self.assertIn("cannot be started until", self.refused("modem", "apply", device.path))
        modem = self.modem(device)
        self.assertEqual((modem["state"], modem["full_pending"]), ("unbootable", True))
        with open(os.path.join(device.path, "mx25r64.bin"), "r+b") as file:
            file.seek(at)
            file.write(read(good))
        self.done("modem", "apply", device.path)
        self.assertEqual(self.modem(device)["version"], "2.0.0")

    def test_keys_that_are_none_make_no_device(self):
        for data in (b"no key\n", read(image("keys/ec256-a.pub.pem")), read(image("keys/rsa3072-a.pub.pem"))):
            path = self.path("none")
            result = slotwise("new", path, "--board", os.path.join(ROOT, "boards/nrf9160dk.dts"), "--modem-key",
                              self.write("bad.pem", data))
            self.assertEqual(result.code, 1)
            self.assertFalse(os.path.exists(path))
        result = slotwise("new", self.path("none"), "--board", os.path.join(ROOT, "boards/nrf52840dk.dts"),
                          "--modem-key", self.write("pub.pem", public_pem(self.key)))
        self.assertEqual(result.code, 1)
        self.assertIn("modem", result.err)


if __name__ == "__main__":
    unittest.main()
