# SPDX-License-Identifier: Apache-2.0
"""The port to libcurl against a real server."""
import errno
import hashlib
import os
import time
import unittest

from servers import LONG, ServerTest, certificate, pattern

SIZE = 300000


class NginxTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = self.nginx(**self.more())
        self.data = pattern(SIZE)
        path = self.server.publish("app.bin", self.data)
        # As old as a file that was not put there this very second.
        os.utime(path, (1700000000, 1700000000))

    def more(self):
        return {}


class Whole(NginxTest):
    def test_a_file_arrives_to_the_last_byte_under_its_etag(self):
        steps = self.fetch(self.server.url, "app.bin", 0, "read:0")
        (size, offset, validator), = steps.opens()
        self.assertEqual((size, offset), (SIZE, 0))
        self.assertRegex(validator.decode(), r'^"[0-9a-f]+-[0-9a-f]+"$')
        self.assertEqual(steps.reads(), [(SIZE, 0)])
        self.assertEqual(steps.data, self.data)

    def test_an_empty_file_is_at_its_end(self):
        self.server.publish("empty.bin", b"")
        steps = self.fetch(self.server.url, "empty.bin", 0, "read:0")
        self.assertEqual(steps.opens()[0][:2], (0, 0))
        self.assertEqual(steps.reads(), [(0, 0)])

    def test_a_query_is_part_of_the_name(self):
        steps = self.fetch(self.server.url, "app.bin?version=2", 0, "read:0")
        self.assertEqual(steps.data, self.data)

    def test_a_host_without_a_scheme_is_plain_http(self):
        steps = self.fetch(self.server.url.removeprefix("http://"), "app.bin", 0, "read:0")
        self.assertEqual(steps.data, self.data)

    def test_a_server_is_left_in_the_middle_and_asked_again(self):
        steps = self.fetch(self.server.url, "app.bin", 0, "read:1000", "close", 0, "read:0")
        self.assertEqual(steps.data, self.data[:1000] + self.data)

    def test_time_spent_between_reads_is_not_held_against_the_server(self):
        data = pattern(8 << 20)
        self.server.publish("large.bin", data)
        steps = self.fetch(self.server.url, "large.bin", 0, "read:32", "sleep:2500", "read:0", stall=1)
        self.assertEqual(steps.reads(), [(32, 0), (len(data) - 32, 0)])
        self.assertEqual(steps.data, data)

    def test_gzip_is_not_asked_for(self):
        steps = self.fetch(self.server.url, "gzip/app.bin", 0, "read:0")
        self.assertEqual(steps.opens()[0][0], SIZE)
        self.assertEqual(steps.data, self.data)


class Parts(NginxTest):
    def test_the_rest_of_a_file_comes_from_the_offset_on(self):
        for offset in (1, 4095, 4096, SIZE - 1):
            with self.subTest(offset=offset):
                steps = self.fetch(self.server.url, "app.bin", 0, f"read:{offset}", "close", offset, "read:0")
                self.assertEqual([one[:2] for one in steps.opens()], [(SIZE, 0), (SIZE, offset)])
                self.assertEqual(steps.data, self.data)

    def test_a_part_has_the_name_of_the_whole(self):
        steps = self.fetch(self.server.url, "app.bin", 0, "close", 100, "close")
        self.assertEqual(steps.opens()[0][2], steps.opens()[1][2])

    def test_a_server_that_ignores_the_range_is_read_from_0(self):
        steps = self.fetch(self.server.url, "whole/app.bin", 0, "read:1000", "close", 1000, "read:0")
        self.assertEqual([one[:2] for one in steps.opens()], [(SIZE, 0), (SIZE, 0)])
        self.assertEqual(steps.data, self.data[:1000] + self.data)

    def test_a_file_that_was_swapped_is_read_from_0_in_one_request(self):
        process = self.start(self.server.url, "app.bin", 0, "read:1000", "close", "ask", 1000, "read:0")
        self.come_to_ask(process)
        other = pattern(SIZE, seed=3)
        self.server.publish("app.bin", other)
        steps = self.end(process)
        first, second = steps.opens()
        self.assertEqual(second[:2], (SIZE, 0))
        self.assertNotEqual(first[2], second[2])
        self.assertEqual(steps.data, self.data[:1000] + other)
        self.assertEqual([status for _, status, _ in self.server.requests()], [200, 200])

    def test_a_swapped_file_of_a_server_without_etags_is_found_out_by_its_date(self):
        process = self.start(self.server.url, "dated/app.bin", 0, "read:1000", "close", "ask", 1000, "read:0")
        self.come_to_ask(process)
        other = pattern(SIZE, seed=3)
        os.utime(self.server.publish("app.bin", other), (1700000001, 1700000001))
        steps = self.end(process)
        self.assertEqual(steps.opens()[0][2], b"Tue, 14 Nov 2023 22:13:20 GMT")
        self.assertEqual(steps.opens()[1][1:], (0, b"Tue, 14 Nov 2023 22:13:21 GMT"))
        self.assertEqual(steps.data, self.data[:1000] + other)

    def test_a_file_dated_today_is_told_apart_by_its_date_though_it_is_too_young_for_if_range(self):
        now = time.time() + 3600
        os.utime(self.server.publish("app.bin", self.data), (now, now))
        process = self.start(self.server.url, "dated/app.bin", 0, "read:1000", "close", "ask", 1000, "read:0")
        self.come_to_ask(process)
        other = pattern(SIZE, seed=3)
        os.utime(self.server.publish("app.bin", other), (now + 1, now + 1))
        steps = self.end(process)
        self.assertEqual(steps.data, self.data[:1000] + other)
        self.assertEqual([status for _, status, _ in self.server.requests()], [200, 206, 200])

    def test_a_weak_etag_names_nothing(self):
        steps = self.fetch(self.server.url, "weak/app.bin", 0, "read:1000", "close", 1000, "read:0")
        self.assertEqual([one[2] for one in steps.opens()], [b"Tue, 14 Nov 2023 22:13:20 GMT"] * 2)
        self.assertEqual(steps.data, self.data)

    def test_what_has_no_name_is_gone_on_with_all_the_same(self):
        steps = self.fetch(self.server.url, "nameless/app.bin", 0, "read:1000", "close", 1000, "read:0")
        self.assertEqual(steps.opens(), [(SIZE, 0, b""), (SIZE, 1000, b"")])
        self.assertEqual(steps.data, self.data)

    def test_a_long_etag_is_told_as_its_hash(self):
        steps = self.fetch(self.server.url, "long/app.bin", 0, "read:1000", "close", 1000, "read:0")
        name = b"\0" + hashlib.sha256(f'"{LONG}"'.encode()).digest()
        self.assertEqual(steps.opens(), [(SIZE, 0, name), (SIZE, 1000, name)])
        self.assertEqual(steps.data, self.data)

    def test_a_file_that_shrank_is_another_one(self):
        process = self.start(self.server.url, "app.bin", 0, "read:1000", "close", "ask", 1000, "any:1000")
        self.come_to_ask(process)
        self.server.publish("app.bin", self.data[:500])
        steps = self.end(process)
        self.assertEqual(steps.opens()[1][:2], (500, 0))
        self.assertEqual(steps.opens()[2], errno.ERANGE)
        self.assertIn("shorter: status 416", steps.errors()[0])

    def test_an_offset_at_the_end_is_beyond_it(self):
        steps = self.fetch(self.server.url, "app.bin", f"any:{SIZE}")
        self.assertEqual(steps.opens(), [errno.ERANGE])


class Breaks(NginxTest):
    def more(self):
        return {"rate": "400k"}

    def test_a_server_that_dies_in_mid_transfer_and_comes_back(self):
        data = pattern(700000)
        self.server.publish("large.bin", data)
        process = self.start(self.server.url, "slow/large.bin", 0, "read:32", "ask", "read:0", "close", "ask", 32,
                             "read:0")
        self.come_to_ask(process)
        self.server.kill()
        process.stdin.write("\n")
        process.stdin.flush()
        self.come_to_ask(process)
        self.server.start()
        steps = self.end(process)
        broken = steps.reads()[1]
        self.assertIn(broken[1], (errno.ECONNRESET,))
        self.assertLess(broken[0], len(data) - 32)
        self.assertEqual(steps.data[:32] + steps.data[32 + broken[0]:], data)
        self.assertEqual(data[:32 + broken[0]], steps.data[:32 + broken[0]])

    def test_a_file_cut_off_under_the_server_ends_early(self):
        path = self.server.publish("large.bin", pattern(8 << 20))
        process = self.start(self.server.url, "slow/large.bin", 0, "read:32", "ask", "read:0", stall=2)
        self.come_to_ask(process)
        os.truncate(path, 1000)
        steps = self.end(process)
        self.assertEqual(steps.reads()[1][1], errno.ECONNRESET)

    def test_a_server_that_is_gone(self):
        self.server.leave()
        steps = self.fetch(self.server.url, "app.bin", 0)
        self.assertEqual(steps.opens(), [errno.ECONNREFUSED])
        self.assertIn("127.0.0.1", steps.errors()[0])


class Refusals(NginxTest):
    def test_statuses_have_classes(self):
        for file, code in (("none.bin", errno.ENOENT), ("forbidden", errno.EACCES), ("login", errno.EACCES),
                           ("broken", errno.EAGAIN)):
            with self.subTest(file=file):
                steps = self.fetch(self.server.url, file, 0, "any:100")
                self.assertEqual(steps.opens(), [code, code])

    def test_a_redirect_is_followed_and_the_range_with_it(self):
        steps = self.fetch(self.server.url, "moved/app.bin", 0, "read:1000", "close", 1000, "read:0")
        self.assertEqual([one[:2] for one in steps.opens()], [(SIZE, 0), (SIZE, 1000)])
        self.assertEqual(steps.data, self.data)

    def test_a_loop_of_redirects_ends(self):
        steps = self.fetch(self.server.url, "loop", 0)
        self.assertEqual(steps.opens(), [errno.EBADMSG])
        self.assertEqual(len(self.server.requests()), 6)

    def test_a_redirect_leads_to_http_only(self):
        for file in ("ftp", "local"):
            with self.subTest(file=file):
                steps = self.fetch(self.server.url, file, 0)
                self.assertEqual(steps.opens(), [errno.EPROTONOSUPPORT])

    def test_a_scheme_other_than_http_is_none(self):
        for host in ("ftp://127.0.0.1", "file://", "gopher://127.0.0.1", "://"):
            with self.subTest(host=host):
                self.assertEqual(self.fetch(host, "app.bin", 0).opens(), [errno.EPROTONOSUPPORT])

    def test_a_name_that_is_none(self):
        steps = self.fetch("http://127.0.0.1:99999", "app.bin", 0)
        self.assertEqual(steps.opens(), [errno.EINVAL])

    def test_a_host_that_does_not_exist(self):
        steps = self.fetch("http://host.invalid", "app.bin", 0)
        self.assertEqual(steps.opens(), [errno.EHOSTUNREACH])

    def test_the_port_works_after_each_failure(self):
        steps = self.fetch(self.server.url, "none.bin", 0, "read:1", "close", "close")
        self.assertEqual(steps.reads(), [(0, errno.EINVAL)])


class Secure(NginxTest):
    def more(self):
        self.certificate = certificate(self.folder)
        return {"certificate": self.certificate}

    def test_a_certificate_that_is_trusted(self):
        steps = self.fetch(self.server.secure_url, "app.bin", 0, "read:1000", "close", 1000, "read:0",
                           ca=self.certificate + ".pem")
        self.assertEqual(steps.data, self.data)

    def test_a_certificate_that_nobody_vouches_for(self):
        steps = self.fetch(self.server.secure_url, "app.bin", 0)
        self.assertEqual(steps.opens(), [errno.ECONNABORTED])
        self.assertRegex(steps.errors()[0], "certificate")

    def test_a_certificate_of_somebody_else(self):
        other = certificate(self.folder, "other")
        steps = self.fetch(self.server.secure_url, "app.bin", 0, ca=other + ".pem")
        self.assertEqual(steps.opens(), [errno.ECONNABORTED])

    def test_a_certificate_for_another_name(self):
        steps = self.fetch(self.server.secure_url.replace("127.0.0.1", "localhost"), "app.bin", 0,
                           ca=self.certificate + ".pem")
        self.assertEqual(steps.opens(), [errno.ECONNABORTED])

    def test_a_file_of_certificates_that_is_not_there(self):
        steps = self.fetch(self.server.secure_url, "app.bin", 0, ca=self.folder + "/none.pem")
        self.assertEqual(steps.opens(), [errno.EINVAL])

    def test_a_redirect_out_of_tls_is_not_followed(self):
        steps = self.fetch(self.server.secure_url, "plain", 0, ca=self.certificate + ".pem")
        self.assertEqual(steps.opens(), [errno.EPROTONOSUPPORT])

    def test_plain_http_to_a_port_of_tls_is_a_refusal(self):
        steps = self.fetch(self.server.secure_url.replace("https", "http"), "app.bin", 0)
        self.assertEqual(steps.opens(), [errno.EBADMSG])


if __name__ == "__main__":
    unittest.main()
