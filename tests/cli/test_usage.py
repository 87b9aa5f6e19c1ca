# SPDX-License-Identifier: Apache-2.0
"""Command lines: help, wrong usage, progress, colours."""
import os
import pty
import re
import subprocess
import unittest

from support import CliTest, ROOT, SLOTWISE, image, slotwise

VERBS = ["new", "flash", "update", "schedule", "boot", "confirm", "cancel", "status", "modem", "modem apply",
         "modem rollback", "inspect", "make modem-full", "make modem-delta", "make package"]
OPTIONS = {
    "new": ["--board", "--mode", "--modem-key"],
    "update": ["--chunk", "--image", "--permanent", "--key", "--no-schedule", "--restart", "--s0", "--s1",
               "--cut-after", "--modem-fault"],
    "schedule": ["--image", "--permanent", "--cut-after"],
    "flash": ["--raw", "--cut-after"],
    "confirm": ["--cut-after"],
    "cancel": ["--cut-after"],
    "boot": ["--loader", "--modem-fault"],
    "modem": ["--modem-fault"],
    "modem apply": ["--cut-after", "--modem-fault"],
    "modem rollback": ["--cut-after", "--modem-fault"],
    "inspect": ["--key"],
    "make package": ["--align", "--image"],
}
OLD = image("med-1.0.0-ec256.bin")
NEW = image("med-1.1.0-ec256.bin")
LINE = r" *\d+%  +\d+\.\d [KMG]?i?B/s  ETA \d+:\d\d"


def on_terminal(*args, env):
    """Output of a run whose stdout is a terminal."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([SLOTWISE, *args], stdout=theirs, stderr=subprocess.PIPE,
                             env={"PATH": os.environ["PATH"], **env})
    os.close(theirs)
    output = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        output += piece
    os.close(ours)
    child.stderr.close()
    return child.wait(), output.decode()


class Usage(CliTest):
    def test_every_verb_has_help_that_names_its_options(self):
        listing = self.done("--help").out
        self.assertEqual(self.done("-h").out, listing)
        for verb in VERBS:
            self.assertRegex(listing, rf"(?m)^  {verb} ")
            text = self.done(*verb.split(), "--help").out
            self.assertTrue(text.startswith(f"usage: slotwise {verb} "))
            self.assertEqual(self.done(*verb.split(), "-h").out, text)
            for option in OPTIONS.get(verb, []) + ["--json", "--help"]:
                self.assertRegex(text, rf"(?m)^  {option}\b")

    def test_the_version_is_told(self):
        self.assertRegex(self.done("--version").out, r"\Aslotwise \d+\.\d+\.\d+\n\Z")

    def test_wrong_usage_is_exit_2_with_the_usage_on_stderr(self):
        for args in ([], ["burn"], ["--burn"], ["new"], ["new", "dev"], ["new", "dev", "extra", "--board", "b"],
                     ["new", "dev", "--board"], ["new", "dev", "--board", "b", "--mode", "sideways"],
                     ["status"], ["status", "a", "b"], ["status", "a", "--burn"], ["status", "a", "-j"],
                     ["status", "a", "--permanent"], ["schedule", "a", "--permanent=1"],
                     ["schedule", "a", "--permanent", "--permanent"], ["flash", "dev", "slot0"], ["inspect"],
                     ["update", "dev"], ["update", "dev", "file", "--permanent", "--no-schedule"],
                     ["update", "dev", "--s0", "a"], ["update", "dev", "--s1", "b"],
                     ["update", "dev", "file", "--s0", "a", "--s1", "b"],
                     ["update", "dev", "--s0", "a", "--s1", "b", "--image", "0"]):
            self.wrong_usage(*args)

    def test_numbers_are_read_strictly(self):
        for number in ("", "0", "-1", "+1", " 1", "1 ", "0x10", "1k", "1048577", "18446744073709551617", "one"):
            self.assertIn("--chunk", self.wrong_usage("update", "dev", "file", "--chunk=" + number))
        for number in ("", "-1", "256", "zero", "1.0"):
            self.assertIn("--image", self.wrong_usage("schedule", "dev", "--image", number))

    def test_options_may_stand_anywhere(self):
        device = self.make()
        self.done("flash", device.path, "slot0", OLD)
        self.done("--help")
        self.done("update", "--chunk=1000", device.path, "--no-schedule", NEW, "--image", "0")
        self.done("status", "--json", "--", device.path)

    def test_progress_is_plain_lines_away_from_a_terminal(self):
        device = self.make()
        self.done("flash", device.path, "slot0", OLD)
        out = self.done("update", device.path, NEW, "--chunk", "1000").out
        lines = [line for line in out.splitlines() if "%" in line]
        self.assertEqual(len(lines), 10)
        for line in lines:
            self.assertRegex(line, rf"\A{LINE}\Z")
        percents = [int(line.split("%")[0]) for line in lines]
        self.assertEqual([percent // 10 for percent in percents], list(range(1, 11)))
        self.assertNotRegex(out, "[\r\033]")

    def test_progress_is_a_bar_on_a_terminal(self):
        device = self.make()
        code, out = on_terminal("update", device.path, NEW, "--chunk", "500", env={"TERM": "xterm"})
        self.assertEqual(code, 0)
        bars = re.findall(rf"\r\033\[32m\[(#*)(\.*)\]\033\[0m {LINE}", out)
        self.assertEqual(len(bars), 100)
        self.assertEqual({len(full + rest) for full, rest in bars}, {32})
        self.assertEqual(bars[-1], ("#" * 32, ""))

    def test_colours_are_left_out_where_they_are_not_wanted(self):
        device = self.make()
        for env in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}):
            code, out = on_terminal("update", device.path, NEW, env=env)
            self.assertEqual(code, 0)
            self.assertIn("\r[", out)
            self.assertNotIn("\033", out)
            self.assertNotIn("\033", on_terminal("status", device.path, env=env)[1])
        self.assertIn("\033[32m", on_terminal("status", device.path, env={"TERM": "xterm", "NO_COLOR": ""})[1])

    def test_json_is_one_object_and_nothing_else(self):
        device = self.make()
        self.done("flash", device.path, "slot0", OLD)
        for args in (["update", device.path, NEW], ["status", device.path], ["boot", device.path],
                     ["confirm", device.path], ["cancel", device.path], ["inspect", NEW],
                     ["flash", device.path, "slot1", NEW], ["schedule", device.path],
                     ["new", self.path("other"), "--board", os.path.join(ROOT, "boards/stm32f4.dts")]):
            self.assertIsInstance(self.done(*args, "--json").json(), dict)

    def test_json_is_printed_at_exit_1_too(self):
        empty = self.make()
        gone = self.path("gone")
        for args, wanted in ((["boot", empty.path], {"booted": None, "swap_types": ["none"], "active": None,
                                                   "modem": None, "bootloader": None, "recovered": None}),
                             (["boot", gone], {"booted": None, "swap_types": [], "active": None, "modem": None,
                                               "bootloader": None, "recovered": None}),
                             (["status", gone], {"mode": None, "images": [], "modem": None, "bootloader": None}),
                             (["confirm", gone], {"confirmed": []}), (["cancel", gone], {"cancelled": []})):
            result = slotwise(*args, "--json")
            self.assertEqual(result.code, 1)
            report = result.json()
            self.assertEqual(result.err, "slotwise: " + report.pop("error") + "\n")
            self.assertEqual(report, wanted)

    def test_the_map_draws_written_erased_and_trailer_parts_to_scale(self):
        device = self.make()
        self.done("flash", device.path, "slot0", OLD)
        self.done("update", device.path, NEW)
        # A byte that shares a cell with the trailer does not make the trailer look written.
        device.poke(0, -0x2000, b"\0")
        rows = dict(re.findall(r"(?m)^  0x[0-9a-f]{7}  (\w+) +\d+ [KM]iB  (\S+)$", self.done("status", device.path).out))
        self.assertEqual(rows["slot0_partition"], "#" * 9 + "." * 30 + "t")
        self.assertEqual(rows["slot1_partition"], "#" * 9 + "." * 30 + "T")
        self.assertEqual(rows["boot_partition"], "." * 4)
        self.assertEqual(rows["storage_partition"], "." * 3)
        self.assertEqual(len(rows), 4)
        self.assertIn("\u2588" * 9 + "\u2591" * 30 + "\u2593",
                      self.done("status", device.path, env={"LC_ALL": "C.UTF-8"}).out)


if __name__ == "__main__":
    unittest.main()
