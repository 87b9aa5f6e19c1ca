# SPDX-License-Identifier: Apache-2.0
"""An independent decoder, cbor2, and the library agree on 10,000 headers of packages, good and damaged: the verdict of
each, and what a good one says.

usage: test_package_cbor2.py PROGRAM [SEED]"""
import collections
import io
import os
import random
import struct
import subprocess
import sys
import unittest

import cbor2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from odd_cbor import OddCbor  # pylint: disable=wrong-import-position

HEADERS = 10000
VERDICTS = ("EBADMSG", "ENOBUFS", "ENODATA", "EEXIST", "ENOMEM", "EOVERFLOW")
SEED = None
PROGRAM = None


class Refused(Exception):
    pass


def demand(condition, refusal="EBADMSG"):
    if not condition:
        raise Refused(refusal)


# The judge: rules as FORMATS.md has them, over what cbor2 decodes.

def first_item(data):
    """(item, bytes it takes); it has to be of the shortest form."""
    stream = io.BytesIO(data)
    try:
        item = cbor2.load(stream)
        encoded = cbor2.dumps(item)
    except Exception:  # cbor2 raises errors of many kinds for bytes that are no CBOR
        raise Refused("EBADMSG") from None
    demand(data.startswith(encoded))
    return item, len(encoded)


def images_of(data):
    """The list's length is believed before what is in it: a reader without memory knows no other way."""
    demand(data.startswith(b"\xa1\x63img") and len(data) > 5 and data[5] >> 5 == 4)
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(data[5] & 31, 0)
    demand(width or data[5] & 31 < 24)
    demand(len(data) > 5 + width)
    count = int.from_bytes(data[6:6 + width], "big") if width else data[5] & 31
    demand(not width or count >= {1: 24, 2: 2**8, 4: 2**16, 8: 2**32}[width])
    demand(0 < count <= len(data) - 5)
    demand(count <= 255, "ENOMEM")
    item, length = first_item(data)
    for image in item["img"]:
        demand(type(image) is dict and list(image) == ["id", "size"])
        demand(all(type(number) is int for number in image.values()))
        demand(-2**31 <= image["id"] < 2**31 and 0 <= image["size"] < 2**32)
    demand(set(data[length:]) <= {0xff})
    return [(image["id"], image["size"]) for image in item["img"]]


def judge(data):
    try:
        demand(len(data) >= 2, "ENOBUFS")
        end = 2 + struct.unpack_from("<H", data)[0]
        demand(end <= len(data), "ENOBUFS")
        found, ids = [], set()
        images = images_of(data[2:end])
        for number, size in images:
            demand(size > 0, "ENODATA")
            demand(number not in ids, "EEXIST")
            ids.add(number)
            found.append(f"{number}:{size}@{end}")
            end += size
        demand(end < 2**32, "EOVERFLOW")
    except Refused as refusal:
        return str(refusal)
    return " ".join([str(end), *found])


# The maker.

class Maker(OddCbor):
    def text(self, text):
        return self.item(3, len(text), text.encode())

    def number(self, number):
        return self.item(0, number) if number >= 0 else self.item(1, -1 - number)

    def image(self, number, size, keys):
        values = {"id": number, "size": size}
        pairs = b"".join(self.text(key) + self.number(values.get(key, 1)) for key in keys)
        return self.item(5, len(keys), pairs)

    def header(self, h):
        images = b"".join(self.image(number, size, h["keys"].get(i, ("id", "size")))
                          for i, (number, size) in enumerate(h["images"]))
        content = self.text(h["key"]) + self.item(4, len(h["images"]), images) + h["after_list"]
        return self.item(5, 1 + (h["after_list"] != b""), content) + h["behind"]


def good(dice):
    count = dice.choice((1, 1, 2, 2, 3, 4, 5, 8, 23, 24, 25, dice.randrange(1, 256) if dice.random() < 0.02 else 2))
    ids = dice.sample(range(-300, 300), count) if dice.random() < 0.5 else dice.sample(range(-2, max(8, count)), count)
    sizes = [dice.randrange(1, 2**dice.choice((4, 8, 9, 16, 20, 24))) for _ in range(count)]
    return {"images": list(zip(ids, sizes)), "key": "img", "keys": {}, "after_list": b"",
            "behind": b"\xff" * dice.choice((0, 0, 1, 3, 510, dice.randrange(600))), "length": 0}


# What is done to the description of a header; each takes (dice, header).

def some_image(dice, h, **values):
    i = dice.randrange(len(h["images"]))
    number, size = h["images"][i]
    h["images"][i] = (values.get("id", number), values.get("size", size))


def empty_image(dice, h):
    some_image(dice, h, size=0)


def same_id(dice, h):
    h["images"].append((dice.choice(h["images"])[0], dice.randrange(1, 99)))


def huge(dice, h):
    some_image(dice, h, size=dice.choice((2**32 - 1, 2**32 - 40, 2**32, 2**63)))


def other_id(dice, h):
    some_image(dice, h, id=dice.choice((2**31 - 1, -2**31, 2**31, -2**31 - 1, 2**32, 2**63)))


def no_image(_, h):
    h["images"] = []


def many(dice, h):
    h["images"] = [(i, 1 + i) for i in range(dice.choice((24, 100, 255, 256, 300)) if dice.random() < 0.2 else 2)]


def other_key(dice, h):
    h["key"] = dice.choice(("imG", "im", "imgs", "", "image"))


def other_keys(dice, h):
    h["keys"] = {dice.randrange(len(h["images"])): dice.choice((
        ("size", "id"), ("id",), ("size",), (), ("id", "size", "x"), ("id", "id"), ("Id", "size"), ("id", "Size"),
        ("id", "siz"), ("x", "id", "size")))}


def more_entries(dice, h):
    h["after_list"] = dice.choice((b"\x61x\x00", b"\x63img\x80", b"\xff"))


def junk_behind(dice, h):
    h["behind"] += dice.choice((b"\x00", b"\xfe", b"\xff\x00\xff", dice.randbytes(3)))


def other_length(dice, h):
    h["length"] = dice.choice((-1, -2, -10, 1, 2, 200, 65000))


def nothing(_dice, _h):
    pass


CHANGES = (empty_image, same_id, huge, other_id, no_image, many, other_key, other_keys, more_entries, junk_behind,
           other_length, nothing)


def damage_bytes(dice, data):
    data = bytearray(data)
    kind = dice.choice(("flip", "cut", "insert", "delete"))
    at = dice.randrange(len(data))
    if kind == "flip":
        data[at] ^= 1 << dice.randrange(8)
    elif kind == "cut":
        del data[at:]
    elif kind == "insert":
        data.insert(at, dice.randrange(256))
    else:
        del data[at]
    return bytes(data)


def make(dice):
    """(kind, bytes of a header)"""
    h, maker, kind = good(dice), Maker(dice), "good"
    if dice.random() < 0.5:
        change = dice.choice(CHANGES)
        change(dice, h)
        kind = change.__name__
    if dice.random() < 0.25:
        maker.odd = dice.randrange(1, 6 + 5 * len(h["images"]))
        kind = "odd head"
    cbor = maker.header(h)
    length = min(max(len(cbor) + h["length"], 0), 65535)
    data = struct.pack("<H", length) + cbor + (dice.randbytes(9) if dice.random() < 0.3 else b"")
    if dice.random() < 0.2:
        data = damage_bytes(dice, data)
        kind = "damaged bytes"
    return kind, data


class Cbor2(unittest.TestCase):
    def test_the_library_and_cbor2_agree(self):
        dice = random.Random(SEED)
        headers = [make(dice) for _ in range(HEADERS)]
        sent = b"".join(struct.pack("<I", len(data)) + data for _, data in headers)
        answers = subprocess.run([PROGRAM], input=sent, capture_output=True, check=True).stdout.decode().splitlines()
        self.assertEqual(len(answers), HEADERS)
        seen = collections.Counter()
        for (kind, data), answer in zip(headers, answers):
            self.assertEqual(answer, judge(data), f"seed {SEED}, {kind}: {data.hex()}")
            seen[answer if answer in VERDICTS else "good"] += 1
        # The rarest, ENOMEM, is about 27 of them: chance alone does not bring it to so few.
        for verdict in (*VERDICTS, "good"):
            self.assertGreater(seen[verdict], 3, f"seed {SEED}: too few {verdict}: {seen}")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    SEED = int(sys.argv.pop(1)) if len(sys.argv) > 1 else random.randrange(2**32)
    unittest.main(verbosity=2)
