# SPDX-License-Identifier: Apache-2.0
"""A URL, where the command was built without libcurl."""
import os
import unittest

from support import CliTest, image


class Url(CliTest):
    def test_a_build_without_libcurl_says_so_and_changes_nothing(self):
        device = self.make()
        before = device.all_files()
        for url in ("http://127.0.0.1:1/app.bin", "https://127.0.0.1:1/app.bin", "ftp://127.0.0.1:1/app.bin"):
            said = self.refused("update", device.path, url, executable=os.environ["SLOTWISE_OFFLINE"])
            self.assertEqual(said, url + ": this slotwise was built without libcurl (SLOTWISE_CURL=OFF): it does not fetch "
                             "files")
        self.assertEqual(device.all_files(), before)

    def test_such_a_build_takes_files(self):
        device = self.make()
        self.done("update", device.path, image("small-1.1.0-ec256.bin"), "--no-schedule",
                  executable=os.environ["SLOTWISE_OFFLINE"])


if __name__ == "__main__":
    unittest.main()
