# SPDX-License-Identifier: Apache-2.0
"""The hex dumps in FORMATS.md are what the real MCUboot writes, and what is in the image they are taken from."""
import gzip
import hashlib
import hashlib
import json
import re
import struct
import sys
import unittest
import uuid
import zlib

import cbor2

import project

sys.path.insert(0, str(project.SOURCE / "tests/cli"))
import bootloader_files  # pylint: disable=wrong-import-position

TEXT = (project.SOURCE / "FORMATS.md").read_text()
VECTORS = project.SOURCE / "tests/vectors"
LINE = re.compile(r"^    (-?[0-9a-f]+)  ((?:[0-9a-f]{2} {1,2})*[0-9a-f]{2})(?:  |$)")
# An HTML comment names where the indented block after it comes from.
BLOCK = re.compile(r"<!-- (.+?) -->\n\n((?:    .*\n)+)")


def dump_lines(block):
    """(offset as printed, bytes) of each line that has both."""
    found = [LINE.match(line) for line in block.splitlines()]
    return [(match[1], bytes.fromhex(match[2].replace(" ", ""))) for match in found if match]


def blocks(kind):
    return [(source.split()[1:], dump_lines(block)) for source, block in BLOCK.findall(TEXT)
            if source.split()[0] == kind]


def log_records(sector, block=4):
    """(name, value, end) of each record of a settings log's sector."""
    position = 0
    while True:
        lengths = int.from_bytes(sector[position:position + 2], "little")
        middle, end = position + 2 + (lengths >> 10), position + 2 + (lengths >> 10) + lengths % 1024
        if zlib.crc32(sector[position:end]) != int.from_bytes(sector[end:end + 4], "little"):
            return
        padded = -(-(end + 4) // block) * block
        assert set(sector[end + 4:padded]) <= {0xff}
        yield bytes(sector[position + 2:middle]), bytes(sector[middle:end]), padded
        position = padded


def checksum(data):
    """Of what flash holds of a download."""
    words = [int.from_bytes(data[at:at + 8], "little") for at in range(0, len(data), 8)]
    a = b = 0
    for i, word in enumerate(words):
        a = (a + word) % 2**64
        if 8 * i + 8 <= len(data):
            b = (b + a) % 2**64
    return zlib.crc32(struct.pack("<QQ", a, b))


def download_record(data, at, start, size, block):
    """A download of MCUboot image 0 into a slot, paused before its byte `at`."""
    hold = -(-32 // block) * block
    end = at // block * block
    flash, tail = data[hold:end], data[end:at]
    fields = struct.pack("<BBBBIIIIIHH", 1, 2, 1, 0, len(data), start + hold, size - hold, len(flash), checksum(flash),
                         len(tail), 0)
    return fields + struct.pack("<I", zlib.crc32(bytes(4) + data[:32] + tail + fields)), tail


def modem_uuid(digest):
    """Of a firmware of the simulated modem."""
    raw = bytearray(digest[:16])
    raw[6] = raw[6] % 16 + 0x80
    raw[8] = raw[8] % 64 + 0x80
    return str(uuid.UUID(bytes=bytes(raw))).encode()


class Formats(unittest.TestCase):
    def test_trailer_dumps_are_those_of_the_records(self):
        records = {}
        with gzip.open(VECTORS / "trailer-ops.jsonl.gz", "rt") as file:
            for line in file:
                record = json.loads(line)
                records[record["id"]] = record
        found = blocks("record")
        alignments = set()
        for (name, part), lines in found:
            record = records[name]
            tail = bytes.fromhex(next(slot["tail"] for slot in record["after"] if slot["part"] == part))
            alignments.add(record["mcuboot"]["max_align"])
            with self.subTest(record=name):
                offset = int(lines[0][0])
                self.assertEqual(offset, -{8: 40, 16: 64, 32: 128}[record["mcuboot"]["max_align"]])
                for printed, data in lines:
                    self.assertEqual(int(printed), offset)
                    self.assertEqual(tail[offset:][:len(data)], data)
                    offset += len(data)
                self.assertEqual(offset, 0)
        self.assertEqual(alignments, {8, 16, 32})
        self.assertEqual(len(found), 8)

    def test_the_image_dump_is_the_image(self):
        (((file,), lines),) = blocks("image")
        data = (VECTORS / "images" / file).read_bytes()
        self.assertGreater(len(lines), 15)
        for printed, found in lines:
            offset = int(printed, 16)
            with self.subTest(offset=printed):
                self.assertEqual(data[offset:offset + len(found)], found)

    def test_the_bootloader_is_the_one_that_tests_make(self):
        (((slot, version), lines),) = blocks("fw-info")
        data = bootloader_files.bootloader(bootloader_files.slot_address(slot), int(version))
        self.assertGreater(len(lines), 7)
        for printed, found in lines:
            offset = int(printed, 16)
            with self.subTest(offset=printed):
                self.assertEqual(data[offset:offset + len(found)], found)

    def test_the_settings_log_is_read_by_the_tables(self):
        """That it is what the library programs, a test of the log compares."""
        ((_, lines),) = blocks("settings-log")
        flash = bytearray(b"\xff" * 8192)
        for printed, data in lines:
            flash[int(printed, 16):int(printed, 16) + len(data)] = data
        sectors = [list(log_records(flash[start:start + 4096])) for start in (0, 4096)]
        for number, ((name, header, _), *records) in enumerate(sectors, 1):
            self.assertEqual(name, b"=SLOG")
            *fields, snapshot = struct.unpack("<BBHIII", header)
            self.assertEqual(fields, [0, 1, 4, 4096, number])
            self.assertEqual(snapshot, (28, records[-1][2])[number - 1])
        self.assertEqual([record[:2] for record in sectors[0][1:]],
                         [(b"app/mode", b"on"), (b"app/id", bytes(range(1, 6))), (b"app/mode", b"off"), (b"app/id", b"")])
        self.assertEqual([record[:2] for record in sectors[1][1:]], [(b"app/mode", b"off"), (b"app/id", b"\6")])

    def test_the_record_of_a_patch_is_what_its_description_says(self):
        """That it is what the library saves, a test of the target compares."""
        (((size, area), lines),) = blocks("patch")
        ((_, first_lines),) = blocks("patch-first")
        first = b"".join(data for _, data in first_lines)
        fields = struct.pack("<BBBBIIIIIHH", 1, 1, 2, 0, int(size), 0, int(area), 0, 0, 0, 0)
        record = b"".join(data for _, data in lines)
        self.assertEqual([int(offset, 16) for offset, _ in lines], [0, 1, 2, 4, 8, 12, 16, 28])
        self.assertEqual(len(first), 32)
        self.assertEqual(record, fields + struct.pack("<I", zlib.crc32(bytes(4) + first + fields)))

    def test_the_set_of_images_is_what_its_description_says(self):
        """That it is what the library saves, a test of the record compares."""
        ((_, lines),) = blocks("set")
        record = b"".join(data for _, data in lines)
        self.assertEqual([int(offset, 16) for offset, _ in lines], [0, 1, 2, 3, 4, 12, 20])
        version, kind, images, reverted = record[:4]
        self.assertEqual((version, kind, images, reverted), (1, 2, 0b101, 0b100))
        self.assertEqual(len(record), 4 + 8 * images.bit_count() + 4)
        self.assertEqual(record[-4:], struct.pack("<I", zlib.crc32(record[:-4])))

    def test_the_package_and_its_record_are_what_their_description_says(self):
        """That the library makes and saves them, tests of packages compare."""
        ((arguments, lines),) = blocks("package")
        images, align = [tuple(map(int, argument.split(":"))) for argument in arguments[:-1]], int(arguments[-1])
        cbor = cbor2.dumps({"img": [{"id": number, "size": size} for number, size in images]})
        filled = cbor + b"\xff" * (-(2 + len(cbor)) % align)
        self.assertEqual([int(offset, 16) for offset, _ in lines], [0, 2, 7, 8, 13, 21, 26, 34])
        self.assertEqual(b"".join(data for _, data in lines), struct.pack("<H", len(filled)) + filled)
        ((again, lines),) = blocks("package-first")
        self.assertEqual(again, arguments)
        first = zlib.crc32(bytes(range(32)))
        record = struct.pack("<BBHHHIII", 1, len(images), 1, len(filled), 0, zlib.crc32(cbor), 0, first)
        self.assertEqual([int(offset, 16) for offset, _ in lines], [0, 1, 2, 4, 8, 12, 16, 20])
        self.assertEqual(b"".join(data for _, data in lines), record + struct.pack("<I", zlib.crc32(record)))

    def test_the_modem_file_is_what_its_description_says(self):
        """That the library takes it, a test of the modem's files compares."""
        ((_, lines),) = blocks("modem-file")
        file = bytearray(b"\xff" * 0x148)
        for printed, data in lines:
            file = file[:int(printed, 16)] + data + file[int(printed, 16) + len(data):]
        wrapper, blob = bytes(file[:0x13e]), bytes(file[0x13e:])
        protected, unprotected, payload, signature = cbor2.loads(wrapper).value
        self.assertEqual((cbor2.loads(protected), unprotected, signature), ({1: -37}, {}, b"\xff" * 256))
        version, compat, digest, segments = cbor2.loads(payload)
        self.assertEqual((version, compat, digest), (1, 0, hashlib.sha256(blob).digest()))
        self.assertEqual(cbor2.loads(segments), [0x20000000, 4, 0x6000, 6])
        self.assertEqual(cbor2.dumps(cbor2.loads(wrapper)), wrapper)

    def test_the_record_of_a_download_is_what_its_description_says(self):
        (((file, *numbers), lines),) = blocks("download")
        data = (VECTORS / "images" / file).read_bytes()
        record, tail = download_record(data, *(int(number, 0) for number in numbers))
        for printed, found in lines:
            with self.subTest(offset=printed):
                self.assertEqual(record[int(printed, 16):][:len(found)], found)
        self.assertEqual(sum(len(found) for _, found in lines), len(record))
        self.assertIn(f"the tail is `{tail.hex()}`", TEXT)

    def test_the_patch_makes_the_firmware_that_it_tells(self):
        """That it is what the tool makes, a test of the differ compares."""
        ((_, lines),) = blocks("modem-patch")
        patch = b"".join(data for _, data in lines)
        at = 0
        for printed, data in lines:
            self.assertEqual(int(printed, 16), at)
            at += len(data)
        old = bytes(range(0x60))
        version, count, magic, length, crc, digest, base = struct.unpack("<HH4sII32s36s", patch[:84])
        self.assertEqual((version, magic, length), (1, b"meDu", len(patch)))
        segments = [struct.unpack("<II", patch[84 + 8 * i:][:8]) for i in range(count)]
        at = 84 + 8 * count
        self.assertEqual(crc, zlib.crc32(patch[:12] + patch[16:at]))
        self.assertEqual(base, modem_uuid(hashlib.sha256(old).digest()))
        new = b""
        while at < len(patch):
            offset, kind, size = struct.unpack("<IHH", patch[at:at + 8])
            body = patch[at + 8:at + 8 + size]
            self.assertEqual(offset, at)
            self.assertEqual(patch[at + 8 + size:][:4], struct.pack("<I", zlib.crc32(patch[at:at + 8 + size])))
            if kind == 2:
                address, size_copied = struct.unpack("<II", body)
                body = old[address - 0x1000:][:size_copied]
            new += body
            at += 12 + size
        self.assertEqual(segments, [(0x1000, 64), (0x2000, 4)])
        self.assertEqual(new, bytes(range(0x20, 0x60)) + b"new!")
        self.assertEqual(digest, hashlib.sha256(new).digest())


if __name__ == "__main__":
    unittest.main()
