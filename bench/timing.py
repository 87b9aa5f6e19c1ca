#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long an update takes on real flash, and how long a call of it blocks: in simulated time, so it repeats exactly.

Writes the README's table, or checks that it says the same.
"""
import argparse
import pathlib
import sys
from dataclasses import dataclass

from tools import SOURCE, make_image, markdown_table, run, write_csv

sys.path.insert(0, str(SOURCE / "scripts"))
import marked  # noqa: E402  (scripts/)

MARKS = ("<!-- stalls: made by `make stalls` from simulated updates -->\n", "<!-- end of the stalls -->\n")
KIB = 512  # of the image


@dataclass(frozen=True)
class Row:
    """A part with an erase size, and what the data sheets alone come to for 512 KiB, in milliseconds."""
    part: str
    erases: str
    program: str
    idle_ms: int  # idle times that are used to erase ahead; 0: there is nothing to erase
    erase_floor: float
    program_floor: float


ROWS = (
    Row("nRF52840", "4 KiB", "bench_timing", 200, 128 * 85, 131072 * .041),
    Row("nRF9160", "4 KiB", "bench_timing", 200, 128 * 87, 131072 * .043),
    Row("nRF54L", "none", "bench_timing", 0, 0, 32768 * .222),
    Row("STM32L4", "2 KiB", "bench_timing", 100, 256 * 24.47, 65536 * .082),
    Row("STM32F4", "128 KiB", "bench_timing", 10000, 4 * 4000, 524288 * .016),
    Row("MX25R6435F", "4 KiB", "bench_timing", 200, 128 * 48, 2048 * .896),
    Row("MX25R6435F", "64 KiB", "bench_timing_64k", 1000, 8 * 480, 2048 * .896),
    Row("GD25LE255E", "4 KiB", "bench_timing", 200, 128 * 30, 2048 * .256),
    Row("GD25LE255E", "64 KiB", "bench_timing_64k", 500, 8 * 160, 2048 * .256),
)
NAMES = ("download", "settings", "longest write", "longest write without settings", "idle", "longest idle")


def simulate(programs, row, image, *idle_ms):
    """Microseconds by name."""
    return dict(zip(NAMES, map(int, run(programs / row.program, row.part, image, *idle_ms).split())))


def rate(us):
    return f"{KIB * 1e6 / us:.0f}"


def cells(row, idle_ms, found):
    floor_ms = row.program_floor if idle_ms else row.erase_floor + row.program_floor
    return (row.part, row.erases, f"{idle_ms} ms" if idle_ms else "", f"{found['download'] / 1e6:.1f}",
            rate(found["download"]), rate(found["download"] - found["settings"]), rate(floor_ms * 1000),
            f"{found['longest write'] / 1e3:.0f}", f"{found['longest write without settings'] / 1e3:.0f}",
            f"{found['idle'] / 1e6:.1f}" if idle_ms else "")


def render(results):
    return markdown_table(("part", "erases", "idle times", "s", "KiB/s", "without settings", "floor", "longest write, ms",
                           "without settings", "idle time used, s"), [cells(*result) for result in results])


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--programs", required=True, type=pathlib.Path, help="folder of bench_timing and bench_timing_64k")
    args.add_argument("--out", required=True, type=pathlib.Path, help="folder for the CSV file and the image")
    args.add_argument("--check", action="store_true", help="change no document; fail if it has other figures")
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    image = make_image(args.out)
    results = []
    for row in ROWS:
        results.append((row, 0, simulate(args.programs, row, image)))
        if row.idle_ms:
            results.append((row, row.idle_ms, simulate(args.programs, row, image, row.idle_ms)))
    write_csv(args.out, "stalls.csv", ("part", "erases", "idle times, ms", *(f"{name}, us" for name in NAMES)),
              [(row.part, row.erases, idle_ms, *found.values()) for row, idle_ms, found in results])
    print(render(results))
    marked.update(SOURCE / "README.md", *MARKS, render(results), args.check, "make stalls")


if __name__ == "__main__":
    main()
