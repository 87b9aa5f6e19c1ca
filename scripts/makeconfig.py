#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a configuration: all that can be off is off (tinyconfig), nothing is chosen (defconfig), all that can be on is on
(allyesconfig), or everything is drawn (randconfig); the same seed draws the same."""
import argparse
import random
import sys

import kconfiglib
from genconfig import impossible

MIB = 1 << 20


def asked(kconf):
    """Bools and numbers that a configuration may set now, and choices."""
    for sym in kconf.unique_defined_syms:
        if sym.visibility and not sym.choice:
            yield sym
    for choice in kconf.unique_choices:
        if choice.visibility:
            yield choice


def set_bools(kconf, value):
    """As often as setting one lets others be set."""
    before = None
    while before != (before := [sym.str_value for sym in kconf.unique_defined_syms]):
        for item in asked(kconf):
            if item.orig_type == kconfiglib.BOOL and isinstance(item, kconfiglib.Symbol):
                item.set_value(value)


def numbers(sym):
    """Numbers worth trying: the default, every other time, both ends, and any in between; of addresses, whole MiB that
    leave room."""
    low, high = next(((int(low.str_value, 0), int(high.str_value, 0)) for low, high, cond in sym.ranges
                      if kconfiglib.expr_value(cond)))
    if sym.orig_type == kconfiglib.HEX:
        return lambda rng: rng.choice([sym.str_value] * 2 + [hex(low), hex(rng.randrange(1, 1024) * MIB)])
    return lambda rng: str(rng.choice([int(sym.str_value)] * 3 + [low, high, rng.randint(low, high)]))


def draw_one(item, rng):
    if isinstance(item, kconfiglib.Choice):
        rng.choice([sym for sym in item.syms if sym.visibility]).set_value(2)
    elif item.orig_type == kconfiglib.BOOL:
        item.set_value(rng.choice((0, 2, 2, 2)))
    else:
        item.set_value(numbers(item)(rng))


def is_shared(item):
    """Whether it is of the bootloader, or the log level, which nearly every file looks at."""
    if item.name in ("BOOTLOADER_MCUBOOT", "DFU_LOG_LEVEL"):
        return item.name == "DFU_LOG_LEVEL"
    node = item.nodes[0]
    while node.parent and not (node.item == kconfiglib.MENU and node.prompt[0] == "Bootloader"):
        node = node.parent
    return node.parent is not None


def draw(kconf, seed):
    """Each option once; again, as long as it does not go with those before it.

    What is shared is the same for all seeds that leave the same remainder, one for each mode: so every mode is tried, and
    what depends on nothing else needs no compiler for each seed.
    """
    mode = kconf.named_choices["MCUBOOT_BOOTLOADER_MODE"]
    others, shared = random.Random(seed), random.Random(seed % len(mode.syms))
    drawn = {mode}
    mode.syms[seed % len(mode.syms)].set_value(2)
    while left := [item for item in asked(kconf) if item not in drawn]:
        item = left[0]
        drawn.add(item)
        rng = shared if is_shared(item) else others
        draw_one(item, rng)
        while list(impossible(kconf)):
            draw_one(item, rng)


def write(kconfig, kind, conf, seed=0):
    """A file with the options that are not the default."""
    kconf = kconfiglib.Kconfig(kconfig, warn_to_stderr=False)
    if kind == "tinyconfig":
        set_bools(kconf, 0)
    elif kind == "allyesconfig":
        set_bools(kconf, 2)
    elif kind == "randconfig":
        draw(kconf, seed)
    kconf.write_min_config(conf, header=f"# {kind}{f' of seed {seed}' if kind == 'randconfig' else ''}\n")


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("kind", choices=["tinyconfig", "defconfig", "allyesconfig", "randconfig"])
    args.add_argument("--kconfig", required=True)
    args.add_argument("--seed", type=int, default=0)
    args.add_argument("--conf", required=True, help="file to write")
    args = args.parse_args()
    try:
        write(args.kconfig, args.kind, args.conf, args.seed)
    except OSError as error:
        sys.exit(f"{args.conf}: {error.strerror}")


if __name__ == "__main__":
    main()
