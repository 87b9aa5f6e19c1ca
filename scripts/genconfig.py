#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write autoconf.h from Kconfig and a configuration; an unknown or impossible option is an error that names it."""
import argparse
import sys

import kconfiglib


def wanted(sym):
    if sym.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE):
        return kconfiglib.TRI_TO_STR[sym.user_value]
    return sym.user_value


def why(sym):
    """What keeps a symbol from the value that was asked for."""
    for low, high, cond in sym.ranges:
        if kconfiglib.expr_value(cond):
            return f"range {low.str_value} to {high.str_value}"
    if kconfiglib.expr_value(sym.direct_dep) == 0:
        return f"depends on {kconfiglib.expr_str(sym.direct_dep)}"
    if not any(node.prompt for node in sym.nodes):
        return "other options set it"
    return f"selected by {kconfiglib.expr_str(sym.rev_dep)}"


def problems(kconf):
    # First what is unknown or malformed, from the parser; then what a configuration asks for and does not get.
    found = list(kconf.warnings)
    for sym in kconf.unique_defined_syms:
        if sym.user_value is not None and wanted(sym) != sym.str_value:
            found.append(f"CONFIG_{sym.name}={wanted(sym)} is not possible ({why(sym)}), it would be "
                         f"{sym.str_value or 'n'}")
    return found


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--kconfig", required=True)
    args.add_argument("--conf", required=True, help="CONFIG_X=y lines")
    args.add_argument("--header", required=True, help="file to write")
    args = args.parse_args()

    kconf = kconfiglib.Kconfig(args.kconfig, warn_to_stderr=False)
    kconf.warn_assign_undef = True
    kconf.load_config(args.conf)
    found = problems(kconf)
    if found:
        sys.exit("\n".join(f"{args.conf}: {p}" for p in found))
    kconf.write_autoconf(args.header, "/* From Kconfig; change the configuration, not this file. */\n")


if __name__ == "__main__":
    main()
