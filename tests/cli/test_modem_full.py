# SPDX-License-Identifier: Apache-2.0
"""Whole firmwares of the modem: judged, stored, cut, gone on with, written to the modem, written again after a cut.
The files are made here, out of cbor2."""
import hashlib
import os
import random
import unittest

import cbor2

from modem_files import (BOOTLOADER, DUMMY, ModemTest, PROTECTED, digest_of, firmware, full_file, manifest_of, new_key,
                         read_full, wrap)
from support import operations, read, slotwise

STORE = 0x100000  # offset of the partition for modem files in mx25r64
PAGE = 0x1000
CHUNK = 4096
SEED = 20250807


def chunks_of(segments):
    """Writes that a buffer of 4096 bytes makes of them."""
    return sum(-(-len(data) // CHUNK) for _, data in segments)


class FullTest(ModemTest):
    def begin(self, **properties):
        self.device = self.device_with_modem(**{"firmware_size": 0x80000, **properties})
        self.segments = firmware("2.0.0")
        self.data = full_file(self.segments)
        self.file = self.write("full.cbor", self.data)
        self.chunks = chunks_of([BOOTLOADER, *self.segments])
        self.old, self.new = self.factory_digest("1.0.0"), digest_of(self.segments)
        return self.device

    def stored(self):
        return self.device.raw()["mx25r64"][STORE:STORE + len(self.data)]

    def apply(self, *options):
        return slotwise("modem", "apply", self.device.path, *options)

    def look(self):
        modem = self.modem(self.device)
        for key in ("uuid", "digest", "version", "segments"):
            self.assertEqual(modem[key] is None, modem["state"] == "unbootable", key)
        return modem["state"], modem["digest"], modem["full_stored"], modem["full_pending"]


class Life(FullTest):
    def test_it_is_stored_and_written_to_the_modem_when_asked(self):
        device = self.begin()
        report = self.done("update", device.path, self.file, "--json").json()
        self.assertEqual(report.pop("receipt")["bytes_received"], len(self.data))
        self.assertEqual(report, {"image": None, "slot": None, "version": "2.0.0", "size": len(self.data),
                                  "scheduled": None, "resumed_at": None, "type": "full-modem", "images": None})
        self.assertTrue(self.stored() == self.data)
        self.assertEqual(self.look(), ("ok", self.old, True, False))
        self.assertEqual(self.booted(device), "started")
        self.assertEqual(self.look(), ("ok", self.old, True, False))
        report = self.done("modem", "apply", device.path, "--json").json()
        modem = self.modem(device)
        self.assertEqual(report, {"version": "2.0.0", "size": len(self.data), "segments": 3, "redone": False,
                                  "uuid": modem["uuid"], "digest": self.new, "state": "ok"})
        self.assertEqual(self.look(), ("ok", self.new, True, False))
        self.assertEqual(modem["segments"], [{"address": start, "size": len(data)} for start, data in self.segments])
        self.assertEqual(self.booted(device), "started")

    def test_each_stage_is_told(self):
        device = self.begin()
        out = self.done("update", device.path, self.file).out.splitlines()
        self.assertEqual(out[0], "modem: a whole firmware, 2.0.0, into fmfu_storage")
        self.assertEqual(out[-3:-1], [f"stored and verified: {len(self.data)} bytes as flash holds them",
                                    f"slotwise modem apply {device.path} writes it to the modem"])
        out = self.done("modem", "apply", device.path).out.splitlines()
        self.assertEqual([line for line in out if "%" not in line], [
            f"fmfu_storage: {len(self.data)} bytes in 3 segments, the bootloader's included",
            "the stored file is checked", "the modem's bootloader is started",
            "its program is written: the modem cannot be started now", "it checks the signature",
            "the firmware is written", "the modem ends the update", "the modem has the new firmware"])
        self.assertEqual([int(line.split("%")[0]) for line in out if "%" in line][-1], 100)

    def test_a_bootloader_without_firmware_is_called_that(self):
        device = self.begin()
        data = full_file([])
        out = self.done("update", device.path, self.write("bootloader", data)).out.splitlines()
        self.assertEqual(out[0], "modem: a bootloader without firmware, into fmfu_storage")
        holds = f"{len(data)} bytes, a bootloader without firmware"
        self.assertIn(f"  stored      {holds}\n", self.done("modem", device.path).out)
        out = self.done("modem", "apply", device.path).out.splitlines()
        self.assertEqual([line for line in out if "%" not in line], [
            f"fmfu_storage: {holds}", "the stored file is checked", "the modem's bootloader is started",
            "its program is written: the modem cannot be started now", "it checks the signature",
            "the modem ends the update", "the modem has the firmware that it had"])
        self.assertEqual(self.look(), ("ok", self.old, True, False))

    def test_no_schedule_changes_nothing(self):
        device = self.begin()
        self.done("update", device.path, self.file, "--no-schedule")
        self.assertEqual(self.look(), ("ok", self.old, True, False))

    def test_firmware_in_any_order_of_segments_is_digested_by_address(self):
        self.begin()
        pick = random.Random(SEED)
        for number, count in enumerate((1, 5, 127)):
            segments = [(0x1000 + i * 0x400, pick.randbytes(pick.randint(1, 0x400))) for i in range(count)]
            pick.shuffle(segments)
            self.device = self.device_with_modem(name=f"dev{number}", firmware_size=0x80000)
            data = full_file(segments, compat=number)
            self.done("update", self.device.path, self.write("full", data), "--chunk", pick.choice((77, 4096)))
            report = self.done("modem", "apply", self.device.path, "--json").json()
            self.assertEqual((report["segments"], report["digest"], report["version"]),
                             (count + 1, digest_of(segments), None))

    def test_what_make_makes_is_read_alike(self):
        device = self.begin()
        path = self.make_full("4.5.6")
        self.done("update", device.path, path)
        self.done("modem", "apply", device.path)
        modem = self.modem(device)
        self.assertEqual((modem["version"], modem["digest"]), ("4.5.6", digest_of(read_full(read(path))[1:])))

    def test_a_new_file_takes_the_place_of_the_old_one(self):
        device = self.begin()
        self.done("update", device.path, self.file)
        other = full_file(firmware("2.1.0", sizes=(20000, 11)))
        out = self.done("update", device.path, self.write("other", other)).out
        self.assertNotIn("resuming", out)
        self.done("modem", "apply", device.path)
        self.assertEqual(self.modem(device)["version"], "2.1.0")

    def test_a_modem_that_has_nothing_stored_has_nothing_to_apply(self):
        device = self.begin()
        before = device.all_files()
        self.assertEqual(self.refused("modem", "apply", device.path),
                         "fmfu_storage: no firmware is stored: update first")
        self.assertEqual(device.all_files(), before)

    def test_a_stored_file_that_was_touched_is_not_applied(self):
        device = self.begin()
        self.done("update", device.path, self.file)
        modem = device.all_files()["modem.bin"]
        hash_is_wrong = "the firmware is damaged: it has another hash than its manifest says"
        for at, why in ((0, "no firmware is stored: update first"),
                        (3, "its manifest is damaged or incomplete, or not of the format"),
                        (11, "its manifest is of another version of the format"), (40, hash_is_wrong),
                        (400, hash_is_wrong), (len(self.data) - 1, hash_is_wrong)):
            raw = bytearray(self.data)
            raw[at] ^= 1
            with open(os.path.join(device.path, "mx25r64.bin"), "r+b") as file:
                file.seek(STORE)
                file.write(raw)
            self.assertEqual(self.refused("modem", "apply", device.path), f"fmfu_storage: {why}")
            self.assertEqual(self.look(), ("ok", self.old, False, False))
        self.assertTrue(device.all_files()["modem.bin"] == modem)


class Apply(FullTest):
    def begin(self, **properties):
        device = super().begin(**properties)
        self.done("update", device.path, self.file)
        self.before = device.all_files()
        return device

    def test_a_cut_at_each_chunk_is_recovered_from(self):
        device = self.begin()
        for after in range(self.chunks + 1):
            self.restore(device, self.before)
            result = self.apply("--cut-after", after, "--json")
            report = result.json()
            self.assertEqual(list(report)[-1], "cut")
            if after == self.chunks:
                break
            self.assertEqual((result.code, report["cut"]["operation"], report["cut"]["kind"]),
                             (3, after + 1, "modem-chunk"))
            # Before its first chunk the modem is as it was, but the update is on record.
            self.assertEqual(self.look(), ("ok", self.old, True, True) if after == 0
                             else ("unbootable", None, True, True))
            self.recover("started" if after == 0 else "unbootable")
        self.assertEqual((result.code, report["cut"], report["state"]), (0, None, "ok"))
        self.assertEqual(self.look(), ("ok", self.new, True, False))

    def recover(self, at_boot):
        """Once more, after a boot that leaves the modem as it is."""
        out = self.done("boot", self.device.path).out
        self.assertIn(f"slotwise modem apply {self.device.path}", out)
        self.assertEqual(self.booted(self.device), at_boot)
        self.assertTrue(self.done("modem", "apply", self.device.path, "--json").json()["redone"])
        self.assertEqual(self.look(), ("ok", self.new, True, False))
        self.assertEqual(self.booted(self.device), "started")

    def test_a_cut_inside_any_chunk_is_recovered_from(self):
        device = self.begin()
        for after in range(self.chunks):
            self.restore(device, self.before)
            self.assertEqual(self.apply("--cut-after", f"{after}:{after}").code, 3)
            state, digest, stored, pending = self.look()
            self.assertIn((state, digest), (("ok", self.old), ("unbootable", None)))
            self.assertEqual((stored, pending), (True, True))
            self.recover("unbootable" if state == "unbootable" else "started")

    def test_cuts_may_follow_each_other(self):
        device = self.begin()
        pick = random.Random(SEED)
        for _ in range(20):
            self.assertEqual(self.apply("--cut-after", f"{pick.randrange(1, self.chunks)}:{pick.randrange(8)}").code, 3)
        self.assertEqual(self.look(), ("unbootable", None, True, True))
        self.recover("unbootable")
        self.assertEqual(device.path, self.device.path)

    def test_only_chunks_count(self):
        self.begin()
        result = self.apply("--cut-after", self.chunks - 1)
        self.assertEqual(result.code, 3)
        start, data = self.segments[-1]
        self.assertEqual(result.err, f"slotwise: {self.device.path}: power cut before operation {self.chunks}, write of "
                                     f"{len(data) % CHUNK} bytes at {start + len(data) // CHUNK * CHUNK:#x} of the "
                                     "modem\n")
        cut = self.apply("--cut-after", "2:1", "--json").json()["cut"]
        self.assertEqual(cut, {"operation": 3, "kind": "modem-chunk", "torn": True, "flash": None, "offset": 0x6000,
                               "size": CHUNK, "setting": None})

    def test_the_stored_file_is_kept_as_long_as_it_is_needed(self):
        device = self.begin()
        other = self.write("other", full_file(firmware("2.1.0")))
        self.assertEqual(self.apply("--cut-after", 5).code, 3)
        before = device.all_files()
        for args in ([other], [self.file], [other, "--restart"]):
            self.assertEqual(self.refused("update", device.path, *args),
                             f"{device.path}: cannot begin: the stored file is still needed: its update of the modem was "
                             "begun and not ended; slotwise modem apply does that")
        self.assertEqual(device.all_files(), before)
        self.done("modem", "apply", device.path)
        self.done("update", device.path, other)

    def test_a_stored_file_that_is_lost_meanwhile_may_be_stored_again(self):
        device = self.begin()
        self.assertEqual(self.apply("--cut-after", 5).code, 3)
        with open(os.path.join(device.path, "mx25r64.bin"), "r+b") as file:
            file.seek(STORE + 5000)
            file.write(b"\0")
        self.assertIn("the firmware is damaged", self.refused("modem", "apply", device.path))
        self.assertEqual(self.look(), ("unbootable", None, False, True))
        self.assertIn("one is needed", self.done("status", device.path).out)
        result = slotwise("update", device.path, self.file)
        self.assertEqual(result.code, 0)
        self.assertIn("warning: DFU_FULL_MODEM: flash is not as", result.err)
        self.done("modem", "apply", device.path)
        self.assertEqual(self.look(), ("ok", self.new, True, False))

    def test_a_file_that_the_modem_refuses_need_not_be_kept_although_an_update_is_pending(self):
        device = self.begin()
        self.assertEqual(self.apply("--cut-after", 5).code, 3)
        with open(os.path.join(device.path, "mx25r64.bin"), "r+b") as file:
            file.seek(STORE + 5000)
            file.write(b"\0")
        self.done("update", device.path, self.write("refused", full_file(firmware("2.1.0"), new_key())))
        self.assertIn("the modem refuses the signature", self.refused("modem", "apply", device.path))
        self.assertEqual(self.look(), ("unbootable", None, True, True))
        self.done("update", device.path, self.file)
        self.done("modem", "apply", device.path)
        self.assertEqual(self.look(), ("ok", self.new, True, False))

    def test_without_settings_the_modem_itself_knows_that_it_is_unbootable(self):
        device = self.begin()
        self.assertEqual(self.apply("--cut-after", 5).code, 3)
        os.unlink(os.path.join(device.path, "settings"))
        self.assertEqual(self.look(), ("unbootable", None, True, False))
        self.assertEqual(self.booted(device), "unbootable")
        self.done("modem", "apply", device.path)
        self.assertEqual(self.look(), ("ok", self.new, True, False))


class Download(FullTest):
    def update(self, *options, file=None):
        return slotwise("update", self.device.path, file or self.file, *options)

    def test_it_goes_on_after_a_cut_at_any_operation(self):
        device = self.begin()
        before = device.all_files()
        kinds = set()
        for after in operations():
            self.restore(device, before)
            result = self.update("--cut-after", after, "--json")
            cut = result.json()["cut"]
            if cut is None:
                break
            kinds.add((cut["kind"], cut["flash"]))
            there = next((i for i, (a, b) in enumerate(zip(self.stored(), self.data)) if a != b), len(self.data))
            again = self.update("--json")
            at = again.json()["resumed_at"] or 0
            self.assertEqual(again.code, 0)
            self.assertTrue(at <= there, (after, at, there))
            self.assertTrue(there - at <= PAGE or at == len(self.data), (after, at, there))
            self.assertTrue(self.stored() == self.data)
            self.assertEqual(self.look(), ("ok", self.old, True, False))
        self.assertEqual(kinds, {("program", "mx25r64"), ("erase", "mx25r64"), ("save", None)})
        self.assertGreater(after, 2 * len(self.data) // PAGE)

    def test_nothing_outside_the_partition_changes(self):
        device = self.begin()
        before = device.raw()
        self.done("update", device.path, self.file)
        after = device.raw()
        self.assertEqual(after["flash0"], before["flash0"])
        self.assertEqual(after["mx25r64"][:STORE], before["mx25r64"][:STORE])
        self.assertEqual(after["mx25r64"][STORE + 0x400000:], before["mx25r64"][STORE + 0x400000:])

    def test_another_file_begins_at_0(self):
        self.begin()
        self.update("--cut-after", 10)
        other = self.write("other", full_file(firmware("2.1.0")))
        self.assertEqual(len(read(other)), len(self.data))
        out = self.update(file=other).out
        self.assertIn("starting at 0: what fmfu_storage has of an earlier download is of another file", out)
        self.done("modem", "apply", self.device.path)
        self.assertEqual(self.modem(self.device)["version"], "2.1.0")

    def test_what_is_stored_is_verified_again(self):
        self.begin()
        self.update()
        out = self.update().out.splitlines()
        self.assertEqual(out[1:3], [f"resuming at {len(self.data)} of {len(self.data)}, same file",
                                    f"stored and verified: {len(self.data)} bytes as flash holds them"])
        out = self.update("--restart").out
        self.assertIn(f"starting at 0 instead of {len(self.data)} of {len(self.data)}, as asked\n", out)
        self.assertTrue(self.stored() == self.data)


class Bad(FullTest):
    def refused_and_unchanged(self, data):
        before = self.device.all_files()
        path = self.write("bad.cbor", data)
        message = self.refused("update", self.device.path, path)
        self.assertTrue(message.startswith(path + ": "), message)
        self.assertTrue(self.device.all_files() == before)
        return message.removeprefix(path + ": ")

    def bad(self, segments=None, **more):
        """A file whose manifest says other things than it should."""
        segments = [BOOTLOADER, *self.segments] if segments is None else segments
        return wrap(manifest_of(segments, **more)) + b"".join(data for _, data in segments)

    def test_each_byte_of_the_wrapper_matters(self):
        self.begin()
        wrapper = len(self.data) - sum(len(data) for _, data in [BOOTLOADER, *self.segments])
        first = self.data.index(DUMMY)
        compat = self.data.index(hashlib.sha256(self.data[wrapper:]).digest()) - 3
        self.assertEqual(self.data[compat - 1:compat + 2], b"\x01\x00\x58")
        for at in range(2, wrapper):
            # What the signature says only the modem can judge; compat has no meaning; an address is as good as another.
            if first <= at < first + 256 or at == compat:
                continue
            changed = self.data[:at] + bytes([self.data[at] ^ 0x80]) + self.data[at + 1:]
            if at in self.address_bytes():
                continue
            self.refused_and_unchanged(changed)

    def address_bytes(self):
        found = set()
        for start, _ in [BOOTLOADER, *self.segments]:
            encoded = cbor2.dumps(start)
            at = self.data.index(encoded)
            found |= set(range(at + 1, at + len(encoded)))
        return found

    def test_truncated_files_and_files_with_more_behind_are_refused(self):
        self.begin()
        for length in (2, 3, 5, 31, 32, 100, 200, 330, 340, 5000, 9000, len(self.data) - 1):
            self.refused_and_unchanged(self.data[:length])
        self.refused_and_unchanged(self.data + b"\xff")
        self.refused_and_unchanged(self.data + self.data)

    def test_segments_that_cannot_be_are_refused(self):
        self.begin()
        byte = b"\x01"
        for segments in ([], [(0x1000 + i, byte) for i in range(129)], [BOOTLOADER, (0x1000, b"")],
                         [BOOTLOADER, (0, byte)], [BOOTLOADER, (0x1000, byte * 2), (0x1001, byte)],
                         [BOOTLOADER, (0x1000, byte), (0x1000, byte)], [BOOTLOADER, (0xffffffff, byte * 2)],
                         [BOOTLOADER, (BOOTLOADER[0] + 5, byte)]):
            self.refused_and_unchanged(self.bad(segments))
        every = [0x1000, 1, 0x2000, 1]
        for table in (cbor2.dumps(every[:3]), cbor2.dumps(every + [2 ** 32, 1]), cbor2.dumps(every + [0x3000, 2 ** 32]),
                      cbor2.dumps([0x1000, -1]), cbor2.dumps([[0x1000, 1], [0x2000, 1]]), b"\x9f" + bytes.fromhex(
                          "19100001192000 01") + b"\xff", cbor2.dumps(every) + b"\0", b"",
                      cbor2.dumps([0x1000, 2 ** 31, 0x90000000, 2 ** 31 - 1, 0x10, 0x10]),
                      bytes.fromhex("84 1a00001000 01 192000 01")):
            self.refused_and_unchanged(self.bad([(0x1000, byte), (0x2000, byte)], table=table))

    def test_other_manifests_are_refused(self):
        self.begin()
        good = [BOOTLOADER, *self.segments]
        for more in (dict(version=0), dict(version=2), dict(compat=2 ** 32), dict(digest=bytes(32)),
                     dict(digest=bytes(31)), dict(digest=bytes(33))):
            self.refused_and_unchanged(self.bad(good, **more))
        blob = b"".join(data for _, data in good)
        manifest = manifest_of(good)
        for wrapper in (wrap(manifest, DUMMY[:-1]), wrap(manifest, DUMMY + b"\xff"),
                        wrap(manifest, protected=bytes.fromhex("a1013825")), wrap(manifest, unprotected={1: 2}),
                        wrap(manifest + b"\0"), wrap(cbor2.dumps([1, 0, bytes(32)])),
                        b"\xd2\x85" + wrap(manifest)[2:] + b"\0", b"\xd8\x12" + wrap(manifest)[1:],
                        cbor2.dumps([PROTECTED, {}, manifest, DUMMY])):
            path = self.write("bad.cbor", wrapper + blob)
            before = self.device.all_files()
            self.assertEqual(slotwise("update", self.device.path, path).code, 1)
            self.assertTrue(self.device.all_files() == before)
        self.done("update", self.device.path, self.write("good", self.bad(good, compat=2 ** 32 - 1)))

    def test_a_file_larger_than_the_partition_is_refused_and_one_as_large_is_not(self):
        self.begin(firmware_size=0x800000)
        least = len(full_file([(0x1000, bytes(0x3f0000))])) - 0x3f0000
        for extra in (1, 0):
            data = full_file([(0x1000, bytes(0x400000 - least + extra))])
            self.assertEqual(len(data), 0x400000 + extra)
            if extra:
                self.assertEqual(self.refused_and_unchanged(data), f"{len(data)} bytes, but fmfu_storage has "
                                                                   f"{0x400000}: File too large")
        self.done("update", self.device.path, self.write("largest", data))

    def test_firmware_larger_than_the_modem_is_refused_and_as_large_is_not(self):
        self.begin(firmware_size=0x40000)
        for extra in (1, 0):
            segments = [(0x1000, bytes(0x20000)), (0x100000, bytes(0x20000 + extra))]
            if extra:
                self.assertIn("the modem has room for 262144", self.refused_and_unchanged(full_file(segments)))
        bootloader = (0x20000000, bytes(0x40001))
        self.assertIn("a bootloader of 262145", self.refused_and_unchanged(full_file(segments, bootloader=bootloader)))
        self.done("update", self.device.path, self.write("largest", full_file(segments)))
        self.done("modem", "apply", self.device.path)
        self.assertEqual(self.modem(self.device)["digest"], digest_of(segments))

    def test_what_the_modem_has_no_room_for_is_not_begun_with_wherever_it_comes_from(self):
        self.begin(firmware_size=0x40000)
        before = self.modem(self.device)
        with open(os.path.join(self.device.path, "mx25r64.bin"), "r+b") as file:
            file.seek(STORE)
            file.write(full_file([(0x1000, bytes(0x40001))]))
        self.assertIn("the modem has room for 262144", self.refused("modem", "apply", self.device.path))
        self.assertEqual(self.modem(self.device), {**before, "full_stored": True})


if __name__ == "__main__":
    unittest.main()
