#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write flash_map_gen.h and flash_map_gen.c, the flash map of a firmware build, from a devicetree source.

The header has numbers for each partition, which FIXED_PARTITION_*() and PARTITION_*() of <storage/flash_map.h> find by
node label; it may also be included by a linker script that the C preprocessor reads. The firmware defines a
`struct device` named after each flash node's label that the header lists.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

from devicetree import dtlib

# Names of the nRF Connect SDK's Partition Manager for what devicetrees call otherwise. The first label that the
# devicetree has gets the name, unless a partition bears that name itself.
ALIASES = {
    "mcuboot": ["boot_partition"],
    "mcuboot_primary": ["slot0_partition"],
    "mcuboot_secondary": ["slot1_partition"],
    **{f"mcuboot_primary_{n}": [f"slot{2 * n}_partition"] for n in range(1, 8)},
    **{f"mcuboot_secondary_{n}": [f"slot{2 * n + 1}_partition"] for n in range(1, 8)},
    "mcuboot_scratch": ["scratch_partition"],
    "settings_storage": ["settings_partition", "storage_partition"],
    "nvs_storage": ["nvs_partition", "storage_partition"],
    "littlefs_storage": ["lfs1_partition", "lfs_partition", "storage_partition"],
    "fmfu_storage": ["fmfu_storage_partition"],
}
SLOTS = 16       # ids 0 to 15 are slot0_partition to slot15_partition
SCRATCH_ID = 16  # of scratch_partition
MODEM_FILES_ID = 17  # of the partition for modem files: the chosen one, else fmfu_storage
S0_ID, S1_ID = 18, 19  # of s0_partition and s1_partition, the slots of a bootloader that is itself updated
FIRST_OTHER_ID = 20
LAST_ID = 255
FIXED_IDS = {"scratch_partition": SCRATCH_ID, "s0_partition": S0_ID, "s1_partition": S1_ID}
# The nRF Connect SDK's option asks for the first, its documentation shows the second.
MODEM_FILES_CHOICES = ("nordic,fmfu-storage-partition", "nordic,fmfu_storage_partition")


class MapError(Exception):
    """A devicetree that makes no flash map. The node, if any, tells where."""

    def __init__(self, message, node=None):
        super().__init__(message)
        self.node = node


@dataclass
class Flash:
    node: dtlib.Node
    name: str      # node label, and name of the struct device
    base: int      # address at which the CPU sees offset 0; 0 for flash that it does not see
    size: int


@dataclass
class Partition:
    node: dtlib.Node
    flash: Flash
    offset: int
    size: int
    id: int = -1
    labels: list = field(default_factory=list)

    @property
    def text(self):
        prop = self.node.props.get("label")
        return prop.to_string() if prop else None


def is_enabled(node):
    while node:
        status = node.props.get("status")
        if status and status.to_string() not in ("okay", "ok"):
            return False
        node = node.parent
    return True


def compatibles(node):
    prop = node.props.get("compatible")
    return prop.to_strings() if prop else []


def number(node, name):
    if name not in node.props:
        raise MapError(f"'{name}' is missing", node)
    return node.props[name].to_num()


def reg(node):
    """Address and size of a node with one reg entry, in the cells its parent asks for."""
    if "reg" not in node.props:
        raise MapError("'reg' is missing", node)
    cells = [number(node.parent, "#address-cells"), number(node.parent, "#size-cells")]
    value = node.props["reg"].value
    if 0 in cells or len(value) != 4 * sum(cells):
        raise MapError(f"'reg' is not one address and size of {cells[0]} and {cells[1]} cells", node)
    return int.from_bytes(value[:4 * cells[0]], "big"), int.from_bytes(value[4 * cells[0]:], "big")


def flash_of(node):
    if not node.labels:
        raise MapError("a flash device needs a node label: its struct device is named after it", node)
    if "soc-nv-flash" in compatibles(node):
        base, size = reg(node)
        return Flash(node, node.labels[0], base, size)
    if "jedec,spi-nor" in compatibles(node):
        return Flash(node, node.labels[0], 0, number(node, "size") // 8)
    raise MapError("holds partitions, but is neither soc-nv-flash nor jedec,spi-nor", node)


def partition_of(node, flash):
    offset, size = reg(node)
    if size == 0 or size > flash.size or offset > flash.size - size:
        raise MapError(f"{offset:#x} + {size:#x} is not inside {flash.name} of {flash.size:#x} bytes", node)
    return Partition(node, flash, offset, size, labels=list(node.labels))


def fixed_id(partition):
    """The id that one of the labels stands for."""
    for label in partition.labels:
        match = re.fullmatch(r"slot(\d+)_partition", label)
        if match and int(match[1]) < SLOTS:
            return int(match[1])
    return next((id for label, id in FIXED_IDS.items() if label in partition.labels), None)


def named_node(prop):
    """The node that a property names, by path or by phandle; else None."""
    if prop.type is dtlib.Type.PATH:
        return prop.to_path()
    return prop.to_node() if prop.type is dtlib.Type.PHANDLE else None


def modem_files_partition(dt, partitions):
    """The partition for modem files; None if there is none."""
    chosen = dt.get_node("/chosen").props if dt.has_node("/chosen") else {}
    for name in MODEM_FILES_CHOICES:
        if name in chosen:
            node = named_node(chosen[name])
            found = [p for p in partitions if p.node is node]
            if not found:
                raise MapError(f"{name} is no partition", dt.get_node("/chosen"))
            return found[0]
    return next((p for p in partitions if "fmfu_storage" in p.labels), None)


def number_partitions(partitions, modem_files):
    next_id = FIRST_OTHER_ID
    for partition in partitions:
        fixed = fixed_id(partition)
        if partition is modem_files:
            if fixed is not None:
                raise MapError("is a slot or scratch, and the partition for modem files", partition.node)
            fixed = MODEM_FILES_ID
        if fixed is not None:
            partition.id = fixed
            continue
        if next_id > LAST_ID:
            raise MapError(f"more than {LAST_ID - FIRST_OTHER_ID + 1} partitions beside those with ids of their own",
                           partition.node)
        partition.id = next_id
        next_id += 1


def read_partitions(dt):
    partitions = []
    for table in dt.node_iter():
        if "fixed-partitions" not in compatibles(table) or not is_enabled(table):
            continue
        flash = flash_of(table.parent)
        partitions += [partition_of(node, flash) for node in table.nodes.values() if is_enabled(node)]
    if not partitions:
        raise MapError("no fixed-partitions")
    number_partitions(partitions, modem_files_partition(dt, partitions))
    return partitions


def add_aliases(partitions):
    by_label = {label: p for p in partitions for label in p.labels}
    for alias, labels in ALIASES.items():
        found = next((by_label[label] for label in labels if label in by_label), None)
        if found and alias not in by_label:
            found.labels.append(alias)


def chosen_labels(dt, partitions):
    """C name of each chosen property that names a partition, with that partition's label."""
    if not dt.has_node("/chosen"):
        return {}
    chosen = {}
    for name, prop in dt.get_node("/chosen").props.items():
        node = named_node(prop)
        if any(node is p.node and p.labels for p in partitions):
            chosen[re.sub(r"\W", "_", name)] = node.labels[0]
    return chosen


def header_text(source, partitions, chosen):
    lines = [f"/* From {os.path.basename(source)}; change the devicetree, not this file. */",
             "#ifndef FLASH_MAP_GEN_H", "#define FLASH_MAP_GEN_H", "", "#ifndef __ASSEMBLER__",
             "#include <storage/flash_map.h>", "", "#ifdef __cplusplus", 'extern "C" {', "#endif", "",
             "/* From the application, one for each flash device that holds partitions. */"]
    lines += [f"extern const struct device {name};" for name in dict.fromkeys(p.flash.name for p in partitions)]
    lines += ["", f"extern const struct flash_area dfu_flash_areas[{len(partitions)}];",
              "", "#ifdef __cplusplus", "}", "#endif", "#endif"]
    for index, p in enumerate(partitions):
        for label in p.labels:
            macro = f"#define DFU_PARTITION_{label}_"
            lines += ["", f"{macro}EXISTS 1", f"{macro}ID {p.id}", f"{macro}OFFSET {p.offset:#x}",
                      f"{macro}ADDRESS {p.flash.base + p.offset:#x}", f"{macro}SIZE {p.size:#x}",
                      f"{macro}MTD {p.flash.name}", f"{macro}DEVICE (&{p.flash.name})",
                      f"{macro}AREA (&dfu_flash_areas[{index}])"]
    lines += [""] + [f"#define DFU_CHOSEN_{name} {label}" for name, label in chosen.items()]
    return "\n".join(lines + ["", "#endif", ""])


def c_string(text):
    return "NULL" if text is None else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def source_text(source, partitions):
    lines = [f"/* From {os.path.basename(source)}; change the devicetree, not this file. */",
             '#include "flash_map_gen.h"', "", f"const struct flash_area dfu_flash_areas[{len(partitions)}] = {{"]
    lines += [f"\t{{.fa_id = {p.id}, .fa_off = {p.offset:#x}, .fa_size = {p.size:#x}, "
              f".fa_dev = &{p.flash.name}, .fa_label = {c_string(p.text)}}}," for p in partitions]
    lines += ["};", "", "/* What the library looks for. */", "extern const struct flash_area *flash_map;",
              "extern const int flash_map_entries;", "const struct flash_area *flash_map = dfu_flash_areas;",
              f"const int flash_map_entries = {len(partitions)};", ""]
    return "\n".join(lines)


def preprocess(source, include_dirs, cpp):
    command = [cpp, "-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp"]
    result = subprocess.run(command + [f"-I{d}" for d in include_dirs] + [source], capture_output=True, text=True)
    if result.returncode != 0:
        raise MapError(result.stderr.strip())
    return result.stdout


def place_of(node, text):
    """File and line at which a node begins, found again in the preprocessed text; the parser does not keep them."""
    file, line = "", 0
    begin = re.compile(r"(^|[\s:])" + re.escape(node.name) + r"\s*\{")
    label = re.compile("|".join(rf"\b{re.escape(name)}\s*:" for name in node.labels) or r"")
    for row in text.splitlines():
        marker = re.match(r'# (\d+) "(.*)"', row)
        if marker:
            file, line = marker[2], int(marker[1])
            continue
        if begin.search(row) and label.search(row):
            return f"{file}:{line}: "
        line += 1
    return ""


def generate(source, include_dirs, cpp):
    text = preprocess(source, include_dirs, cpp)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, os.path.basename(source))
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            dt = dtlib.DT(path, include_dirs)
        partitions = read_partitions(dt)
        add_aliases(partitions)
        return (header_text(source, partitions, chosen_labels(dt, partitions)), source_text(source, partitions))
    except MapError as error:
        if error.node is None:
            raise MapError(f"{source}: {error}") from error
        raise MapError(f"{place_of(error.node, text) or source + ': '}{error.node.path}: {error}") from error
    except dtlib.DTError as error:
        raise MapError(str(error)) from error


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("dts", help="devicetree source; #include and macros are allowed")
    args.add_argument("--out", required=True, help="folder for flash_map_gen.h and flash_map_gen.c")
    args.add_argument("--cpp", default="cc", help="C compiler that preprocesses (cc)")
    args.add_argument("-I", dest="include_dirs", action="append", default=[], help="folder of included files")
    args = args.parse_args()
    try:
        header, source = generate(args.dts, args.include_dirs, args.cpp)
    except (MapError, OSError) as error:
        sys.exit(str(error))
    os.makedirs(args.out, exist_ok=True)
    for name, text in (("flash_map_gen.h", header), ("flash_map_gen.c", source)):
        with open(os.path.join(args.out, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
