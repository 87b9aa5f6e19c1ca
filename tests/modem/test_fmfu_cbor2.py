# SPDX-License-Identifier: Apache-2.0
"""An independent decoder, cbor2, and the library agree on 10,000 modem files, good and damaged: the verdict of each, and
what a good one says.

usage: test_fmfu_cbor2.py PROGRAM [SEED]"""
import collections
import hashlib
import itertools
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import unittest

import cbor2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from odd_cbor import OddCbor, head  # pylint: disable=wrong-import-position

FILES = 10000
VERDICTS = ("ENOENT", "EBADMSG", "ENOBUFS", "ENOTSUP", "ERANGE", "EADDRNOTAVAIL", "EADDRINUSE", "EFBIG", "EILSEQ")
SEED = None
PROGRAM = None

Case = collections.namedtuple("Case", "flash offset room buffer kind")


class Refused(Exception):
    pass


# The judge: rules as FORMATS.md has them, over what cbor2 decodes.

def decoded(data, refusal="EBADMSG"):
    """What is in bytes that hold one item, of the shortest form, and nothing else."""
    try:
        item = cbor2.loads(data)
        same = cbor2.dumps(item) == data
    except Exception:  # cbor2 raises errors of many kinds for bytes that are no CBOR
        raise Refused(refusal) from None
    if not same:
        raise Refused(refusal)
    return item


def demand(condition, refusal="EBADMSG"):
    if not condition:
        raise Refused(refusal)


def is_uint32(item):
    return type(item) is int and 0 <= item < 2**32


def number_after(data, major):
    """(number, bytes it takes) of a head that has to be of a type and of the shortest form."""
    demand(data and data[0] >> 5 == major)
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(data[0] & 31, 0)
    demand(width or data[0] & 31 < 24)
    demand(len(data) > width)
    number = int.from_bytes(data[1:1 + width], "big") if width else data[0] & 31
    demand(not width or number >= {1: 24, 2: 2**8, 4: 2**16, 8: 2**32}[width])
    return number, 1 + width


def wrapper_length(data):
    """By the frame: the payload begins at byte 8, its length in one or two bytes, and the signature follows it."""
    demand(len(data) > 10 and data[8] in (0x58, 0x59))
    width = data[8] - 0x57
    signature = 9 + width + int.from_bytes(data[9:9 + width], "big")
    demand(signature + 259 <= len(data) and data[signature:signature + 3] == b"\x59\x01\x00")
    return signature + 259


def manifest_of(wrapper):
    item = decoded(wrapper)
    demand(type(item) is cbor2.CBORTag and item.tag == 18)
    parts = item.value
    demand(type(parts) is list and [type(part) for part in parts] == [bytes, dict, bytes, bytes])
    protected, unprotected, payload, signature = parts
    demand(decoded(protected) == {1: -37} and unprotected == {} and len(signature) == 256)
    manifest = decoded(payload)
    demand(type(manifest) is list and len(manifest) == 4)
    version, compat, blob_hash, segments = manifest
    demand(is_uint32(version) and is_uint32(compat))
    demand(type(blob_hash) is bytes and len(blob_hash) == 32 and type(segments) is bytes)
    return manifest


def segments_of(data):
    count, _ = number_after(data, 4)
    demand(count % 2 == 0 and count <= len(data))
    demand(1 <= count // 2 <= 128, "ERANGE")
    numbers = decoded(data)
    demand(all(is_uint32(number) for number in numbers))
    return list(zip(numbers[::2], numbers[1::2]))


def check_segments(segments):
    for i, (address, length) in enumerate(segments):
        demand(length > 0 and address + length <= 2**32 and (address > 0 or i == 0), "EADDRNOTAVAIL")
        for other, other_length in segments[:i]:
            demand(address + length <= other or other + other_length <= address, "EADDRINUSE")


def judge(case):
    data = case.flash[case.offset:]
    data = data[:case.room] if case.room else data
    try:
        demand(data[:2] == b"\xd2\x84", "ENOENT")
        length = wrapper_length(data)
        demand(length <= case.buffer, "ENOBUFS")
        version, compat, blob_hash, segments = manifest_of(data[:length])
        demand(version == 1, "ENOTSUP")
        segments = segments_of(segments)
        check_segments(segments)
        blob_len = sum(length for _, length in segments)
        demand(length + blob_len <= len(data), "EFBIG")
        demand(hashlib.sha256(data[length:length + blob_len]).digest() == blob_hash, "EILSEQ")
    except Refused as refusal:
        return str(refusal)
    return " ".join([f"{length} {blob_len} {compat} {blob_hash.hex()}",
                     *(f"{address}:{size}" for address, size in segments)])


# The maker of files.

class Maker(OddCbor):
    def file(self, f):
        pairs = b"".join(self.item(0, number) for pair in f["segments"] for number in pair)
        segments = self.item(4, 2 * len(f["segments"]) + f["odd_count"], pairs) + f["after_list"]
        hashed = f["blob_hash"]
        manifest = self.item(4, 4, self.item(0, f["version"]) + self.item(0, f["compat"]) +
                             self.item(2, len(hashed), hashed) + self.item(2, len(segments), segments))
        manifest += f["after_manifest"]
        algorithm = self.item(5, 1, self.item(0, 1) + self.item(1, f["algorithm"])) + f["after_algorithm"]
        signature = f["signature"]
        return self.item(6, f["tag"], self.item(4, 4, self.item(2, len(algorithm), algorithm) + self.item(5, 0) +
                                                self.item(2, len(manifest), manifest) +
                                                self.item(2, len(signature), signature)))


def segments_at_random(dice, count):
    """Lengths of all sizes of number but the largest; addresses that leave gaps or none."""
    address, found = dice.randrange(1, 2**dice.choice((4, 8, 16, 31))), []
    for _ in range(count):
        length = dice.choice((dice.randrange(1, 24), dice.randrange(1, 256), dice.randrange(1, 700)))
        found.append((address, length))
        address += length + dice.choice((0, 0, 1, dice.randrange(2**dice.choice((4, 16, 22)))))
    dice.shuffle(found)
    return found


def good(dice):
    count = dice.choice((1, 2, 3, 4, 5, 6, 8, 11, 12, dice.randrange(1, 129) if dice.random() < 0.2 else 5))
    return {"segments": segments_at_random(dice, count), "odd_count": 0, "after_list": b"", "after_manifest": b"",
            "after_algorithm": b"", "version": 1, "compat": dice.randrange(2**dice.choice((1, 8, 16, 32))), "algorithm": 36,
            "tag": 18, "signature": dice.choice((b"\xff" * 256, dice.randbytes(256)))}


# What is done to the description of a file; each takes (dice, file).

def other_version(dice, f):
    f["version"] = dice.choice((0, 2, 24, 2**32 - 1, 2**32))


def other_count(dice, f):
    count = dice.choice((0, 129, 130, 128, 200))
    f["segments"] = segments_at_random(dice, count)


def odd_count(dice, f):
    f["odd_count"] = dice.choice((-1, 1))


def no_length(dice, f):
    i = dice.randrange(len(f["segments"]))
    f["segments"][i] = f["segments"][i][0], 0


def address_0(dice, f):
    i = dice.randrange(len(f["segments"]))
    f["segments"][i] = 0, f["segments"][i][1]


def end_of_addresses(dice, f):
    i = dice.randrange(len(f["segments"]))
    length = f["segments"][i][1]
    f["segments"][i] = min(2**32 - 1, 2**32 - length + dice.choice((-1, 0, 0, 1, length))), length


def overlap(dice, f):
    if len(f["segments"]) > 1:
        i, j = dice.sample(range(len(f["segments"])), 2)
        address, length = f["segments"][i]
        f["segments"][j] = max(1, address + dice.choice((length - 1, length, 0, length // 2, 1 - f["segments"][j][1],
                                                        -f["segments"][j][1]))), f["segments"][j][1]


def huge(dice, f):
    i = dice.randrange(len(f["segments"]))
    f["segments"][i] = f["segments"][i][0], dice.choice((2**16, 2**31, 2**32 - 1, 2**32))


def swapped(dice, f):
    dice.shuffle(f["segments"])


def trailing(dice, f):
    f[dice.choice(("after_list", "after_manifest", "after_algorithm"))] = dice.choice(
        (b"\x00", b"\xa0", b"\xff", bytes(dice.randrange(1, 300)), b"\x40", head(2, 256) + b"\xff" * 256))


def other_signature(dice, f):
    f["signature"] = bytes(dice.choice((0, 1, 255, 257, 384)))


def other_algorithm(dice, f):
    f["algorithm"] = dice.choice((6, 35, 37, 38, 256))


def other_tag(dice, f):
    f["tag"] = dice.choice((0, 17, 19, 98, 2**16))


DESCRIPTIONS = (other_version, other_count, odd_count, no_length, address_0, end_of_addresses, overlap, huge, swapped, trailing,
                other_signature, other_algorithm, other_tag)


# What is done to its bytes; each takes (dice, wrapper, blob) and returns both.

def flipped(dice, wrapper, blob):
    wrapper = bytearray(wrapper)
    # Not the signature alone, which is most of the bytes and does not matter.
    end = dice.choice((len(wrapper), max(1, len(wrapper) - 256), min(16, len(wrapper))))
    for _ in range(dice.choice((1, 1, 2, 8))):
        wrapper[dice.randrange(end)] ^= 1 << dice.randrange(8)
    return bytes(wrapper), blob


def inserted(dice, wrapper, blob):
    at = dice.randrange(len(wrapper))
    return wrapper[:at] + dice.randbytes(dice.choice((1, 2, 5))) + wrapper[at:], blob


def removed(dice, wrapper, blob):
    at = dice.randrange(len(wrapper))
    return wrapper[:at] + wrapper[at + dice.choice((1, 2, 5)):], blob


def cut(dice, wrapper, blob):
    whole = wrapper + blob
    at = dice.choice((dice.randrange(len(whole) + 1), dice.randrange(len(wrapper) + 1), dice.randrange(20)))
    return whole[:at], b""


def other_blob(dice, wrapper, blob):
    blob = bytearray(blob or b"\0")
    blob[dice.randrange(len(blob))] ^= 1 << dice.randrange(8)
    return wrapper, bytes(blob)


def noise(dice, wrapper, blob):
    return dice.choice((b"", b"\xd2\x84", wrapper[:8])) + dice.randbytes(len(wrapper)), blob


BYTES = (flipped, flipped, flipped, inserted, removed, cut, cut, other_blob, noise)


def case_at_random(dice):
    f, names = good(dice), []
    kind = dice.choice(("good", "good", "good", "description", "description", "head", "bytes", "bytes", "two", "place"))
    if kind in ("description", "two"):
        change = dice.choice(DESCRIPTIONS)
        change(dice, f)
        names.append(change.__name__)
    sizes = [length if length < 2**16 else 0 for _, length in f["segments"]]
    blob = dice.randbytes(sum(sizes))
    f["blob_hash"] = hashlib.sha256(blob).digest()
    if dice.random() < 0.01:
        f["blob_hash"] = dice.randbytes(dice.choice((31, 33, 64)))
    count = Maker(dice)
    count.file(f)
    wrapper = Maker(dice, dice.randrange(1, count.heads + 1) if kind == "head" else None).file(f)
    if kind in ("bytes", "two"):
        change = dice.choice(BYTES)
        wrapper, blob = change(dice, wrapper, blob)
        names.append(change.__name__)
    return placed(dice, wrapper, blob, kind == "place" or dice.random() < 0.05, ":".join([kind, *names]))


def placed(dice, wrapper, blob, is_tight, kind):
    """The file somewhere on flash, with a buffer; sometimes with too little of something."""
    data = wrapper + blob
    offset = dice.choice((0, 0, dice.randrange(600)))
    after = dice.choice((b"", b"\xff" * dice.randrange(600), dice.randbytes(dice.randrange(600))))
    room = dice.choice((0, len(data), len(data) + len(after), len(data) + 10**6))
    buffer = dice.choice((len(wrapper), len(wrapper) + 1, 4096, 65536))
    if is_tight:
        room = dice.choice((room, max(1, len(data) - dice.choice((1, 1, dice.randrange(len(data) + 1))))))
        buffer = dice.choice((buffer, max(1, len(wrapper) - dice.choice((1, 1, dice.randrange(len(wrapper) + 1)))), 1))
    flash = dice.randbytes(offset) + data + after
    return Case(flash or b"\xff", min(offset, len(flash)), room, max(buffer, 1), kind)


def verdicts(cases):
    """What the library says of each."""
    stdin = b"".join(struct.pack("<4I", len(case.flash), case.offset, case.room, case.buffer) + case.flash
                     for case in cases)
    result = subprocess.run([PROGRAM], input=stdin, capture_output=True, check=True)
    return result.stdout.decode().splitlines()


def documented():
    """The file whose bytes FORMATS.md shows; its signature is of the bytes that the dump leaves out."""
    text = (pathlib.Path(__file__).parents[2] / "FORMATS.md").read_text()
    dump = text.split("<!-- modem-file -->\n\n")[1].split("\n\n")[0]
    file = b""
    for line in dump.splitlines():
        offset, data = re.match(r"    ([0-9a-f]{4})  ((?:[0-9a-f]{2} {1,2})*[0-9a-f]{2})", line).groups()
        file = file.ljust(int(offset, 16), b"\xff") + bytes.fromhex(data)
    return file


class Agreement(unittest.TestCase):
    def test_the_file_in_the_documentation_is_good(self):
        case = Case(documented(), 0, 0, 318, "documented")
        self.assertEqual(verdicts([case]), [judge(case)])
        self.assertTrue(judge(case).endswith(" 536870912:4 24576:6"))

    def test_both_say_the_same_of_every_file(self):
        seed = SEED if SEED is not None else random.SystemRandom().randrange(10**9)
        print(f"seed {seed}")
        dice = random.Random(seed)
        cases = [case_at_random(dice) for _ in range(FILES)]
        found = verdicts(cases)
        self.assertEqual(len(found), FILES)
        counts = collections.Counter()
        for i, case, ours in zip(itertools.count(), cases, found):
            theirs = judge(case)
            self.assertEqual(ours, theirs, f"seed {seed}, file {i}, {case.kind}, room {case.room}, buffer {case.buffer}: "
                                           f"{case.flash[case.offset:].hex()}")
            counts["good" if theirs not in VERDICTS else theirs] += 1
        print(", ".join(f"{verdict} {count}" for verdict, count in counts.most_common()))
        for verdict in ("good", *VERDICTS):
            self.assertGreater(counts[verdict], 2000 if verdict == "good" else 40, verdict)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    SEED = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else None
    unittest.main()
