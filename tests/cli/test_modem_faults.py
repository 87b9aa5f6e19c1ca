# SPDX-License-Identifier: Apache-2.0
"""--modem-fault: each call of the modem fails in each way; what it leaves goes on without the fault."""
import os
import unittest

from modem_files import ModemTest, digest_of, firmware, full_file
from support import read, slotwise

DELTA = ("uuid", "area", "offset", "erase", "write", "end", "apply", "rollback")
FULL = ("begin", "bootloader-write", "verify", "firmware-write", "digest", "finish")
NAMES = ("out-of-memory", "block-too-large", "invalid-header", "internal-00", "invalid-data", "internal-01",
         "internal-02", "internal-03", "invalid-uuid", "invalid-address", "area-not-blank", "write-error", "erase-error",
         "invalid-file-offset", "progress-log-invalid", "invalid-resume", "erase-pending", "not-allowed",
         "incomplete-data", "interrupted-write", "invalid-operation", "internal-04", "power-warning")
ERRNOS = ("EIO", "EPERM", "ENOMEM", "EACCES", "EFAULT", "EINVAL", "EAGAIN", "EBUSY", "ENODEV", "ETIMEDOUT", "ESHUTDOWN")
LATER = (1, 2, 5, 11, 14, 17, 18, "EIO", "EAGAIN")
CHANGING = ("modem.bin", "settings")  # files of the device; its flash stays as it is


class Option(ModemTest):
    def test_it_is_read_strictly(self):
        device = self.device_with_modem()
        before = device.all_files()
        for value in ("", "uuid", "uuid:", ":17", "uuid:0", "uuid:24", "uuid:-1", "uuid:17:", "uuid:17:x", "uuid:17:1:1",
                      "uuid:17:-1", "uuid: 17", "uid:17", "uuid:EFOO", "uuid:eio", "uuid:erase", "uuid:17:99999999999999999999",
                      "UUID:17", "uuid:0x11"):
            for verb in (["update", device.path, "file"], ["boot", device.path], ["modem", device.path],
                         ["modem", "apply", device.path], ["modem", "rollback", device.path]):
                self.assertIn("--modem-fault", self.wrong_usage(*verb, "--modem-fault", value))
        self.assertIn("no such option", self.wrong_usage("status", device.path, "--modem-fault", "uuid:17"))
        self.assertEqual(device.all_files(), before)

    def test_a_code_has_a_number_and_a_name(self):
        device = self.device_with_modem()
        for number, name in enumerate(NAMES, start=1):
            for value in (number, name):
                self.assertEqual(self.refused("modem", device.path, "--modem-fault", f"uuid:{value}"),
                                 f"{device.path}: the modem answers uuid: {name}")
        self.assertEqual(self.refused("modem", device.path, "--modem-fault", "offset:EIO"),
                         f"{device.path}: the modem answers offset: Input/output error")

    def test_it_fails_after_calls_that_work(self):
        device = self.device_with_modem()
        self.done("modem", device.path, "--modem-fault", "uuid:17:1")
        for call in ("uuid", "area", "offset", "digest"):
            self.refused("modem", device.path, "--modem-fault", f"{call}:17:0")
        self.done("modem", device.path, "--modem-fault", "write:17")

    def test_a_board_without_a_modem_has_none_that_could_fail(self):
        device = self.make("nrf52840dk")
        self.done("flash", device.path, "slot0", self.OLD)
        self.done("boot", device.path, "--modem-fault", "uuid:17")

    def test_boot_warns_and_starts_the_application(self):
        device = self.device_with_modem()
        result = slotwise("boot", device.path, "--modem-fault", "uuid:EIO", "--json")
        self.assertEqual((result.code, result.json()["modem"]), (0, "started"))
        self.assertEqual(result.err, f"slotwise: {device.path}: warning: the modem answers uuid: Input/output error\n")

    def test_a_report_tells_it(self):
        device = self.device_with_modem()
        result = slotwise("modem", device.path, "--modem-fault", "area:EIO", "--json")
        report = result.json()
        self.assertEqual((result.code, list(report)[-1]), (1, "error"))
        self.assertEqual("slotwise: " + report["error"] + "\n", result.err)


class Every(ModemTest):
    def ends(self, *args):
        """0 or 1, one error with 1, and warnings beside it."""
        result = slotwise(*args)
        self.assertIn(result.code, (0, 1), (args, result.err))
        errors = [line for line in result.err.splitlines() if ": warning: " not in line]
        self.assertEqual(len(errors), result.code, (args, result.err))
        return result.code

    def sweep(self, device, calls, args, judge):
        """All faults of these calls, the later ones by fewer codes; those that are met. What goes on from a state goes
        on alike each time, because a run knows nothing but the folder: each state that faults leave is judged once."""
        before = device.all_files()
        met, states = set(), set()
        for call in calls:
            for after, codes in ((0, (*range(1, 24), *ERRNOS)), (1, LATER), (3, LATER)):
                for code in codes:
                    for name in CHANGING:
                        self.write(os.path.join(device.path, name), before[name])
                    fault = f"{call}:{code}:{after}"
                    if self.ends(*args, "--modem-fault", fault) == 1:
                        met.add((call, after))
                    state = tuple(read(os.path.join(device.path, name)) for name in CHANGING)
                    if hash(state) not in states:
                        states.add(hash(state))
                        judge(fault)
        left = device.all_files()
        self.assertLessEqual({name for name in left if left[name] != before.get(name)}, set(CHANGING))
        return met

    def test_an_update_by_a_patch_goes_on_after_each_fault(self):
        device = self.device_with_modem(firmware_size=0x48000)
        self.done("update", device.path, self.make_delta("1.0.0", "1.1.0"))
        self.booted(device)
        back, new = self.make_delta("1.1.0", "1.0.0", "back.bin"), self.factory_digest("1.0.0")

        def judge(fault):
            result = slotwise("update", device.path, back)
            self.assertEqual(result.code, 0, (fault, result.err))
            self.assertEqual(self.booted(device), "updated", fault)
            self.assertEqual(self.modem(device)["digest"], new, fault)

        # The area is dirty: all calls but that of rollback are met.
        met = self.sweep(device, DELTA, ["update", device.path, back, "--chunk", 10000], judge)
        self.assertEqual({call for call, _ in met}, set(DELTA) - {"rollback"})
        self.assertEqual({after for call, after in met if call == "write"}, {0, 1, 3})

    def test_a_full_update_is_completed_after_each_fault(self):
        device = self.device_with_modem(firmware_size=0x48000)
        segments = firmware("2.0.0", sizes=(9000, 5000))
        old, new = self.factory_digest("1.0.0"), digest_of(segments)
        self.done("update", device.path, self.write("full", full_file(segments)))

        def judge(fault):
            modem = self.modem(device)
            self.assertIn((modem["state"], modem["digest"]), (("ok", old), ("unbootable", None), ("ok", new)), fault)
            if modem["state"] == "unbootable":
                self.assertTrue(modem["full_pending"], fault)
            self.done("modem", "apply", device.path)
            self.assertEqual(self.modem(device)["digest"], new, fault)

        met = self.sweep(device, FULL, ["modem", "apply", device.path], judge)
        self.assertEqual(met, {("begin", 0), ("bootloader-write", 0), ("bootloader-write", 1), ("verify", 0),
                               ("firmware-write", 0), ("firmware-write", 1), ("firmware-write", 3), ("finish", 0)})

    def test_what_a_fault_leaves_is_told(self):
        device = self.device_with_modem(firmware_size=0x48000)
        full = self.write("full", full_file(firmware("2.0.0")))
        self.done("update", device.path, full)
        for fault, said in (("begin:EIO", "bootloader of the modem: Input/output error; the modem has its old firmware"),
                            ("verify:EACCES", "the modem refuses the signature of the stored file; the modem has its old "
                                              "firmware"),
                            ("firmware-write:ETIMEDOUT:2", "firmware: Connection timed out; the modem cannot be started "
                                                           "until slotwise modem apply has succeeded"),
                            ("firmware-write:ECANCELED:1", "firmware: Input/output error; the modem cannot be started "
                                                           "until slotwise modem apply has succeeded"),
                            ("finish:5", "end of the update: Input/output error; the modem cannot be started until "
                                         "slotwise modem apply has succeeded")):
            self.assertEqual(self.refused("modem", "apply", device.path, "--modem-fault", fault), f"{device.path}: {said}")
            report = slotwise("modem", "apply", device.path, "--modem-fault", fault, "--json").json()
            self.assertEqual(report["state"], self.modem(device)["state"])

    def test_a_patch_is_to_blame_only_when_the_modem_has_seen_it(self):
        device = self.device_with_modem(firmware_size=0x48000)
        patch = self.make_delta("1.0.0", "1.1.0")
        self.assertEqual(self.refused("update", device.path, patch, "--modem-fault", "area:invalid-data"),
                         f"{device.path}: cannot begin: the modem does not answer as one that takes a patch")
        self.assertIn("write: the modem refuses the patch: ",
                      self.refused("update", device.path, patch, "--modem-fault", "write:invalid-data"))

    def test_a_request_to_go_back_fails_in_words(self):
        device = self.device_with_modem(firmware_size=0x48000)
        self.done("update", device.path, self.make_delta("1.0.0", "1.1.0"))
        self.booted(device)
        self.assertEqual(self.refused("modem", "rollback", device.path, "--modem-fault", "rollback:18"),
                         f"{device.path}: the modem does not take it back: not-allowed")
        self.assertEqual(self.booted(device), "started")

    def test_an_erase_that_never_ends_is_given_up(self):
        device = self.device_with_modem(firmware_size=0x48000)
        self.done("update", device.path, self.make_delta("1.0.0", "1.1.0"))
        self.booted(device)
        back = self.make_delta("1.1.0", "1.0.0", "back.bin")
        result = slotwise("update", device.path, back, "--modem-fault", "offset:erase-pending")
        self.assertEqual(result.code, 1)
        self.assertEqual(result.out.count("... not done after "), 11)
        self.assertEqual(result.err, f"slotwise: {device.path}: the modem does not come to the end of the erase: given "
                                     "up after 660 s\n")
        report = slotwise("update", device.path, back, "--modem-fault", "offset:erase-pending", "--json").json()
        self.assertEqual((list(report)[-2:], report["scheduled"]), (["images", "error"], None))
        self.done("update", device.path, back)
        self.assertEqual(self.booted(device), "updated")


if __name__ == "__main__":
    unittest.main()
