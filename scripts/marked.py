# SPDX-License-Identifier: Apache-2.0
"""Parts of a document that a program writes: between two lines of their own."""
import sys


def update(path, begin, end, wanted, check, made_by):
    """Put `wanted` between the lines `begin` and `end`; with `check` change nothing, and fail if something else is there."""
    text = path.read_text()
    if text.count(begin) != 1 or text.count(end) != 1:
        sys.exit(f"{path.name}: not one part from {begin.strip()} to {end.strip()}")
    before, rest = text.split(begin)
    found, after = rest.split(end)
    wanted = f"\n{wanted}\n"
    if found == wanted:
        return
    if check:
        sys.exit(f"{path.name}: found otherwise (`{made_by}` writes it):\n{wanted}")
    path.write_text(before + begin + wanted + end + after)
