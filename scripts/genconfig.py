#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write autoconf.h from Kconfig and a configuration; an unknown or impossible option is an error that names it."""
import argparse
import sys

import kconfiglib


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--kconfig", required=True)
    args.add_argument("--conf", required=True, help="CONFIG_X=y lines")
    args.add_argument("--header", required=True, help="file to write")
    args = args.parse_args()

    kconf = kconfiglib.Kconfig(args.kconfig, warn_to_stderr=False)
    kconf.load_config(args.conf)
    problems = list(kconf.warnings)
    for sym in kconf.unique_defined_syms:
        if sym.user_value is None:
            continue
        wanted = sym.user_value if sym.orig_type not in (kconfiglib.BOOL, kconfiglib.TRISTATE) \
            else kconfiglib.TRI_TO_STR[sym.user_value]
        if wanted != sym.str_value:
            problems.append(f"CONFIG_{sym.name}={wanted} asked for, {sym.str_value or 'n'} possible: check its dependencies")
    if problems:
        sys.exit("\n".join(f"{args.conf}: {p}" for p in problems))
    kconf.write_autoconf(args.header, "/* From Kconfig; change the configuration, not this file. */\n")


if __name__ == "__main__":
    main()
