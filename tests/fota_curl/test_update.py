# SPDX-License-Identifier: Apache-2.0
"""`slotwise update DEV URL`: what arrives, what is refused, and what goes on after a cut."""
import os
import unittest

from update_rig import KEYS, SIZE, UrlTest, changed
from servers import certificate, head
from support import key, make_image, slotwise


class Whole(UrlTest):
    def test_an_image_from_a_server_is_written_verified_and_tested(self):
        device = self.begin()
        self.nginx()
        around = device.around(1)
        out = self.done("update", device.path, self.url()).out.splitlines()
        self.assertEqual(out[0], "image 0: 1.1.0+0 into slot 1")
        self.assertRegex(out[-4], r"^100% +[0-9.]+ [KMG]iB/s +ETA 0:00$")
        self.assertEqual(out[-3:-1], [f"verified: {SIZE} bytes as flash holds them",
                                       "scheduled: the next boot tests it"])
        self.assertRegex(out[-1], f"^flash: {SIZE} bytes received, ")
        self.has()
        self.assertEqual(device.around(1), around)
        self.assertEqual(device.boot()["booted"]["version"], "1.1.0+0")

    def test_the_report_has_the_keys_of_an_update_from_a_file(self):
        self.begin()
        self.nginx()
        report = self.done("update", self.device.path, self.url(), "--json").json()
        self.assertEqual(list(report), KEYS + ["receipt"])
        self.assertEqual(report.pop("receipt")["bytes_received"], SIZE)
        self.assertEqual(report, {"image": 0, "slot": 1, "version": "1.1.0+0", "size": SIZE, "scheduled": "test",
                                  "resumed_at": None, "type": "mcuboot", "images": None})

    def test_a_failure_has_them_too(self):
        self.begin()
        self.nginx()
        result = self.update("--json", path="none.bin")
        self.assertEqual((result.code, list(result.json())), (1, KEYS + ["error"]))
        self.assertIn("status 404", result.json()["error"])

    def test_fragments_of_any_size(self):
        self.data = make_image(9000, (1, 1, 0))
        self.nginx()
        for chunk in (1, 31, 32, 33, 2047, 2048, 1048576):
            with self.subTest(chunk=chunk):
                self.begin(name=f"dev{chunk}")
                self.done("update", self.device.path, self.url(), "--chunk", chunk)
                self.has()

    def test_permanent_and_no_schedule(self):
        self.begin()
        self.nginx()
        report = self.done("update", self.device.path, self.url(), "--no-schedule", "--json").json()
        self.assertIsNone(report["scheduled"])
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "none")
        report = self.done("update", self.device.path, self.url(), "--permanent", "--json").json()
        self.assertEqual(report["scheduled"], "permanent")
        self.assertEqual(self.device.status()["images"][0]["swap_type"], "permanent")

    def test_servers_that_tell_no_length_or_no_name(self):
        answers = {
            "no length": head("200 OK") + self.data,
            "chunks": head("200 OK", "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (SIZE, self.data),
            "no name": head("200 OK", f"Content-Length: {SIZE}") + self.data,
        }
        for name, answer in answers.items():
            with self.subTest(server=name):
                self.begin(name=name.replace(" ", "-"))
                self.liar(lambda request, answer=answer: answer)
                report = self.done("update", self.device.path, self.url(), "--json").json()
                self.assertEqual(report["size"], SIZE)
                self.has()

    def test_a_whole_file_of_unknown_length_is_not_fetched_again(self):
        self.begin()
        requests = []

        def answer(request):
            requests.append(request.offset())
            if request.offset():
                return head("416 Range Not Satisfiable", "Content-Length: 0")
            return head("200 OK", "Transfer-Encoding: chunked", 'ETag: "a"') + \
                b"%x\r\n%s\r\n0\r\n\r\n" % (SIZE, self.data)
        self.liar(answer)
        self.done("update", self.device.path, self.url(), "--no-schedule")
        del requests[:]
        out = self.done("update", self.device.path, self.url()).out
        self.assertIn(f"resuming at {SIZE}", out)
        self.assertEqual(requests[-1], SIZE)
        self.has()

    def test_a_redirect(self):
        self.begin()
        self.nginx()
        self.done("update", self.device.path, self.url("moved/app.bin"))
        self.has()

    def test_tls(self):
        self.begin()
        server = self.nginx(certificate=certificate(self.folder))
        url = server.secure_url + "/app.bin"
        before = self.device.all_files()
        self.assertRegex(self.refused("update", self.device.path, url), "certificate")
        self.assertEqual(self.device.all_files(), before)
        self.done("update", self.device.path, url, "--cacert", self.path("server.pem"))
        self.has()


class Refusals(UrlTest):
    def test_what_the_server_refuses(self):
        self.begin()
        self.nginx()
        for path, why in (("none.bin", "no such file: status 404"), ("forbidden", "status 403"),
                          ("login", "status 401"), ("loop", "redirects"), ("ftp", "ftp"), ("broken", "status 500")):
            with self.subTest(path=path):
                self.refuses(why, path=path)

    def test_a_server_that_is_not_there(self):
        self.begin()
        self.nginx().leave()
        self.refuses("127.0.0.1")

    def test_schemes_and_names_that_are_none(self):
        self.begin()
        for url, why in (("ftp://127.0.0.1/x", "neither http nor https"), ("file:///etc/hostname", "neither http"),
                         ("http://", "missing URL"), ("http://" + "h" * 200 + "/x", "name too long"),
                         ("http://127.0.0.1/" + "x" * 600, "name too long")):
            with self.subTest(url=url):
                self.assertRegex(self.refused("update", self.device.path, url), "(?i)" + why)

    def test_a_certificate_goes_with_a_url(self):
        self.begin()
        self.wrong_usage("update", self.device.path, self.path("old.bin"), "--cacert", self.path("old.bin"))

    def test_files_that_are_no_image(self):
        self.begin()
        self.nginx()
        for name, data, why in (("page.html", b"<html>" * 100, "not an MCUboot image"), ("short", b"\x3d\xb8", "not an"),
                                ("cut", self.data[:-1], "refused as a whole: "), ("empty", b"", "without bytes"),
                                ("half", self.data[:SIZE // 2], "truncated: the image has at least"),
                                ("large", make_image(0x76000 + 100, (1, 1, 0)), "installs at most"),
                                ("liar", self.data[:8] + self.data[8:12] + b"\xff" * 4 + self.data[16:], "installs at most")):
            with self.subTest(file=name):
                self.server.publish(name, data)
                self.refuses(why, path=name, changes=name == "cut")

    def test_an_image_that_does_not_verify_is_not_scheduled(self):
        self.begin()
        self.nginx()
        self.server.publish("bad.bin", changed(self.data, SIZE // 2))
        self.refuses("refused as a whole: ", path="bad.bin", changes=True)

    def test_an_image_that_the_bootloader_would_refuse_is_not_scheduled(self):
        self.begin(bootloader='downgrade-prevention = "version";')
        self.nginx()
        self.server.publish("old.bin", make_image(5000, (0, 9, 0)))
        self.refuses("version too low", path="old.bin", changes=True)

    def test_an_image_without_the_signature_that_was_demanded(self):
        self.begin()
        self.nginx()
        self.refuses("signed", "--key", key("ec256-a"), changes=True)

    def test_an_unconfirmed_image_keeps_its_slot(self):
        self.begin()
        self.nginx()
        self.done("update", self.device.path, self.url())
        self.assertEqual(self.device.boot()["booted"]["version"], "1.1.0+0")
        before = self.device.all_files()
        self.server.publish("next.bin", make_image(5000, (1, 2, 0)))
        self.assertRegex(self.refused("update", self.device.path, self.url("next.bin")), "unconfirmed")
        self.assertEqual(self.device.all_files(), before)

    def test_an_image_pair_that_is_not_there(self):
        self.begin()
        self.nginx()
        self.refuses("no image 1", "--image", "1")


class Resume(UrlTest):
    def cut(self, after, *options, path="app.bin"):
        result = self.update("--cut-after", after, *options, path=path)
        self.assertEqual(result.code, 3, (result.out, result.err))

    def test_a_cut_update_goes_on_with_the_rest_alone(self):
        device = self.begin()
        self.nginx()
        self.cut(60)
        offset = self.resumed(self.update())
        self.assertGreater(offset, 0)
        self.has()
        self.assertEqual(self.server.requests()[-1], ("GET /app.bin", 206, SIZE - offset))
        self.assertEqual(device.boot()["booted"]["version"], "1.1.0+0")

    def test_it_tells_programs_where(self):
        self.begin()
        self.nginx()
        self.cut(60)
        report = self.done("update", self.device.path, self.url(), "--json").json()
        self.assertEqual(report["resumed_at"], SIZE - self.server.requests()[-1][2])

    def test_a_cut_anywhere_goes_on_to_the_same_slot(self):
        self.data = make_image(30000, (1, 1, 0))
        self.nginx()
        for after in (*range(12), "5:1", "11:2", "12:3", "13:4"):
            with self.subTest(after=after):
                self.begin(name=f"dev{after}".replace(":", "-"))
                self.cut(after)
                self.resumed(self.update())
                self.has()

    def test_the_same_content_goes_on_wherever_it_comes_from(self):
        self.begin()
        self.nginx()
        self.cut(60)
        self.assertGreater(self.resumed(self.update(path="moved/app.bin")), 0)
        self.has()

    def test_another_content_at_the_same_place_begins_at_0(self):
        self.begin()
        self.nginx()
        self.cut(60)
        other = make_image(SIZE, (1, 1, 1))
        self.server.publish("app.bin", other)
        os.utime(os.path.join(self.server.www, "app.bin"), (1700000000, 1700000000))
        result = self.update()
        self.assertEqual(self.resumed(result), 0)
        self.assertIn("starting at 0: what slot 1 has of an earlier download is of another file", result.out)
        self.has(other)

    def test_restart_begins_at_0(self):
        self.begin()
        self.nginx()
        self.cut(60)
        result = self.update("--restart")
        self.assertEqual(self.resumed(result), 0)
        self.assertRegex(result.out, rf"starting at 0 instead of \d+ of {SIZE}, as asked")
        self.has()

    def test_restart_of_what_was_not_begun(self):
        self.begin()
        self.nginx()
        self.assertNotIn("starting at 0", self.update("--restart").out)
        self.has()

    def test_a_server_that_ignores_the_range_gives_the_whole(self):
        self.begin()
        self.nginx()
        self.cut(60, path="whole/app.bin")
        result = self.update(path="whole/app.bin")
        self.assertEqual(self.resumed(result), 0)
        self.has()

    def test_a_server_that_answers_beside_the_range_does_not_spoil_the_file(self):
        def lie(request):
            first = request.offset()
            if not first:
                return self.answer(request)
            first += self.off
            return head("206 Partial Content", f"Content-Length: {SIZE - first}", 'ETag: "a"',
                        f"Content-Range: bytes {first}-{SIZE - 1}/{SIZE}") + self.data[first:]
        self.liar(lie)
        for off in (-1, 1, 4096):
            with self.subTest(off=off):
                self.off = off
                self.begin(name=f"dev{off}")
                self.cut(60)
                self.resumed(self.update())
                self.has()

    def test_a_server_that_lies_without_contradiction_is_found_out_by_the_hash(self):
        def lie(request):
            first = request.offset()
            if not first or not self.lies:
                return self.answer(request)
            return head("206 Partial Content", f"Content-Length: {SIZE - first}", 'ETag: "a"',
                        f"Content-Range: bytes {first}-{SIZE - 1}/{SIZE}") + self.data[first - 1:-1]
        self.begin()
        self.liar(lie)
        self.lies = True
        self.cut(60)
        self.refuses("refused as a whole", changes=True)
        self.lies = False
        self.assertEqual(self.resumed(self.update()), 0)
        self.has()


if __name__ == "__main__":
    unittest.main()
