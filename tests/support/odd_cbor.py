# SPDX-License-Identifier: Apache-2.0
"""CBOR, written here byte by byte, of which one head may be other than it should: too wide, of another type, too large,
too small, of no definite length, or none at all."""


def head(major, number, width=None):
    if width is None:
        width = next(w for w, most in ((0, 24), (1, 2**8), (2, 2**16), (4, 2**32), (8, 2**64)) if number < most)
    if width == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + (number % 2**(8 * width)).to_bytes(width, "big")


class OddCbor:
    """Encodes; the head of this number, from 1, gets another form."""

    def __init__(self, dice, odd=None):
        self.dice, self.odd, self.heads = dice, odd, 0

    def item(self, major, number, content=b""):
        self.heads += 1
        if self.heads != self.odd:
            return head(major, number) + content
        form = self.dice.choice(("wide", "type", "more", "less", "indefinite", "reserved"))
        if form == "wide":
            return head(major, number, self.dice.choice((1, 2, 4, 8))) + content
        if form == "type":
            return head(self.dice.choice([other for other in range(7) if other != major]), number) + content
        if form == "more":
            return head(major, (number + self.dice.choice((1, 2, 40, 250, 2**16, 2**32, 2**63))) % 2**64) + content
        if form == "less":
            return head(major, max(0, number - self.dice.choice((1, 2, 5)))) + content
        if form == "indefinite":
            inside = head(major, number) + content if major in (2, 3) else content
            return bytes([major << 5 | 31]) + inside + b"\xff"
        return bytes([major << 5 | self.dice.choice((28, 29, 30))]) + content
