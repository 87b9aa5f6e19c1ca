#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Choose options by menu, in a terminal; what was saved is then checked as a build would check it."""
import argparse
import curses
import os
import sys

import kconfiglib
import menuconfig

import genconfig


def check_terminal(conf):
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.exit(f"menuconfig needs a terminal; without one, write CONFIG_ lines into {conf} (Kconfig has them all)")
    try:
        curses.setupterm()
    except curses.error as error:
        sys.exit(f"menuconfig: TERM={os.environ.get('TERM', '')}: {error}")


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--kconfig", required=True)
    args.add_argument("--conf", required=True, help="file to change, or to write")
    args = args.parse_args()
    check_terminal(args.conf)
    os.environ["KCONFIG_CONFIG"] = args.conf
    try:
        menuconfig.menuconfig(kconfiglib.Kconfig(args.kconfig))
    except (OSError, kconfiglib.KconfigError) as error:
        sys.exit(f"menuconfig: {error}")
    if not os.path.isfile(args.conf):
        sys.exit(f"{args.conf}: nothing was saved")
    _, found = genconfig.load(args.kconfig, args.conf)
    if found:
        sys.exit("\n".join(f"{args.conf}: {problem}" for problem in found))


if __name__ == "__main__":
    main()
