# SPDX-License-Identifier: Apache-2.0
"""Commands to run, and tables to print and to keep as CSV files."""
import csv
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent


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
