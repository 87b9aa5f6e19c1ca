#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a download costs: instructions a byte, what reaches the flash, sizes on Cortex-M. Tables, and CSV files.

Callgrind counts instructions, which repeat exactly; wall times would not. Nothing here passes or fails.
"""
import argparse
import csv
import os
import pathlib
import re
import subprocess
import sys
from collections import defaultdict

SOURCE = pathlib.Path(__file__).resolve().parent.parent
CHUNKS = (20, 244, 512, 1024, 4096)
# The same work in the originals that the interfaces come from, instructions a byte.
UPSTREAM = {20: 3.76, 244: 0.54, 512: 0.39, 1024: 0.34, 4096: 0.30}
IMAGE_SIZE = 512 * 1024
PAGE_SIZE = 4096
HEADER_SIZE = 512
TLV_SIZE = 4 + 4 + 32  # area header, and the hash with its own
CORES = ("cortex-m4", "cortex-m0plus")
SIZE_FLAGS = ["-std=c11", "-Os", "-ffunction-sections", "-fdata-sections", "-mthumb", "--specs=picolibc.specs"]
# Folders and files of src/ that do what the 3,571 bytes of the originals do; the driver core, images and crypto apart.
PATH = ("boot/", "img/", "stream/", "target/", "flash/flash_map")
API_HEADERS = ("dfu/dfu_target.h", "dfu/dfu_target_mcuboot.h", "dfu/dfu_target_stream.h", "dfu/flash_img.h", "dfu/mcuboot.h",
               "storage/flash_map.h", "storage/stream_flash.h")
# What a program calls that downloads and confirms updates.
UPDATER = ("dfu_target_mcuboot_set_buf", "dfu_target_init", "dfu_target_offset_get", "dfu_target_write", "dfu_target_done",
           "dfu_target_schedule_update", "dfu_target_reset", "boot_is_img_confirmed", "boot_write_img_confirmed")


def run(*command, cwd=None):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=cwd)
    if result.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def print_table(title, header, rows):
    text = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in text) for i in range(len(header))]
    print(f"\n{title}")
    for row in text:
        print("  " + row[0].ljust(widths[0]) + "".join(f"  {cell.rjust(width)}" for cell, width in
                                                       zip(row[1:], widths[1:])))


def write_csv(out, name, header, rows):
    with open(out / name, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def report(out, name, title, header, rows):
    print_table(title, header, rows)
    write_csv(out, name, header, rows)


def configuration(out, name, *lines):
    """The options of a small device, with some changed."""
    conf = out / f"{name}.conf"
    conf.write_text((SOURCE / "configs/cortex-m.conf").read_text() + "".join(f"{line}\n" for line in lines))
    return conf


def build_program(out, cc):
    # 576 KiB slots have 144 pages, more than the default of MCUboot.
    conf = configuration(out, "host", "CONFIG_BOOT_MAX_IMG_SECTORS=256")
    build = out / "host"
    run("cmake", "-S", SOURCE, "-B", build, "-G", "Ninja", f"-DSLOTWISE_CONF={conf}", f"-DCMAKE_C_COMPILER={cc}",
        "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DBUILD_TESTING=OFF")
    run("cmake", "--build", build, "--target", "bench_stream")
    return build / "bench/bench_stream"


def make_image(out):
    """A signed (hash only) image of exactly IMAGE_SIZE bytes; the payload's period is prime."""
    payload, image = out / "payload.raw", out / "image.bin"
    payload.write_bytes(bytes((i * 7 + i // 251) % 251 for i in range(IMAGE_SIZE - HEADER_SIZE - TLV_SIZE)))
    run(sys.executable, "-m", "imgtool.main", "sign", "--version", "1.0.0", "--header-size", HEADER_SIZE, "--pad-header",
        "--align", 4, "--slot-size", 0x90000, payload, image)
    if image.stat().st_size != IMAGE_SIZE:
        sys.exit(f"image.bin has {image.stat().st_size} bytes, not {IMAGE_SIZE}")
    return image


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


def count_instructions(out, program, path, chunk, image):
    log = out / f"callgrind.{path}.{chunk}"
    run("valgrind", "--tool=callgrind", f"--callgrind-out-file={log}", "--collect-atstart=no",
        "--toggle-collect=measured_writes", "--compress-strings=no", "--compress-pos=no", program, path, chunk, image)
    return read_callgrind(log)


def split(own, driver):
    """Instructions a byte: the library's, its copies, the driver's with all below it."""
    driver_own = sum(cost for function, cost in own.items() if is_driver(function))
    copies = sum(cost for function, cost in own.items() if is_copy(function)) - (driver - driver_own)
    harness = sum(cost for function, cost in own.items() if is_harness(function))
    ours = sum(own.values()) - driver - copies - harness
    return tuple(cost / IMAGE_SIZE for cost in (ours, copies, driver))


def bench_instructions(out, program, image):
    rows, functions = [], []
    for path in ("dfu_target", "flash_img"):
        for chunk in CHUNKS:
            own, below_driver = count_instructions(out, program, path, chunk, image)
            ours, copies, driver = split(own, below_driver)
            rows.append((path, chunk, f"{ours:.3f}", f"{copies:.3f}", f"{ours + copies:.3f}", f"{driver:.3f}",
                         f"{ours + copies + driver:.3f}", UPSTREAM[chunk]))
            functions += [(path, chunk, function, cost, f"{cost / IMAGE_SIZE:.4f}")
                          for function, cost in sorted(own.items(), key=lambda item: -item[1])]
    report(out, "instructions.csv", "Instructions a byte, 512 KiB into RAM flash; verification not counted (by function: "
           "functions.csv)", ("path", "chunk", "ours", "memcpy", "both", "RAM flash", "all", "upstream"), rows)
    write_csv(out, "functions.csv", ("path", "chunk", "function", "instructions", "a byte"), functions)


def bench_flash(out, program, image):
    pages = -(-IMAGE_SIZE // PAGE_SIZE)
    rows = []
    for path in ("dfu_target", "flash_img"):
        for chunk in CHUNKS:
            erases, programs, programmed = map(int, run(program, path, chunk, image, "count").split())
            rows.append((path, chunk, erases, pages, programs, programmed, IMAGE_SIZE))
    report(out, "flash.csv", "What reaches the flash (4 KiB pages, 512 byte buffer), whole download with its end; the floor "
           "is the image's pages and bytes", ("path", "chunk", "erases", "floor", "programs", "bytes", "floor"), rows)


def sources_of(configured):
    """Files of src/ in a configured build, from its compile commands."""
    words = run("ninja", "-C", configured, "-t", "inputs", "libslotwise.a").split()
    prefix = f"{SOURCE}/src/"
    return sorted({word[len(prefix):] for word in words if word.startswith(prefix) and word.endswith(".c")})


def compile_sizes(out, core, name, conf):
    folder = out / f"{core}-{name}"
    folder.mkdir(exist_ok=True)
    run("cmake", "-S", SOURCE, "-B", folder / "list", "-G", "Ninja", f"-DSLOTWISE_CONF={conf}", "-DBUILD_TESTING=OFF")
    sizes = {}
    for source in sources_of(folder / "list"):
        target = folder / source.replace("/", "_").replace(".c", ".o")
        run("arm-none-eabi-gcc", f"-mcpu={core}", *SIZE_FLAGS, f"-I{SOURCE / 'include'}", f"-I{SOURCE / 'src'}",
            f"-I{folder / 'list/config'}", "-c", SOURCE / "src" / source, "-o", target)
        sizes[source] = tuple(map(int, run("arm-none-eabi-size", target).splitlines()[1].split()[:3]))
    return sizes


def total(sizes, prefixes=("",)):
    chosen = [size for source, size in sizes.items() if source.startswith(prefixes)]
    return tuple(sum(column) for column in zip(*chosen)) or (0, 0, 0)


def api_functions():
    text = "".join((SOURCE / "include" / header).read_text() for header in API_HEADERS)
    return sorted(set(re.findall(r"^[a-zA-Z][\w \t*]*?\b(\w+)\(", text, re.MULTILINE)))


def linked(out, core, name, functions):
    """Size of what the named functions pull in, C library and back-ends apart."""
    folder = out / f"{core}-{name}"
    objects = sorted(folder.glob("*.o"))
    defined = set(re.findall(r" T (\w+)$", run("arm-none-eabi-nm", *objects), re.MULTILINE))
    result = folder / "linked.elf"
    run("arm-none-eabi-ld", "-r", "--gc-sections", *(f"--undefined={f}" for f in functions if f in defined), *objects,
        "-o", result)
    return tuple(map(int, run("arm-none-eabi-size", result).splitlines()[1].split()[:3]))


def bench_sizes(out):
    variants = {"verify": configuration(out, "verify"),
                "no-verify": configuration(out, "no-verify", "CONFIG_DFU_TARGET_VERIFY=n")}
    sizes = {(core, name): compile_sizes(out, core, name, conf) for core in CORES for name, conf in variants.items()}
    rows, summary = [], []
    for source in sorted(set().union(*sizes.values())):
        rows.append((source, *(number for key in sizes for number in sizes[key].get(source, (0, 0, 0)))))
    for core in CORES:
        for name in variants:
            measured = (("files of the originals' functions", total(sizes[core, name], PATH)),
                        ("all of src/", total(sizes[core, name])),
                        ("linked for the originals' functions", linked(out, core, name, api_functions())),
                        ("linked for an updater", linked(out, core, name, UPDATER)))
            summary += [(what, core, name, *size) for what, size in measured]
    names = [f"{'M4' if core == 'cortex-m4' else 'M0+'} {'' if name == 'verify' else 'n '}{column}"
             for core, name in sizes for column in ("text", "data", "bss")]
    report(out, "sizes.csv", "Bytes an object, -Os, options of configs/cortex-m.conf; n: with DFU_TARGET_VERIFY=n",
           ("object", *names), rows)
    report(out, "totals.csv", "Bytes together. The originals on Cortex-M4: 3571 of text; aims: 3500 without verification, "
           "6144 with", ("what", "core", "options", "text", "data", "bss"), summary)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--out", required=True, type=pathlib.Path, help="folder for the CSV files and all work files")
    args.add_argument("--cc", default="cc", help="compiler of the host")
    args = args.parse_args()
    args.out = args.out.resolve()
    os.makedirs(args.out, exist_ok=True)

    program = build_program(args.out, args.cc)
    image = make_image(args.out)
    bench_instructions(args.out, program, image)
    bench_flash(args.out, program, image)
    bench_sizes(args.out)
    print(f"\nCSV files are in {args.out}")


if __name__ == "__main__":
    main()
