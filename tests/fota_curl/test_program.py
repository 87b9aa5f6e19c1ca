# SPDX-License-Identifier: Apache-2.0
"""slotwise, which has no libcurl, and slotwise-url, which it becomes for a URL: where they lie, and what if one is
missing."""
import os
import shutil
import subprocess
import unittest

from update_rig import UrlTest
from support import SLOTWISE

URL_PROGRAM = os.path.join(os.path.dirname(SLOTWISE), "slotwise-url")


class Program(UrlTest):
    def place(self, program, *folders):
        folder = self.path(os.path.join(*folders))
        os.makedirs(folder, exist_ok=True)
        return shutil.copy(program, folder)

    def test_the_command_loads_no_libcurl(self):
        def libraries(program):
            return subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        self.assertIn("libcurl", libraries(URL_PROGRAM))
        self.assertNotIn("libcurl", libraries(SLOTWISE))

    def test_files_are_fetched_where_both_are_installed_and_where_both_are_built(self):
        self.nginx()
        for name, url_folder in (("installed", ("libexec", "slotwise")), ("built", ("bin",))):
            with self.subTest(name):
                self.begin(name=name)
                command = self.place(SLOTWISE, name + ".d", "bin")
                self.place(URL_PROGRAM, name + ".d", *url_folder)
                self.done("update", self.device.path, self.url(), executable=command)
                self.has()

    def test_a_link_to_the_command_finds_it_too(self):
        self.begin()
        self.nginx()
        os.symlink(SLOTWISE, self.path("link"))
        self.done("update", self.device.path, self.url(), executable=self.path("link"))
        self.has()

    def test_without_it_nothing_is_fetched(self):
        device = self.begin()
        before = device.all_files()
        command = self.place(SLOTWISE, "alone", "bin")
        for name, lay in (("No such file or directory", lambda: None),
                          ("Permission denied", lambda: os.chmod(self.place(URL_PROGRAM, "alone", "bin"), 0o644))):
            lay()
            self.assertEqual(self.refused("update", device.path, "http://127.0.0.1:1/x", executable=command),
                             "http://127.0.0.1:1/x: slotwise-url, which fetches files: " + name)
        self.assertEqual(device.all_files(), before)

    def test_an_option_means_the_same_in_both(self):
        self.begin()
        self.nginx()
        report = self.done("update", self.device.path, "--json", self.url(), "--permanent").json()
        self.assertEqual(report["scheduled"], "permanent")
        self.assertIn("--image", self.wrong_usage("update", self.device.path, self.url(), "--image", "nine"))


if __name__ == "__main__":
    unittest.main()
