# SPDX-License-Identifier: Apache-2.0
"""Commands to run, and tables to print and to keep as CSV files."""
import csv
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent
IMAGE_SIZE = 512 * 1024
HEADER_SIZE = 512
TLV_SIZE = 4 + 4 + 32  # area header, and the hash with its own


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


def make_image(out):
    """A signed (hash only) image of exactly IMAGE_SIZE bytes; the payload's period is prime."""
    payload, image = out / "payload.raw", out / "image.bin"
    payload.write_bytes(bytes((i * 7 + i // 251) % 251 for i in range(IMAGE_SIZE - HEADER_SIZE - TLV_SIZE)))
    run(sys.executable, "-m", "imgtool.main", "sign", "--version", "1.0.0", "--header-size", HEADER_SIZE, "--pad-header",
        "--align", 4, "--slot-size", 0x90000, payload, image)
    if image.stat().st_size != IMAGE_SIZE:
        sys.exit(f"image.bin has {image.stat().st_size} bytes, not {IMAGE_SIZE}")
    return image


def markdown_table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(markdown_cell(cell) for cell in row) + " |" for row in rows)]) + "\n"


def markdown_cell(cell):
    return f"{cell:,}" if isinstance(cell, int) else cell
