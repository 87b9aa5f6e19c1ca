# SPDX-License-Identifier: Apache-2.0
"""`make menuconfig`, typed at a terminal of our own; and what it says where there is none."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest

import project

# The build folder is there; what it lacks is not made here.
MAKE = ["make", "-C", project.SOURCE, "-o", "build/build.ninja", "menuconfig"]
PATIENCE_S = 60


class Terminal:
    """A program at a terminal of 24 lines, and what it has written there."""

    def __init__(self, command, **environment):
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], [str(word) for word in command], {**os.environ, "TERM": "vt100", "LINES": "24",
                                                                     "COLUMNS": "80", "LC_ALL": "C.UTF-8", **environment})
        self.text = ""

    def read(self):
        """Some more, or False at the end."""
        ready, _, _ = select.select([self.end], [], [], PATIENCE_S)
        if not ready:
            os.kill(self.pid, signal.SIGKILL)
            raise AssertionError(f"nothing more is said: {self.text!r}")
        try:
            more = os.read(self.end, 65536)
        except OSError:  # how Linux tells that nobody has the other end
            more = b""
        self.text += more.decode(errors="replace")
        return bool(more)

    def type(self, keys, until):
        """Type, once the text is there that is asked for."""
        limit = time.monotonic() + PATIENCE_S
        while not re.search(until, self.text):
            if not self.read() or time.monotonic() > limit:
                raise AssertionError(f"no {until!r} in {self.text!r}")
        self.text = ""
        os.write(self.end, keys.encode())

    def close(self):
        """The exit status, and what else was written."""
        while self.read():
            pass
        os.close(self.end)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), self.text


class Menuconfig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.conf = pathlib.Path(folder.name, "mine.conf")

    def make(self, **environment):
        return Terminal([*MAKE, f"CONF={self.conf}"], **environment)

    def options(self):
        """What a build makes of the file."""
        folder = project.make_config(self.conf.parent, self.conf)
        return (folder / "autoconf.h").read_text()

    def choose_and_save(self):
        """One option more; the exit status, and what stood on the terminal."""
        menu = self.make()
        menu.type("/", "Slotwise")
        menu.type("FLASH_AREA_CHECK\n", "Jump")
        menu.type("y", "SHA-256 of a flash area")
        menu.type("q", r"\[\*\]|\*")
        menu.type("y", "Save")
        return menu.close()

    def test_an_option_is_chosen_and_saved_and_a_build_takes_it(self):
        self.conf.write_text("CONFIG_IMG_BLOCK_BUF_SIZE=1024\n")
        status, said = self.choose_and_save()
        self.assertEqual(status, 0, said)
        header = self.options()
        self.assertIn("#define CONFIG_FLASH_AREA_CHECK_INTEGRITY 1\n", header)
        self.assertIn("#define CONFIG_IMG_BLOCK_BUF_SIZE 1024\n", header)

    def test_what_cannot_work_is_told_after_it_was_saved(self):
        self.conf.write_text("CONFIG_BOOT_MAX_ALIGN=12\n")
        status, said = self.choose_and_save()
        self.assertNotEqual(status, 0)
        self.assertIn("CONFIG_BOOT_MAX_ALIGN", said)

    def test_nothing_is_written_that_was_not_saved(self):
        menu = self.make()
        menu.type("q", "Slotwise")
        menu.type("n", "Save")
        _, said = menu.close()
        self.assertIn("mine.conf: nothing was saved", said)
        self.assertFalse(self.conf.exists())

    def test_without_a_terminal_it_says_so(self):
        result = subprocess.run([str(word) for word in [*MAKE, f"CONF={self.conf}"]], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("menuconfig needs a terminal", result.stderr)
        self.assertIn("mine.conf", result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_a_terminal_that_nobody_knows_is_named(self):
        status, said = self.make(TERM="nobody-knows").close()
        self.assertNotEqual(status, 0)
        self.assertIn("TERM=nobody-knows", said)
        self.assertNotIn("Traceback", said)


if __name__ == "__main__":
    unittest.main()
