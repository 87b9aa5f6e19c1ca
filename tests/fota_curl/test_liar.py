# SPDX-License-Identifier: Apache-2.0
"""The port to libcurl against a server whose answers are wrong, incomplete or late."""
import errno
import socket
import time
import unittest

from servers import Liar, ServerTest, head, pattern

SIZE = 5000
DATA = pattern(SIZE)
OTHER = pattern(SIZE, seed=3)
OK = "200 OK"
PART = "206 Partial Content"


def whole(*fields, data=DATA):
    return head(OK, f"Content-Length: {len(data)}", *fields) + data


def part(first, last, size, *fields, data=None, length=None):
    """A part, with its Content-Range as told; the body is what the file has there, if it is not told, too."""
    data = DATA[first:last + 1] if data is None else data
    length = len(data) if length is None else length
    return head(PART, f"Content-Length: {length}", f"Content-Range: bytes {first}-{last}/{size}", *fields) + data


class LiarTest(ServerTest):
    def resume(self, lie, *fields, name='ETag: "a"', at=1000, **options):
        """Read up to an offset, then open there; lie(request) answers that. A request for the whole is answered."""
        def answer(request):
            return lie(request) if request.offset() else whole(name, *fields)
        self.server = self.liar(answer)
        return self.fetch(self.server.url, "f", 0, f"read:{at}", "close", at, "read:0", **options)

    def from_0(self, lie, **options):
        self.server = self.liar(lie)
        return self.fetch(self.server.url, "f", 0, "read:0", **options)

    def offsets(self):
        return [request.offset() for request in self.server.seen]


class Ranges(LiarTest):
    def check_whole_instead(self, lie):
        steps = self.resume(lie)
        self.assertEqual(steps.opens()[1][:2], (SIZE, 0))
        self.assertEqual(steps.data, DATA[:1000] + DATA)
        self.assertEqual(self.offsets(), [0, 1000, 0])

    def test_an_honest_part_is_taken(self):
        steps = self.resume(lambda request: part(1000, SIZE - 1, SIZE, 'ETag: "a"'))
        self.assertEqual(steps.opens()[1], (SIZE, 1000, b'"a"'))
        self.assertEqual(steps.data, DATA)
        self.assertEqual(self.server.seen[1].headers["if-range"], '"a"')

    def test_a_part_that_begins_a_byte_early_is_not_taken(self):
        self.check_whole_instead(lambda request: part(999, SIZE - 1, SIZE, 'ETag: "a"'))

    def test_a_part_that_begins_a_byte_late_is_not_taken(self):
        self.check_whole_instead(lambda request: part(1001, SIZE - 1, SIZE, 'ETag: "a"'))

    def test_a_part_that_does_not_say_which_is_not_taken(self):
        self.check_whole_instead(lambda request: head(PART, f"Content-Length: {SIZE - 1000}", 'ETag: "a"') + DATA[1000:])

    def test_a_part_in_another_unit_is_not_taken(self):
        self.check_whole_instead(lambda request: head(PART, f"Content-Length: {SIZE - 1000}", 'ETag: "a"',
                                                      f"Content-Range: lines 1000-{SIZE - 1}/{SIZE}") + DATA[1000:])

    def test_a_part_that_passes_the_end_is_not_taken(self):
        self.check_whole_instead(lambda request: part(1000, SIZE, SIZE, 'ETag: "a"'))

    def test_a_part_of_two_lengths_is_not_taken(self):
        self.check_whole_instead(lambda request: part(1000, SIZE - 1, SIZE, 'ETag: "a"', length=SIZE - 1001))

    def test_two_ranges_at_once_are_not_taken(self):
        self.check_whole_instead(lambda request: part(1000, SIZE - 1, SIZE, 'ETag: "a"',
                                                      f"Content-Range: bytes 0-{SIZE - 1}/{SIZE}"))

    def test_several_parts_are_not_taken(self):
        self.check_whole_instead(lambda request: head(
            PART, "Content-Type: multipart/byteranges; boundary=x", "Content-Length: 4", 'ETag: "a"') + b"--x-")

    def test_a_part_of_another_content_is_not_taken(self):
        self.check_whole_instead(lambda request: part(1000, SIZE - 1, SIZE, 'ETag: "b"'))

    def test_a_part_in_answer_to_if_range_need_not_be_named_again(self):
        steps = self.resume(lambda request: part(1000, SIZE - 1, SIZE))
        self.assertEqual(steps.opens()[1], (SIZE, 1000, b'"a"'))
        self.assertEqual(steps.data, DATA)

    def test_a_part_without_a_name_is_not_taken_if_it_could_not_be_tied(self):
        long = 'ETag: "%s"' % ("y" * 80)
        steps = self.resume(lambda request: part(1000, SIZE - 1, SIZE), name=long)
        self.assertNotIn("if-range", self.server.seen[1].headers)
        self.assertEqual(steps.opens()[1][:2], (SIZE, 0))

    def test_a_weak_etag_is_not_sent_back(self):
        steps = self.resume(lambda request: part(1000, SIZE - 1, SIZE), name='ETag: W/"a"')
        self.assertNotIn("if-range", self.server.seen[1].headers)
        self.assertEqual(steps.opens()[1], (SIZE, 1000, b""))

    def test_a_date_is_sent_back_if_it_was_a_second_old(self):
        modified = "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT"
        for date, is_sent in (("22:13:21", True), ("22:13:20", False), ("22:13:19", False)):
            with self.subTest(date=date):
                self.resume(lambda request: part(1000, SIZE - 1, SIZE, modified),
                            f"Date: Tue, 14 Nov 2023 {date} GMT", name=modified)
                self.assertEqual("if-range" in self.server.seen[1].headers, is_sent)

    def test_a_date_without_the_time_of_the_answer_is_not_sent_back(self):
        modified = "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT"
        self.resume(lambda request: part(1000, SIZE - 1, SIZE, modified), name=modified)
        self.assertNotIn("if-range", self.server.seen[1].headers)

    def test_a_part_that_ends_before_the_file_does_is_an_interruption(self):
        steps = self.resume(lambda request: part(1000, 1999, SIZE, 'ETag: "a"'))
        self.assertEqual(steps.reads()[1], (1000, errno.ECONNRESET))
        self.assertEqual(steps.data, DATA[:2000])

    def test_a_part_of_a_file_of_unknown_size(self):
        steps = self.resume(lambda request: part(1000, SIZE - 1, "*", 'ETag: "a"'))
        self.assertEqual(steps.opens()[1][:2], (0, 1000))
        self.assertEqual(steps.data, DATA)

    def test_a_part_that_nobody_asked_for(self):
        steps = self.from_0(lambda request: part(0, SIZE - 1, SIZE))
        self.assertEqual(steps.data, DATA)
        steps = self.from_0(lambda request: part(1, SIZE - 1, SIZE))
        self.assertEqual(steps.opens(), [errno.EBADMSG])

    def test_the_beginning_is_not_asked_for_as_a_part(self):
        self.from_0(lambda request: whole())
        self.assertNotIn("range", self.server.seen[0].headers)
        self.assertEqual(self.server.seen[0].headers["accept-encoding"], "identity")


class Lengths(LiarTest):
    def test_more_bytes_than_announced_are_not_taken(self):
        steps = self.from_0(lambda request: whole() + b"more")
        self.assertEqual(steps.reads(), [(SIZE, 0)])
        self.assertEqual(steps.data, DATA)

    def test_more_bytes_than_the_range_are_not_taken(self):
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (SIZE - 1000 + 4, DATA[1000:] + b"more")
        steps = self.resume(lambda request: head(PART, "Transfer-Encoding: chunked", 'ETag: "a"',
                                                 f"Content-Range: bytes 1000-{SIZE - 1}/{SIZE}") + chunk)
        self.assertEqual(steps.reads()[1], (SIZE - 1000, errno.EBADMSG))
        self.assertEqual(steps.data, DATA)

    def test_fewer_bytes_than_announced_are_an_interruption(self):
        steps = self.from_0(lambda request: head(OK, f"Content-Length: {SIZE}") + DATA[:-1])
        self.assertEqual(steps.reads(), [(SIZE - 1, errno.ECONNRESET)])

    def test_fewer_bytes_than_the_range_are_an_interruption(self):
        steps = self.resume(lambda request: head(PART, 'ETag: "a"', f"Content-Range: bytes 1000-{SIZE - 1}/{SIZE}") +
                            DATA[1000:-1])
        self.assertEqual(steps.reads()[1], (SIZE - 1001, errno.ECONNRESET))

    def test_no_length_is_none(self):
        steps = self.from_0(lambda request: head(OK) + DATA)
        self.assertEqual(steps.opens()[0][:2], (0, 0))
        self.assertEqual(steps.data, DATA)

    def test_chunks_have_no_length_either(self):
        steps = self.from_0(lambda request: head(OK, "Transfer-Encoding: chunked") +
                            b"".join(b"%x\r\n%s\r\n" % (len(DATA[i:i + 999]), DATA[i:i + 999])
                                     for i in range(0, SIZE, 999)) + b"0\r\n\r\n")
        self.assertEqual(steps.opens()[0][:2], (0, 0))
        self.assertEqual((steps.reads(), steps.data), ([(SIZE, 0)], DATA))

    def test_a_length_beside_chunks_does_not_count(self):
        steps = self.from_0(lambda request: head(OK, "Transfer-Encoding: chunked", "Content-Length: 10") +
                            b"%x\r\n%s\r\n0\r\n\r\n" % (SIZE, DATA))
        self.assertEqual(steps.opens()[0][:2], (0, 0))
        self.assertEqual((steps.reads(), steps.data), ([(SIZE, 0)], DATA))

    def test_chunks_that_end_early_are_an_interruption(self):
        steps = self.from_0(lambda request: head(OK, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (SIZE, DATA))
        self.assertEqual(steps.reads(), [(SIZE, errno.ECONNRESET)])

    def test_lengths_that_are_none(self):
        for length in ("-1", "0x10", "x", "5000, 5000", "99999999999999999999999999"):
            with self.subTest(length=length):
                steps = self.from_0(lambda request: head(OK, f"Content-Length: {length}") + DATA)
                self.assertEqual(steps.opens(), [errno.EBADMSG])

    def test_two_lengths_are_none(self):
        steps = self.from_0(lambda request: head(OK, f"Content-Length: {SIZE}", "Content-Length: 10") + DATA)
        self.assertEqual(steps.opens(), [errno.EBADMSG])


class Encodings(LiarTest):
    def test_an_encoding_that_was_not_asked_for_is_refused(self):
        for encoding in ("gzip", "deflate", "br", "identity, gzip"):
            with self.subTest(encoding=encoding):
                steps = self.from_0(lambda request: whole(f"Content-Encoding: {encoding}"))
                self.assertEqual(steps.opens(), [errno.EBADMSG])

    def test_identity_is_none(self):
        steps = self.from_0(lambda request: whole("Content-Encoding: Identity"))
        self.assertEqual(steps.data, DATA)


class Breaks(LiarTest):
    def test_an_answer_that_is_not_http(self):
        steps = self.from_0(lambda request: b"hello\r\n\r\n" + DATA)
        self.assertEqual(steps.opens(), [errno.EBADMSG])

    def test_no_answer_is_an_interruption(self):
        steps = self.from_0(lambda request: b"")
        self.assertEqual(steps.opens(), [errno.ECONNRESET])

    def test_a_connection_that_is_reset(self):
        steps = self.from_0(lambda request: [Liar.RESET])
        self.assertEqual(steps.opens(), [errno.ECONNRESET])
        steps = self.from_0(lambda request: [head(OK, f"Content-Length: {SIZE}") + DATA[:100], Liar.RESET])
        self.assertEqual(steps.reads()[0][1], errno.ECONNRESET)

    def test_a_head_that_never_ends(self):
        steps = self.from_0(lambda request: [head(OK, f"Content-Length: {SIZE}")[:-2], Liar.HOLD], stall=1)
        self.assertEqual(steps.opens(), [errno.ETIMEDOUT])

    def test_a_server_that_says_nothing(self):
        steps = self.from_0(lambda request: [Liar.HOLD], stall=1)
        self.assertEqual(steps.opens(), [errno.ETIMEDOUT])

    def test_a_server_that_stops_in_the_middle(self):
        begin = time.monotonic()
        steps = self.from_0(lambda request: [whole()[:-1000], Liar.HOLD], stall=1)
        self.assertEqual(steps.reads(), [(SIZE - 1000, errno.ETIMEDOUT)])
        self.assertEqual(steps.data, DATA[:-1000])
        self.assertLess(time.monotonic() - begin, 25)

    def test_a_server_that_goes_on_at_last(self):
        pause = [whole()[:-1000], whole()[-1000:]]

        def answer(_):
            yield pause[0]
            time.sleep(0.5)
            yield pause[1]
        steps = self.from_0(answer, stall=2)
        self.assertEqual((steps.reads(), steps.data), ([(SIZE, 0)], DATA))

    def test_a_slow_server_does_not_answer_for_the_time_between_reads(self):
        def answer(_):
            whole_answer = whole()
            first = len(whole_answer) - SIZE + 1
            yield whole_answer[:first]
            time.sleep(1.5)
            yield whole_answer[first:first + 1]
            time.sleep(3.3)
            yield whole_answer[first + 1:]
        steps = self.fetch(self.liar(answer).url, "f", 0, "read:1", "read:1", "sleep:3000", "read:0", stall=3)
        self.assertEqual(steps.reads(), [(1, 0), (1, 0), (SIZE - 2, 0)])

    def test_an_endless_head(self):
        def answer(_):
            yield b"HTTP/1.1 200 OK\r\n"
            while True:
                yield b"X-More: " + b"x" * 1000 + b"\r\n"
        steps = self.from_0(answer)
        self.assertEqual(steps.opens(), [errno.ECONNRESET])
        self.assertIn("headers", steps.errors()[0])

    def test_a_port_that_nobody_answers(self):
        # No more connections than wait already are taken.
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            waiting = []
            for _ in range(4):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(deaf.getsockname())
                waiting.append(one)
            steps = self.fetch("http://127.0.0.1:%d" % deaf.getsockname()[1], "f", 0, connect=300, stall=1)
            for one in waiting:
                one.close()
        self.assertEqual(steps.opens(), [errno.ETIMEDOUT])


class Waits(ServerTest):
    def elapsed(self, *steps, **options):
        begin = time.monotonic()
        self.fetch("http://127.0.0.1:1", "f", *steps, **options)
        return time.monotonic() - begin

    def test_attempts_wait_twice_as_long_each_up_to_the_most(self):
        base = self.elapsed()
        self.assertGreaterEqual(self.elapsed("wait:1", wait=100), 0.1)
        self.assertGreaterEqual(self.elapsed("wait:3", wait=100), 0.4)
        self.assertGreaterEqual(self.elapsed("wait:4294967295", wait=100, most=300), 0.3)
        self.assertLess(self.elapsed("wait:4294967295", wait=100, most=300), base + 20)
        self.assertLess(self.elapsed("wait:1", wait=100000, most=1), base + 20)


if __name__ == "__main__":
    unittest.main()
