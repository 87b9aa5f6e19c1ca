#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a download costs: instructions a byte, and what reaches the flash. Tables, and CSV files.

Callgrind counts instructions, which repeat exactly; wall times would not. Nothing here passes or fails.
"""
import argparse
import os
import pathlib
import re
import sys
from collections import defaultdict

import full_modem
from tools import IMAGE_SIZE, SOURCE, configuration, make_image, report, run, write_csv

CHUNKS = (20, 244, 512, 1024, 4096)
# The same work in the originals that the interfaces come from, instructions a byte.
UPSTREAM = {20: 3.76, 244: 0.54, 512: 0.39, 1024: 0.34, 4096: 0.30}
UPSTREAM_PROGRESS = {20: 2876, 244: 204, 512: 65, 4096: 1.5}
PAGE_SIZE = 4096
PROGRESS = ("CONFIG_SETTINGS=y", "CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y")


def build_programs(out, cc, name, *options):
    """The folder of the programs, built with the options of a small device and some more."""
    # 576 KiB slots have 144 pages, more than the default of MCUboot.
    conf = configuration(out, name, "CONFIG_BOOT_MAX_IMG_SECTORS=256", *options)
    build = out / name
    run("cmake", "-S", SOURCE, "-B", build, "-G", "Ninja", f"-DSLOTWISE_CONF={conf}", f"-DCMAKE_C_COMPILER={cc}",
        "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DBUILD_TESTING=OFF")
    run("cmake", "--build", build, "--target", "bench/all")
    return build / "bench"


def is_copy(function):
    return re.search(r"mem(cpy|move|set)|memcpy|memset", function) is not None


def is_driver(function):
    return function.startswith("flash_ram_")


def is_harness(function):
    return function in ("measured_writes", "target_write", "img_write")


def read_callgrind(path):
    """Instructions by function (its own), and those below the driver's functions, theirs included."""
    own, driver = defaultdict(int), 0
    function = callee = None
    after_calls = False
    for line in path.read_text().splitlines():
        name = re.match(r"(c?fn)=(?:\(\d+\) )?(.+)", line)
        if name:
            if name[1] == "fn":
                function = name[2]
            else:
                callee = name[2]
        elif line.startswith("calls="):
            after_calls = True
        elif re.match(r"[+\-*\d]", line) and function:
            cost = int(line.split()[-1])
            if not after_calls:
                own[function] += cost
            elif is_driver(callee) and not is_driver(function):
                driver += cost
            after_calls = False
    return own, driver


def count_instructions(out, measured, program, path, chunk, image, *mode):
    log = out / f"callgrind.{program.parent.parent.name}.{path}.{chunk}.{measured}"
    run("valgrind", "--tool=callgrind", f"--callgrind-out-file={log}", "--collect-atstart=no",
        f"--toggle-collect={measured}", "--compress-strings=no", "--compress-pos=no", program, path, chunk, image, *mode)
    return read_callgrind(log)


def split(own, driver):
    """Instructions a byte: the library's, its copies, the driver's with all below it."""
    driver_own = sum(cost for function, cost in own.items() if is_driver(function))
    copies = sum(cost for function, cost in own.items() if is_copy(function)) - (driver - driver_own)
    harness = sum(cost for function, cost in own.items() if is_harness(function))
    ours = sum(own.values()) - driver - copies - harness
    return tuple(cost / IMAGE_SIZE for cost in (ours, copies, driver))


def bench_instructions(out, ways, image):
    rows, functions = [], []
    for name, program, path, upstream in ways:
        for chunk in CHUNKS:
            own, below_driver = count_instructions(out, "measured_writes", program, path, chunk, image)
            ours, copies, driver = split(own, below_driver)
            rows.append((name, chunk, f"{ours:.3f}", f"{copies:.3f}", f"{ours + copies:.3f}", f"{driver:.3f}",
                         f"{ours + copies + driver:.3f}", upstream.get(chunk, "")))
            functions += [(name, chunk, function, cost, f"{cost / IMAGE_SIZE:.4f}")
                          for function, cost in sorted(own.items(), key=lambda item: -item[1])]
    report(out, "instructions.csv", "Instructions a byte, 512 KiB into RAM flash; verification not counted (by function: "
           "functions.csv)", ("path", "chunk", "ours", "memcpy", "both", "RAM flash", "all", "upstream"), rows)
    write_csv(out, "functions.csv", ("path", "chunk", "function", "instructions", "a byte"), functions)


def bench_apart(out, ways, image):
    """What is not done chunk by chunk; the hash is the crypto library's."""
    rows = []
    for name, program, path, _ in ways:
        for what, measured, mode in (("done(true): flush, hash", "dfu_target_done", ()),
                                     ("init behind the last byte", "dfu_target_init", ("pause",))):
            if path == "dfu_target":
                own, below_driver = count_instructions(out, measured, program, path, 512, image, *mode)
                rows.append((name, what, f"{sum(own.values()) / IMAGE_SIZE:.3f}"))
    report(out, "apart.csv", "Instructions a byte beside the writes, RAM flash and hash included", ("path", "what", "all"), rows)


def bench_flash(out, ways, image):
    pages = -(-IMAGE_SIZE // PAGE_SIZE)
    rows, records = [], []
    for name, program, path, _ in ways:
        for chunk in CHUNKS:
            counts = list(map(int, run(program, path, chunk, image, "count").split()))
            erases, programs, programmed = counts[:3]
            rows.append((name, chunk, erases, pages, programs, programmed, IMAGE_SIZE))
            if any(counts[3:]):
                records.append((name, chunk, *counts[3:]))
    report(out, "flash.csv", "What reaches the flash (4 KiB pages, 512 byte buffer), whole download with its end; the floor "
           "is the image's pages and bytes", ("path", "chunk", "erases", "floor", "programs", "bytes", "floor"), rows)
    report(out, "records.csv", "What the settings of the same download take, a log on 8 pages of 4 KiB; the originals at chunks of "
           "20: 77 more erases and 52637 more programs", ("path", "chunk", "values saved", "deletions", "erases", "programs",
                                                        "bytes"), records)


def bench_lookup(out, programs):
    rows = [run(programs / "bench_lookup").split()]
    report(out, "lookup.csv", "The dearest look-up of a setting, in a full sector; the originals: 1200 reads",
           ("records in the sector", "flash reads"), rows)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--out", required=True, type=pathlib.Path, help="folder for the CSV files and all work files")
    args.add_argument("--cc", default="cc", help="compiler of the host")
    args = args.parse_args()
    args.out = args.out.resolve()
    os.makedirs(args.out, exist_ok=True)

    plain = build_programs(args.out, args.cc, "host")
    progress = build_programs(args.out, args.cc, "host-progress", *PROGRESS)
    ways = (("dfu_target", plain / "bench_stream", "dfu_target", UPSTREAM),
            ("flash_img", plain / "bench_stream", "flash_img", UPSTREAM),
            ("dfu_target, progress", progress / "bench_stream", "dfu_target", UPSTREAM_PROGRESS))
    image = make_image(args.out)
    bench_instructions(args.out, ways, image)
    bench_apart(args.out, ways, image)
    bench_flash(args.out, ways, image)
    bench_lookup(args.out, progress)
    full_modem.bench_full_modem(args.out, build_programs(args.out, args.cc, "host-modem", *full_modem.OPTIONS))
    print(f"\nCSV files are in {args.out}")


if __name__ == "__main__":
    main()
