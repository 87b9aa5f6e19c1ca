# SPDX-License-Identifier: Apache-2.0
"""A patch of the modem's firmware: judged, collected by the modem, cut, gone on with, applied at boot, taken back."""
import os
import re
import unittest

from modem_files import ModemTest, firmware, full_file
from support import read, slotwise

DONE = 100000  # more operations than any update has
DIRTY = 2621440  # how a modem says that the patch area has to be erased


class DeltaTest(ModemTest):
    def begin(self, **properties):
        self.device = self.device_with_modem(firmware_size=0x80000, **properties)
        self.patch = self.make_delta("1.0.0", "1.1.0")
        self.size = len(read(self.patch))
        self.old, self.new = self.factory_digest("1.0.0"), self.factory_digest("1.1.0")
        return self.device

    def update(self, *options, file=None):
        return slotwise("update", self.device.path, file or self.patch, *options)

    def state(self):
        modem = self.modem(self.device)
        return modem["state"], modem["digest"], modem["delta_offset"]

    def leave_dirty(self):
        """The state after an applied patch: 1.1.0 runs, the area holds the way back."""
        self.done("update", self.device.path, self.patch)
        self.assertEqual(self.booted(self.device), "updated")


class Life(DeltaTest):
    def test_a_patch_is_collected_and_applied_by_the_next_boot(self):
        device = self.begin()
        out = self.done("update", device.path, self.patch).out.splitlines()
        self.assertEqual(out[0], f"modem: a patch of {self.size} bytes for firmware 1.0.0")
        self.assertEqual(out[-3:-1], [f"the modem has all {self.size} bytes",
                                    "scheduled for the next boot: the modem applies it then"])
        self.assertEqual(self.state(), ("pending", self.old, self.size))
        self.assertIn("modem: the patch is applied, runs 1.1.0\n", self.done("boot", device.path).out)
        self.assertEqual(self.state(), ("ok", self.new, DIRTY))
        self.assertEqual(self.booted(device), "started")

    def test_an_area_in_use_is_erased_first_which_takes_time(self):
        device = self.begin(erase_time_ms=150000)
        self.leave_dirty()
        back = self.make_delta("1.1.0", "1.0.0", "back.bin")
        out = self.done("update", device.path, back).out.splitlines()
        self.assertEqual(out[1:5], ["the modem erases its patch area ...", "... not done after 60 s",
                                    "... not done after 120 s", "... done after 150 s"])
        self.assertEqual(self.booted(device), "updated")
        self.assertEqual(self.state(), ("ok", self.old, DIRTY))

    def test_an_erase_may_take_an_hour(self):
        device = self.begin(erase_time_ms=3600000)
        self.leave_dirty()
        self.assertIn("... done after 3600 s\n",
                      self.done("update", device.path, self.make_delta("1.1.0", "1.0.0", "back.bin")).out)

    def test_it_can_be_rolled_back_until_the_area_is_erased(self):
        device = self.begin()
        nothing = f"{device.path}: the modem has no firmware to go back to: only a patch leaves one, until the patch " \
                  "area is erased"
        self.assertEqual(self.refused("modem", "rollback", device.path), nothing)
        self.leave_dirty()
        self.assertEqual(self.done("modem", "rollback", device.path, "--json").json(), {"state": "pending"})
        self.assertEqual(self.state()[:2], ("pending", self.new))
        self.assertEqual(self.booted(device), "rolled-back")
        self.assertEqual(self.state()[:2], ("ok", self.old))
        self.done("update", device.path, self.patch, "--no-schedule")
        self.assertEqual(self.refused("modem", "rollback", device.path), nothing)

    def test_without_a_schedule_it_waits_in_the_modem(self):
        device = self.begin()
        report = self.done("update", device.path, self.patch, "--no-schedule", "--json").json()
        self.assertEqual(report.pop("receipt")["bytes_received"], self.size)
        self.assertEqual(report, {"image": None, "slot": None, "version": None, "size": self.size, "scheduled": None,
                                  "resumed_at": None, "type": "modem-delta", "images": None})
        self.assertEqual(self.state(), ("ok", self.old, self.size))
        self.assertEqual(self.booted(device), "started")
        report = self.done("update", device.path, self.patch, "--json").json()
        self.assertEqual((report["scheduled"], report["resumed_at"]), ("permanent", self.size))
        self.assertEqual(self.booted(device), "updated")

    def test_chunks_of_any_size_give_the_same_modem(self):
        self.begin()
        for number, chunk in enumerate((1, 31, 32, 4095, 1048576)):
            self.device = self.device_with_modem(name=f"dev{number}", firmware_size=0x80000)
            self.done("update", self.device.path, self.patch, "--chunk", chunk)
            self.assertEqual(self.state(), ("pending", self.old, self.size))
            self.assertEqual(self.booted(self.device), "updated")
            self.assertEqual(self.state()[1], self.new)

    def test_progress_is_told(self):
        self.begin()
        out = self.update("--chunk", 100).out
        self.assertEqual([int(line.split("%")[0]) // 10 for line in out.splitlines() if "%" in line],
                         list(range(1, 11)))


class Cuts(DeltaTest):
    def test_it_goes_on_where_the_modem_is_after_a_cut_at_any_operation(self):
        device = self.begin()
        self.leave_dirty()
        back = self.make_delta("1.1.0", "1.0.0", "back.bin")
        before = device.all_files()
        after, kinds = 0, []
        while True:
            self.restore(device, before)
            result = self.update("--cut-after", after, "--chunk", 4096, "--json", file=back)
            report = result.json()
            if report["cut"] is None:
                break
            self.assertEqual(result.code, 3)
            kinds.append(report["cut"]["kind"])
            state, digest, offset = self.state()
            self.assertEqual((state, digest), ("ok", self.new))
            again = self.update("--json", file=back)
            self.assertEqual((again.code, again.json()["resumed_at"]), (0, offset if 0 < offset < DIRTY else None), after)
            self.assertEqual(self.booted(device), "updated")
            self.assertEqual(self.state(), ("ok", self.old, DIRTY))
            after += 1
        self.assertEqual(kinds.count("modem-write"), -(-len(read(back)) // 4096))
        self.assertEqual({kind: kinds.count(kind) for kind in ("modem-erase", "modem-request")},
                         {"modem-erase": 1, "modem-request": 1})
        self.assertEqual(set(kinds), {"modem-erase", "modem-write", "modem-request", "save"})

    def test_a_cut_inside_an_operation_leaves_a_patch_that_goes_on_too(self):
        device = self.begin()
        self.leave_dirty()
        back = self.make_delta("1.1.0", "1.0.0", "back.bin")
        before = device.all_files()
        for after in range(DONE):
            self.restore(device, before)
            result = self.update("--cut-after", f"{after}:{after % 8}", "--chunk", 8192, file=back)
            if result.code == 0:
                break
            self.assertEqual(result.code, 3)
            state, digest, offset = self.state()
            self.assertIn((state, digest), (("ok", self.new), ("pending", self.new)))
            self.assertTrue(offset == DIRTY or offset <= len(read(back)))
            self.assertEqual(self.update(file=back).code, 0)
            self.assertEqual(self.booted(device), "updated")
            self.assertEqual(self.state(), ("ok", self.old, DIRTY))
        self.assertGreater(after, 8)

    def test_the_line_and_the_report_name_the_operation(self):
        device = self.begin()
        result = self.update("--cut-after", 6, "--chunk", 1000)
        match = re.search(r"power cut before operation 7, write of 1000 bytes at 0x([0-9a-f]+) of the modem's patch "
                          r"area\n\Z", result.err)
        self.assertEqual(int(match[1], 16), self.state()[2])
        cut = self.update("--cut-after", "1:3", "--chunk", 500, "--json").json()["cut"]
        self.assertEqual(list(cut), ["operation", "kind", "torn", "flash", "offset", "size", "setting"])
        self.assertEqual({**cut, "offset": 0}, {"operation": 2, "kind": "modem-write", "torn": True, "flash": None,
                                                "offset": 0, "size": 500, "setting": None})
        self.leave_dirty()
        back = self.make_delta("1.1.0", "1.0.0", "back.bin")
        before = device.all_files()
        lines = set()
        for after in range(12):
            self.restore(device, before)
            lines.add(self.update("--cut-after", after, "--chunk", 8192, file=back).err.partition(", ")[2])
        self.assertIn("erase of the modem's patch area\n", lines)
        self.assertIn("request to the modem\n", lines)

    def test_where_it_goes_on_is_said(self):
        device = self.begin()
        self.update("--cut-after", 12, "--chunk", 1000)
        offset = self.state()[2]
        self.assertTrue(0 < offset < self.size)
        out = self.done("update", device.path, self.patch).out.splitlines()
        self.assertEqual(out[1], f"resuming at {offset} of {self.size}, same file")

    def test_a_request_to_go_back_counts_or_does_not(self):
        device = self.begin()
        self.leave_dirty()
        before = device.all_files()
        for option, wanted in (("0", "started"), ("0:0", None), ("0:1", None), ("1", "rolled-back")):
            self.restore(device, before)
            result = slotwise("modem", "rollback", device.path, "--cut-after", option)
            self.assertEqual(result.code, 0 if option == "1" else 3)
            self.assertIn(self.booted(device), (wanted,) if wanted else ("started", "rolled-back"))


class Other(DeltaTest):
    def test_another_patch_begins_at_0_and_is_never_spliced(self):
        device = self.begin()
        other = self.make_delta("1.0.0", "1.2.0", "other.bin")
        self.update("--cut-after", 12, "--chunk", 1000)
        out = self.done("update", device.path, other).out
        self.assertIn("starting at 0: what the modem has of an earlier download is of another file", out)
        self.assertIn("the modem erases its patch area ...\n... done after 20 s\n", out)
        self.assertEqual(self.booted(device), "updated")
        self.assertEqual(self.state()[1], self.factory_digest("1.2.0"))

    def test_another_patch_takes_the_place_of_one_that_is_scheduled(self):
        device = self.begin()
        self.done("update", device.path, self.patch)
        self.done("update", device.path, self.make_delta("1.0.0", "1.2.0", "other.bin"), "--no-schedule")
        self.assertEqual(self.booted(device), "started")
        self.assertEqual(self.state()[1], self.old)

    def test_restart_begins_at_0(self):
        device = self.begin()
        self.update("--cut-after", 12, "--chunk", 1000)
        offset = self.state()[2]
        before = device.all_files()
        report = self.done("update", device.path, self.patch, "--restart", "--json").json()
        self.assertIsNone(report["resumed_at"])
        self.restore(device, before)
        out = self.done("update", device.path, self.patch, "--restart").out
        self.assertIn(f"starting at 0 instead of {offset} of {self.size}, as asked\n", out)
        self.assertIn("the modem erases its patch area ...\n", out)
        self.done("update", device.path, self.patch, "--restart", "--no-schedule")
        self.assertEqual(self.booted(device), "started")

    def test_without_settings_it_begins_at_0(self):
        device = self.begin()
        self.update("--cut-after", 12, "--chunk", 1000)
        os.unlink(os.path.join(device.path, "settings"))
        out = self.done("update", device.path, self.patch).out
        self.assertIn("starting at 0", out)
        self.assertEqual(self.booted(device), "updated")

    def test_settings_that_cannot_be_written_cost_progress_alone(self):
        device = self.begin()
        os.mkdir(os.path.join(device.path, "settings.tmp"))
        result = self.update()
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("warning", result.err)
        os.rmdir(os.path.join(device.path, "settings.tmp"))
        self.assertEqual(self.booted(device), "updated")


class Bad(DeltaTest):
    def refused_and_unchanged(self, data, name="bad.bin"):
        before = self.device.all_files()
        path = self.write(name, data)
        message = self.refused("update", self.device.path, path)
        self.assertTrue(message.startswith(path + ": "), message)
        self.assertEqual(self.device.all_files(), before)
        return message.removeprefix(path + ": ")

    def test_damaged_and_truncated_patches_are_refused_before_the_modem_is_touched(self):
        self.begin()
        data = read(self.patch)
        for at in [*range(4), *range(8, 130), *range(200, self.size, 1543), self.size - 1]:
            self.refused_and_unchanged(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:])
        for length in (8, 31, 32, 83, 84, 100, 1000, self.size - 1):
            self.refused_and_unchanged(data[:length])
        self.refused_and_unchanged(data + b"\0")
        self.refused_and_unchanged(data + data)
        self.done("update", self.device.path, self.patch)

    def test_a_patch_for_another_firmware_is_refused(self):
        device = self.begin()
        uuid = self.modem(device)["uuid"]
        message = self.refused_and_unchanged(read(self.make_delta("1.1.0", "1.2.0", "other.bin")))
        self.assertRegex(message, rf"\Aa patch for a firmware with UUID [0-9a-f-]{{36}}, but the modem has {uuid}\Z")
        self.assertNotIn("UUID " + uuid, message)
        self.leave_dirty()
        self.assertIn(f"for a firmware with UUID {uuid}", self.refused_and_unchanged(read(self.patch)))

    def test_a_patch_larger_than_the_area_is_refused_and_one_as_large_is_not(self):
        self.begin()
        for size in (self.size - 1, self.size):
            self.device = self.device_with_modem(name=f"dev{size}", firmware_size=0x80000, patch_area_size=size)
            if size < self.size:
                self.assertEqual(self.refused_and_unchanged(read(self.patch)),
                                 f"{self.size} bytes, but the modem's patch area has {size}: File too large")
        self.done("update", self.device.path, self.patch)
        self.assertEqual(self.booted(self.device), "updated")

    def test_a_modem_without_firmware_takes_no_patch(self):
        device = self.begin()
        self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"))))
        self.assertEqual(slotwise("modem", "apply", device.path, "--cut-after", 4).code, 3)
        before = device.all_files()
        self.assertIn("no firmware that could be patched", self.refused("update", device.path, self.patch))
        self.assertIn("no firmware to go back to", self.refused("modem", "rollback", device.path))
        self.assertEqual(device.all_files(), before)

    def test_a_patch_whose_firmware_has_gone_meanwhile_is_not_applied(self):
        device = self.begin()
        self.done("update", device.path, self.patch, "--no-schedule")
        self.done("update", device.path, self.write("full", full_file(firmware("2.0.0"))))
        self.done("modem", "apply", device.path)
        self.assertIn("a patch for a firmware with UUID", self.refused("update", device.path, self.patch))
        self.assertEqual(self.booted(device), "started")
        self.assertEqual(self.modem(device)["version"], "2.0.0")


if __name__ == "__main__":
    unittest.main()
