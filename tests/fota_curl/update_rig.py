# SPDX-License-Identifier: Apache-2.0
"""Devices and servers for `slotwise update DEV URL`; what arrives is always compared with the file byte for byte."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SLOTWISE_ROOT"], "tests/cli"))

from servers import Liar, Nginx, head
from support import CliTest, make_image, slotwise

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]

KEYS = ["image", "slot", "version", "size", "scheduled", "resumed_at", "type", "images"]
SIZE = 200000
AGAIN = "starting at 0: the server has another file now, or gives this one from its beginning only"


def changed(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


class UrlTest(CliTest):
    """A device that runs 1.0.0, and a server with 1.1.0."""

    def setUp(self):
        super().setUp()
        self.data = make_image(SIZE, (1, 1, 0))

    def begin(self, **more):
        self.device = self.make(**more)
        self.done("flash", self.device.path, "slot0", self.write("old.bin", make_image(3000, (1, 0, 0))))
        return self.device

    def nginx(self, **more):
        self.server = Nginx(self.folder, **more)
        self.addCleanup(self.server.leave)
        self.server.publish("app.bin", self.data)
        return self.server

    def liar(self, answer):
        self.server = Liar(answer)
        self.addCleanup(self.server.stop)
        return self.server

    def answer(self, request, data=None, etag="a"):
        """What an honest server answers."""
        data = self.data if data is None else data
        first = request.offset()
        if not first or request.headers.get("if-range", f'"{etag}"') != f'"{etag}"':
            return head("200 OK", f"Content-Length: {len(data)}", f'ETag: "{etag}"') + data
        return head("206 Partial Content", f"Content-Length: {len(data) - first}", f'ETag: "{etag}"',
                    f"Content-Range: bytes {first}-{len(data) - 1}/{len(data)}") + data[first:]

    def url(self, path="app.bin"):
        return f"{self.server.url}/{path}"

    def update(self, *options, path="app.bin"):
        return slotwise("update", self.device.path, self.url(path), *options)

    def has(self, data=None):
        """The slot holds the file, and the next boot installs it."""
        data = self.data if data is None else data
        self.assertEqual(self.device.slot(1)[:len(data)], data)
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "test")

    def refuses(self, why, *options, path="app.bin", changes=False):
        before = self.device.all_files()
        said = self.refused("update", self.device.path, self.url(path), *options)
        self.assertRegex(said, why)
        if not changes:
            self.assertEqual(self.device.all_files(), before)
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "none")
        self.assertEqual(self.device.boot()["booted"]["version"], "1.0.0+0")

    def succeeded(self, result):
        self.assertEqual(result.code, 0, (result.out, result.err))
        for line in result.err.splitlines():
            self.assertRegex(line, "^slotwise: .*: warning: download: (broken|not the same file) at ")

    def resumed(self, result):
        """Where a run went on, 0 if nowhere in the end. The library warns where it has to begin again."""
        self.succeeded(result)
        if AGAIN in result.out:
            return 0
        found = re.search(r"^resuming at (\d+) of (\d+), same file$", result.out, re.MULTILINE)
        return int(found[1]) if found else 0
