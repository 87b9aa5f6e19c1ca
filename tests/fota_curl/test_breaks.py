# SPDX-License-Identifier: Apache-2.0
"""`slotwise update DEV URL` while the server or the command is interrupted; and files for the modem."""
import signal
import subprocess
import unittest

from update_rig import AGAIN, SIZE, UrlTest, changed
from modem_files import ModemTest
from servers import Liar, Nginx, head
from support import SLOTWISE, make_image, read, slotwise


class Breaks(UrlTest):
    """In mid-transfer."""

    def broken_once(self, rest, end=Liar.RESET):
        """The third request, the one after the first bytes and the download's, is answered by rest()."""
        def answer(request):
            self.count += 1
            if self.count == 2:
                return [self.answer(request)[:SIZE // 2], end]
            return rest(request) if self.count > 2 else self.answer(request)
        self.count = 0
        return self.liar(answer)

    def test_a_connection_that_breaks_is_made_again_and_goes_on(self):
        self.begin()
        self.broken_once(self.answer)
        self.succeeded(self.update())
        self.assertGreater(self.server.seen[2].offset(), 0)
        self.has()

    def test_a_server_that_stalls_is_asked_again(self):
        self.begin()
        self.broken_once(self.answer, Liar.HOLD)
        self.succeeded(self.update())
        self.assertGreater(self.server.seen[2].offset(), 0)
        self.has()

    def test_a_file_that_is_swapped_begins_at_0(self):
        self.begin()
        other = make_image(SIZE, (1, 1, 1))
        self.broken_once(lambda request: self.answer(request, other, "b"))
        result = self.update()
        self.succeeded(result)
        self.assertIn(AGAIN, result.out)
        self.has(other)

    def test_a_file_that_is_swapped_for_one_that_nothing_names_begins_at_0(self):
        self.begin()
        other = make_image(SIZE, (1, 1, 1))
        self.broken_once(lambda request: self.answer(request, other, "b").replace(b'ETag: "b"', b"X: y"))
        result = self.update()
        self.succeeded(result)
        self.assertIn(AGAIN, result.out)
        self.has(other)

    def test_a_file_that_shrank_begins_at_0(self):
        self.begin()
        other = make_image(5000, (1, 1, 1))

        def shorter(request):
            if request.offset() >= len(other):
                return head("416 Range Not Satisfiable", f"Content-Range: bytes */{len(other)}", "Content-Length: 0")
            return self.answer(request, other, "b")
        self.broken_once(shorter)
        result = self.update()
        self.succeeded(result)
        self.assertIn(AGAIN, result.out)
        self.has(other)

    def test_a_file_that_is_another_one_each_time_is_given_up(self):
        self.begin()

        def never_the_same(request):
            self.count += 1
            whole = head("200 OK", f"Content-Length: {SIZE}", f'ETag: "{self.count}"') + self.data
            return whole if self.count == 1 else [whole[:SIZE // 2], Liar.RESET]
        self.count = 0
        self.liar(never_the_same)
        result = self.update()
        self.assertEqual(result.code, 1, result.out)
        self.assertIn("another file each time", result.err)
        self.assertLess(len(self.server.seen), 20)
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "none")

    def test_a_server_that_is_gone_for_good_and_then_is_back(self):
        self.begin()
        self.broken_once(lambda request: b"")
        result = self.update()
        self.assertEqual(result.code, 1, result.out)
        self.assertEqual(len(self.server.seen), 4)
        self.liar(self.answer)
        offset = self.resumed(self.update())
        self.assertGreater(offset, SIZE // 4)
        self.has()

    def test_a_real_server_that_is_killed_and_comes_back(self):
        self.begin()
        self.nginx(rate="60k")
        process = self.start("slow/app.bin")
        self.wait_for(process, "20%")
        self.server.kill()
        self.server.start()
        out, err = process.communicate(timeout=50)
        self.assertEqual(process.returncode, 0, (out, err))
        self.has()

    def test_a_real_server_whose_file_is_swapped_while_it_is_down(self):
        self.begin()
        self.nginx(rate="60k")
        process = self.start("slow/app.bin")
        self.wait_for(process, "20%")
        self.server.kill()
        other = make_image(60000, (1, 1, 1))
        self.server.publish("app.bin", other)
        self.server.start()
        out, err = process.communicate(timeout=50)
        self.assertEqual(process.returncode, 0, (out, err))
        self.assertIn(AGAIN, out)
        self.has(other)

    def test_an_interrupted_command_goes_on(self):
        self.begin()
        self.nginx(rate="60k")
        process = self.start("slow/app.bin")
        self.wait_for(process, "20%")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=50)
        self.assertNotEqual(process.returncode, 0)
        self.assertGreater(self.resumed(self.update()), 0)
        self.has()

    def start(self, path):
        process = subprocess.Popen([SLOTWISE, "update", self.device.path, self.url(path)], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def wait_for(self, process, text):
        lines = []
        for line in process.stdout:
            lines.append(line)
            if text in line:
                return
        self.fail(("".join(lines), process.stderr.read()))


class Modem(ModemTest):
    def serve(self, file):
        server = Nginx(self.folder)
        self.addCleanup(server.leave)
        server.publish("file.bin", read(file))
        return server.url + "/file.bin"

    def test_a_patch_from_a_server_is_applied(self):
        device = self.device_with_modem(firmware_size=0x80000)
        patch = self.make_delta("1.0.0", "1.1.0")
        url = self.serve(patch)
        self.assertEqual(slotwise("update", device.path, url, "--cut-after", "3").code, 3)
        out = self.done("update", device.path, url).out.splitlines()
        self.assertRegex(out[1], "^resuming at ")
        self.assertEqual(out[-3:-1], [f"the modem has all {len(read(patch))} bytes",
                                    "scheduled for the next boot: the modem applies it then"])
        self.assertEqual(self.booted(device), "updated")

    def test_image_options_are_not_for_patches(self):
        device = self.device_with_modem(firmware_size=0x80000)
        url = self.serve(self.make_delta("1.0.0", "1.1.0"))
        self.assertIn("--permanent is for images", self.refused("update", device.path, url, "--permanent"))

    def test_a_whole_firmware_from_a_server_is_stored(self):
        device = self.device_with_modem()
        file = self.make_full("1.1.0")
        url = self.serve(file)
        self.assertEqual(slotwise("update", device.path, url, "--cut-after", "30").code, 3)
        out = self.done("update", device.path, url).out.splitlines()
        self.assertRegex(out[1], "^resuming at ")
        self.assertIn(f"stored and verified: {len(read(file))} bytes as flash holds them", out)
        self.done("modem", "apply", device.path)
        self.assertEqual(self.modem(device)["digest"], self.factory_digest("1.1.0"))

    def test_a_damaged_firmware_is_refused_as_a_whole(self):
        device = self.device_with_modem()
        file = self.make_full("1.1.0")
        self.write("bad", changed(read(file), len(read(file)) // 2))
        url = self.serve(self.path("bad"))
        self.assertRegex(self.refused("update", device.path, url), "refused as a whole")


if __name__ == "__main__":
    unittest.main()
