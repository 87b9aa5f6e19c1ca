# SPDX-License-Identifier: Apache-2.0
"""The tables of sizes, as Markdown."""
from features import FEATURES
from objects import CORES, Size
from tools import markdown_table

AIMS_CORE = "Cortex-M4"


def size_table(measured):
    """Of each feature what it takes of flash on each core, and of RAM on one."""
    rows = []
    for feature in FEATURES:
        of = {core: found["features"][feature.name] for core, found in measured.items()}
        rows.append((feature.title, *(numbers["flash"] for numbers in of.values()), of[AIMS_CORE]["ram"],
                     of[AIMS_CORE]["stack"] if feature.stack else ""))
    return markdown_table(("bytes of flash, `-Os`", *measured, "RAM (M4)", "stack (M4)"), rows)


def aims_table(measured):
    """Beside upstream and the aims of DESIGN.md."""
    found = measured[AIMS_CORE]
    of, stacks = found["features"], found["stacks"]

    def total(*features):
        return sum(of[feature]["flash"] for feature in features)

    core = "core: download, schedule, confirm"
    rows = [
        ("flash: upstream's functions, linked", "3,571", "3,500", of["upstream's functions, without its flash API"]["flash"]),
        ("flash: download, verify, go on after a reset", "4,007", "6,144",
         total(core, "verification by hash", "progress")),
        ("flash: settings in a log, facade and checksum", "4,480", "2,200", of["settings alone, without flash_map"]["flash"]),
        ("flash: `fmfu_fdev`, decoder and zcbor", "5,882", "", of["fmfu_fdev, with decoder and zcbor"]["flash"]),
        ("static RAM: download, schedule, confirm", "72", "128", of[core]["ram"]),
        ("stack: init, write, schedule", "180, 120, 136", "400 each",
         ", ".join(str(stacks[f"hash dfu_target_{call}"]) for call in ("init", "write", "schedule_update"))),
        ("stack, with progress in a log", "584, 516, 136", "400 each",
         ", ".join(str(stacks[f"log dfu_target_{call}"]) for call in ("init", "write", "schedule_update"))),
    ]
    return markdown_table((AIMS_CORE, "upstream", "aim", "Slotwise"), rows)


def full_tables(measured):
    parts = []
    for core in CORES:
        found = measured[core.name]
        rows = [(feature.title, *(found["features"][feature.name][kind] for kind in Size.KINDS),
                 found["features"][feature.name]["stack"] if feature.stack else "") for feature in FEATURES]
        parts.append(f"## {core.name}\n\n{found['compiler']}\n\n" + markdown_table(("", *Size.KINDS, "stack"), rows))
    return "\n".join(parts)
