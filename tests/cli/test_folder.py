# SPDX-License-Identifier: Apache-2.0
"""The device folder: what `new` makes, what is no device, who may use one, and a disk that is full."""
import fcntl
import os
import resource
import shutil
import signal
import subprocess
import unittest

from support import BOARDS, CliTest, ROOT, SLOTWISE, image, read, slotwise

BOARD = os.path.join(ROOT, "boards/nrf52840dk.dts")
BOARD_WITH_SCRATCH = os.path.join(ROOT, "boards/stm32f4.dts")
OTHER_MODES = ("swap-scratch", "swap-offset", "overwrite-only", "direct-xip", "direct-xip-revert", "ram-load",
               "ram-load-revert", "single-slot", "firmware-loader")


class Folder(CliTest):
    def test_new_writes_every_byte_of_every_flash(self):
        for board, what in BOARDS.items():
            device = self.make(board, name=board)
            self.assertEqual(sorted(os.listdir(device.path)),
                             sorted(["board.dtb"] + [label + ".bin" for label in what["files"]] +
                                    ["modem.bin"] * device.has_modem))
            for label, size in what["files"].items():
                path = os.path.join(device.path, label + ".bin")
                self.assertEqual(read(path), b"\xff" * size)
                self.assertGreaterEqual(os.stat(path).st_blocks * 512, size)

    def test_flash_that_erases_to_zero_is_made_of_zeros(self):
        source = read(BOARD).decode().replace("write-block-size = <4>;", "write-block-size = <4>; erase-value = <0>;")
        self.done("new", self.path("dev"), "--board", self.write("zero.dts", source.encode()))
        self.assertEqual(read(self.path("dev/flash0.bin")), b"\0" * 0x100000)

    def test_an_existing_path_is_left_alone(self):
        self.write("file", b"x")
        os.mkdir(self.path("folder"))
        self.write("folder/mine", b"y")
        for name in ("file", "folder"):
            self.assertEqual(self.refused("new", self.path(name), "--board", BOARD),
                             self.path(name) + ": File exists")
        self.assertEqual(os.listdir(self.path("folder")), ["mine"])

    def test_an_empty_folder_becomes_the_device(self):
        os.mkdir(self.path("dev"))
        self.done("new", self.path("dev"), "--board", BOARD)
        self.assertEqual(sorted(os.listdir(self.path("dev"))), ["board.dtb", "flash0.bin"])
        self.assertIn("File exists", self.refused("new", self.path("dev"), "--board", BOARD))

    def test_a_parent_that_is_missing_is_not_made(self):
        self.assertIn("No such file or directory", self.refused("new", self.path("a/b"), "--board", BOARD))
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_board_that_is_wrong_is_named_with_its_line_and_nothing_is_made(self):
        source = read(BOARD).decode()
        for change, words in (((";\n};", "\n};"), "broken.dts:65"),
                              (("erase-block-size = <4096>", "erase-block-size = <4097>"), "erase-block-size: a page of"),
                              (("slot0_partition: partition", "partition"), "\"slot0_partition\""),
                              (("/dts-v1/;", "#include \"gone.dtsi\"\n/dts-v1/;"), "gone.dtsi")):
            path = self.write("broken.dts", source.replace(*change, 1).encode())
            self.assertIn(words, self.refused("new", self.path("dev"), "--board", path))
            self.assertFalse(os.path.exists(self.path("dev")))
        self.assertEqual(self.refused("new", self.path("dev"), "--board", self.path("gone")),
                         self.path("gone") + ": No such file or directory")

    def test_a_board_may_use_the_preprocessor_and_any_name(self):
        self.write("value.h", b"#define WRITE_BLOCK 4\n")
        source = read(BOARD).decode().replace("/dts-v1/;", "#include \"value.h\"\n/dts-v1/;")
        source = source.replace("write-block-size = <4>", "write-block-size = <WRITE_BLOCK>")
        self.write("-x $(touch oops) it's.dts", source.encode())
        result = subprocess.run([SLOTWISE, "new", "dev", "--board", "-x $(touch oops) it's.dts"], cwd=self.folder,
                                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(self.folder)), ["-x $(touch oops) it's.dts", "dev", "value.h"])

    def test_the_mode_of_the_command_line_replaces_the_boards(self):
        for mode in OTHER_MODES:
            self.done("new", self.path(mode), "--board", BOARD_WITH_SCRATCH, "--mode", mode)
            self.assertEqual(self.done("status", self.path(mode), "--json").json()["mode"], mode)
        self.assertIn("scratch_partition: is missing",
                      self.refused("new", self.path("dev"), "--board", BOARD, "--mode", "swap-scratch"))

    def test_what_is_no_device_is_not_touched(self):
        device = self.make()
        self.write("file", b"x")
        os.mkdir(self.path("empty"))
        for verb in (["status"], ["boot"], ["confirm"], ["cancel"], ["schedule"],
                     ["update", image("tiny-1.0.0-none.bin")], ["flash", "slot0", image("tiny-1.0.0-none.bin")]):
            for name, why in (("file", "not a device folder"), ("gone", "No such file or directory"),
                              ("empty", "not a device folder: there is no board.dtb in it")):
                self.assertEqual(self.refused(verb[0], self.path(name), *verb[1:]), f"{self.path(name)}: {why}")
        self.assertEqual(os.listdir(self.path("empty")), [])
        self.write("dev/board.dtb", b"\xd0\x0d\xfe\xed" + bytes(60))
        self.assertIn("not a devicetree blob", self.refused("status", device.path))

    def test_a_raw_file_of_another_size_is_named(self):
        device = self.make()
        raw = os.path.join(device.path, "flash0.bin")
        for size in (0, 0xFFFFF, 0x100001):
            os.truncate(raw, size)
            self.assertEqual(self.refused("status", device.path),
                             f"{device.path}: {raw}: {size} bytes, but the flash has 1048576")
        os.unlink(raw)
        self.assertIn(raw + ": No such file", self.refused("status", device.path))
        os.mkdir(raw)
        self.assertIn(raw + ": Is a directory", self.refused("status", device.path))

    def test_a_device_in_use_is_refused_until_it_is_free(self):
        device = self.make()
        folder = os.open(device.path, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        before = device.all_files()
        for verb in (["status"], ["boot"], ["confirm"], ["cancel"], ["schedule"],
                     ["update", image("tiny-1.0.0-none.bin")], ["flash", "slot0", image("tiny-1.0.0-none.bin")]):
            self.assertEqual(self.refused(verb[0], device.path, *verb[1:]),
                             device.path + ": in use by another process")
        self.assertEqual(device.all_files(), before)
        fcntl.flock(folder, fcntl.LOCK_UN)
        self.done("status", device.path)

    def test_raw_files_may_be_replaced_between_commands(self):
        device = self.make()
        other = self.make(name="other")
        self.done("flash", other.path, "slot0", image("med-1.0.0-ec256.bin"))
        shutil.copy(os.path.join(other.path, "flash0.bin"), os.path.join(device.path, "flash0.bin"))
        self.assertEqual(device.boot()["booted"]["version"], "1.0.0+0")

    def test_damaged_settings_cost_progress_and_never_the_update(self):
        device = self.make()
        self.done("flash", device.path, "slot0", image("tiny-1.0.0-none.bin"))
        warning = f"slotwise: {device.path}: warning: settings: is damaged: no progress is known or kept; " \
                  f"delete {device.path}/settings\n"
        for text in (b"garbage\n", b"\0\xff", b"sim/active/0=02\n", b"sim/active/0=0"):
            for verb in (["status"], ["boot"], ["update", image("tiny-1.1.0-none.bin")], ["schedule"], ["cancel"],
                         ["confirm"]):
                self.write("dev/settings", text)
                result = slotwise(verb[0], device.path, *verb[1:])
                self.assertEqual((result.code, result.err.count(warning)), (0, 1), verb)
        self.write("dev/settings", b"garbage\n")
        self.assertEqual(slotwise("update", device.path, image("tiny-1.1.0-none.bin")).code, 0)
        self.assertIn("boots 1.1.0+0", slotwise("boot", device.path).out)
        self.assertEqual(read(self.path("dev/settings")), b"garbage\n")

    def limited(self, size, *args):
        """With no file allowed to grow past a size: how a full disk looks to a program that cannot be given one."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        return self.refused(*args, preexec_fn=limit, restore_signals=False)

    def test_a_full_disk_is_found_by_new_and_leaves_nothing(self):
        # Larger than the compiled board, smaller than a flash; of two flashes the second one does not fit.
        for board, size in (("nrf52840dk", 0x8000), ("nrf52840dk", 0xFFFFF), ("nrf9160dk", 0x200000)):
            source = os.path.join(ROOT, "boards", board + ".dts")
            message = self.limited(size, "new", self.path("dev"), "--board", source)
            self.assertRegex(message, r"dev: .*\.bin: (File too large|No space left on device)")
            self.assertEqual(os.listdir(self.folder), [])
        os.mkdir(self.path("dev"))
        self.limited(0x8000, "new", self.path("dev"), "--board", BOARD)
        self.assertEqual((os.listdir(self.folder), os.listdir(self.path("dev"))), (["dev"], []))

    def test_a_full_disk_stops_a_verb_before_it_writes_flash(self):
        device = self.make()
        self.done("flash", device.path, "slot0", image("med-1.0.0-ec256.bin"))
        before = device.all_files()
        for verb in (["boot", device.path], ["update", device.path, image("med-1.1.0-ec256.bin")],
                     ["cancel", device.path], ["confirm", device.path]):
            self.assertEqual(self.limited(0, *verb), device.path + ": settings: File too large")
            self.assertEqual(device.all_files(), before)

    def test_a_report_that_cannot_be_written_is_a_failure(self):
        device = self.make()
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([SLOTWISE, "status", device.path], stdout=full, stderr=subprocess.PIPE, text=True,
                                    check=False)
        self.assertEqual((result.returncode, result.stderr), (1, "slotwise: stdout: cannot be written\n"))

    def test_a_damaged_memory_of_slots_is_told_by_every_verb_that_needs_it_and_left_alone(self):
        device = self.make(mode="direct-xip")
        self.done("flash", device.path, "slot0", image("tiny-1.0.0-none.bin"))
        self.done("flash", device.path, "slot1", image("tiny-1.1.0-none.bin"))
        settings = os.path.join(device.path, "settings")
        advice = f"; delete {settings}: it only remembers the running slots and updates that are not ended"
        for text in (b"garbage\n", b"\0\xff", b"sim/active/0=02\n", b"sim/active/0=ff\n", b"sim/active/0=\n",
                     b"sim/active/0=0000\n", b"sim/active/0=0"):
            self.write("dev/settings", text)
            before = device.all_files()
            for verb in (["status"], ["boot"], ["confirm"], ["cancel"], ["schedule"],
                         ["update", image("tiny-1.1.0-none.bin")]):
                self.assertEqual(self.refused(verb[0], device.path, *verb[1:]),
                                 f"{device.path}: settings: is damaged{advice}")
            self.assertEqual(device.all_files(), before)
        os.unlink(settings)
        os.mkdir(settings)
        self.assertEqual(self.refused("status", device.path), f"{device.path}: settings: is a directory{advice}")
        self.assertIn("is a directory" + advice, self.refused("boot", device.path))
        os.rmdir(settings)
        os.mkfifo(settings)
        for verb in ("status", "boot", "confirm"):
            self.assertEqual(self.refused(verb, device.path), f"{device.path}: settings: is no regular file{advice}")
        os.unlink(settings)
        self.done("boot", device.path)

    def test_status_reports_everything_else_beside_a_damaged_memory_of_slots(self):
        device = self.make(mode="direct-xip")
        self.done("flash", device.path, "slot0", image("tiny-1.0.0-none.bin"))
        self.write("dev/settings", b"garbage\n")
        result = slotwise("status", device.path, "--json")
        self.assertEqual(result.code, 1)
        self.assertEqual(list(result.json()), ["mode", "images", "modem", "bootloader", "error"])
        self.assertEqual(result.json()["images"][0]["slots"][0]["version"], "1.0.0+0")
        self.assertEqual("slotwise: " + result.json()["error"] + "\n", result.err)

    def test_a_fifo_makes_no_verb_wait(self):
        device = self.make()
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        for args in (["new", self.path("other"), "--board", fifo], ["flash", device.path, "slot0", fifo],
                     ["flash", device.path, "slot0", fifo, "--raw"], ["update", device.path, fifo], ["inspect", fifo],
                     ["inspect", image("tiny-1.0.0-none.bin"), "--key", fifo]):
            self.assertEqual(self.refused(*args), fifo + ": not a regular file")
        self.assertEqual(self.refused("inspect", "/dev/zero"), "/dev/zero: not a regular file")
        self.assertEqual(self.refused("inspect", self.folder), self.folder + ": Is a directory")
        for name in ("flash0.bin", "board.dtb"):
            os.rename(os.path.join(device.path, name), self.path(name))
            os.mkfifo(os.path.join(device.path, name))
            for verb in ("status", "boot"):
                self.assertEqual(self.refused(verb, device.path), f"{device.path}: {device.path}/{name}: "
                                                                  "not a regular file")
            os.unlink(os.path.join(device.path, name))
            os.rename(self.path(name), os.path.join(device.path, name))
        self.done("status", device.path)


if __name__ == "__main__":
    unittest.main()
