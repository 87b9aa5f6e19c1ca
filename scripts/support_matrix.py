# SPDX-License-Identifier: Apache-2.0
"""Write the README's support matrix from what the tests found, or check that it says the same.

The findings are lines "mode,capability,finding", a file for each mode; the order of the lines is that of the table.
"""
import argparse
import pathlib
import sys

import marked

MODES = ("swap-scratch", "swap-move", "swap-offset", "overwrite-only", "direct-xip", "direct-xip-revert", "ram-load",
         "ram-load-revert", "single-slot", "firmware-loader")
BEGIN = "<!-- support matrix: made by `make support` from what the tests find -->\n"
END = "<!-- end of the support matrix -->\n"


def read_findings(folder):
    """Of each capability, in order, the finding of each mode."""
    table = {}
    for mode in MODES:
        for line in (folder / f"{mode}.csv").read_text().splitlines():
            found_in, capability, finding = line.split(",", 2)
            assert found_in == mode, line
            table.setdefault(capability, {})[mode] = finding
    for capability, row in table.items():
        missing = set(MODES) - set(row)
        if missing:
            sys.exit(f"{capability}: nothing was found in {', '.join(sorted(missing))}")
    return table


def columns(table):
    """Modes of which everything found is alike share a column."""
    groups = {}
    for mode in MODES:
        groups.setdefault(tuple(row[mode] for row in table.values()), []).append(mode)
    return groups


def cell(finding):
    return f"`{finding}`" if finding.startswith("-E") else finding


def render(table):
    groups = columns(table)
    lines = ["| | " + " | ".join(", ".join(modes) for modes in groups.values()) + " |",
             "|---" * (len(groups) + 1) + "|"]
    for number, capability in enumerate(table):
        lines.append(f"| {capability} | " + " | ".join(cell(column[number]) for column in groups) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", type=pathlib.Path, required=True)
    parser.add_argument("--findings", type=pathlib.Path, required=True, help="folder of the files MODE.csv")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the table differs")
    args = parser.parse_args()
    marked.update(args.readme, BEGIN, END, render(read_findings(args.findings)), args.check, "make support")


if __name__ == "__main__":
    main()
