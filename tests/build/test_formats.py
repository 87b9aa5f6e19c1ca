# SPDX-License-Identifier: Apache-2.0
"""The hex dumps in FORMATS.md are what the real MCUboot writes, and what is in the image they are taken from."""
import gzip
import json
import re
import unittest

import project

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


if __name__ == "__main__":
    unittest.main()
