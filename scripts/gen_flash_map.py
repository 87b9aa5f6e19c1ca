#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write flash_map_gen.h and flash_map_gen.c, the flash map of a firmware build, from a devicetree source.

The header has numbers for each partition, which FIXED_PARTITION_*() and PARTITION_*() of <storage/flash_map.h> find by
node label; it may also be included by a linker script that the C preprocessor reads. The firmware defines a
`struct device` named after each flash node's label that the header lists.

Refused, with the line of the devicetree: partitions that overlap, that begin or end inside a write block or an erase page
(but for those with the property read-only that are no slots), flash devices at the same addresses, and slots that the
bootloader can never swap. Its mode is that of the options (--autoconf), else that of the board's node slotwise,mcuboot;
without either slots are not looked at. Pages are `erase-block-size` or `erase-layout` of a flash node; without them there is
a warning, and only what needs no pages is looked at.

Partitions are the children of fixed-partitions of a flash device. What lies inside a partition (fixed-subpartitions) is left
out, and may be no slot.
"""
import argparse
import bisect
import functools
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

from devicetree import dtlib
from flash_map_rules import (DEFAULT_PAGE, MODES, Bootloader, MapError, check_devices, check_overlaps, check_pages, check_slots)

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
MAX_PAGES = 1 << 20  # of a device; more is a mistake, and would take minutes
FIXED_IDS = {"scratch_partition": SCRATCH_ID, "s0_partition": S0_ID, "s1_partition": S1_ID}
# The nRF Connect SDK's option asks for the first, its documentation shows the second.
MODEM_FILES_CHOICES = ("nordic,fmfu-storage-partition", "nordic,fmfu_storage_partition")


@dataclass
class Flash:
    node: dtlib.Node
    name: str      # node label, and name of the struct device
    base: int      # address at which the CPU sees offset 0; 0 for flash that it does not see
    size: int
    write_block: int = 1
    layout: list = None  # counts and sizes of pages from offset 0 up; None: not known
    is_mapped: bool = True  # whether base is an address

    @functools.cached_property
    def borders(self):
        """Offsets at which pages begin or end, in order, or None."""
        if self.layout is None:
            return None
        borders = [0]
        for count, size in self.layout:
            borders += range(borders[-1] + size, borders[-1] + count * size + 1, size)
        return borders

    def is_border(self, offset):
        at = bisect.bisect_left(self.borders, offset)
        return at < len(self.borders) and self.borders[at] == offset


@dataclass
class Partition:
    node: dtlib.Node
    flash: Flash
    offset: int
    size: int
    id: int = -1
    labels: list = field(default_factory=list)

    @property
    def name(self):
        """The label that stands for its id, else the first one, else the node's name."""
        known = [label for label in self.labels if label in FIXED_IDS or re.fullmatch(r"slot\d+_partition", label)]
        return (known + self.labels + [self.node.name])[0]

    @property
    def is_slot(self):
        """Or else what the library or the bootloader writes."""
        return 0 <= self.id < FIRST_OTHER_ID

    @functools.cached_property
    def pages(self):
        """Sizes of its pages; [] where they are not known, or not its own."""
        borders = self.flash.borders or []
        inside = borders[bisect.bisect_left(borders, self.offset):bisect.bisect_right(borders, self.offset + self.size)]
        return [end - begin for begin, end in zip(inside, inside[1:])]

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
        raise MapError(f"'reg' is not one address and size of {cells[0]} and {cells[1]} cells", node, "reg")
    return int.from_bytes(value[:4 * cells[0]], "big"), int.from_bytes(value[4 * cells[0]:], "big")


def optional(node, name, default):
    return number(node, name) if name in node.props else default


def layout_of(node, size, write_block, page):
    """Pages of a flash device: `erase-layout`, else `erase-block-size`, else pages of so many bytes; 0: not known."""
    if "erase-layout" in node.props:
        cells = node.props["erase-layout"].to_nums()
        prop, layout = "erase-layout", list(zip(cells[::2], cells[1::2]))
        if len(cells) % 2 or 0 in cells:
            raise MapError("is not pairs of a count and a size", node, prop)
    else:
        page = optional(node, "erase-block-size", page)
        if page == 0 and "erase-block-size" not in node.props:
            return None
        prop, layout = "erase-block-size", [(size // page, page)] if page else []
    if any(page == 0 or page % write_block for _, page in layout):
        raise MapError(f"a page is no multiple of the write block, {write_block}", node, prop)
    if sum(count * page for count, page in layout) != size:
        raise MapError(f"pages do not fill the device's {size:#x} bytes", node, prop)
    if sum(count for count, _ in layout) > MAX_PAGES:
        raise MapError(f"more than {MAX_PAGES} pages", node, prop)
    return layout


def page_without_erase(size, write_block):
    """What stands in for a page where nothing needs to be erased."""
    fits = size % DEFAULT_PAGE == 0 and DEFAULT_PAGE % write_block == 0
    return DEFAULT_PAGE if fits else write_block


def flash_of(node):
    if not node.labels:
        raise MapError("a flash device needs a node label: its struct device is named after it", node)
    write_block = optional(node, "write-block-size", 1)
    if not 1 <= write_block <= 512:
        raise MapError(f"a write block of {write_block} is not 1 to 512 bytes", node, "write-block-size")
    if "soc-nv-flash" in compatibles(node):
        base, size = reg(node)
        page = 0
    elif "jedec,spi-nor" in compatibles(node):
        base, size = 0, number(node, "size") // 8
        page = DEFAULT_PAGE
        if number(node, "size") % 8:
            raise MapError(f"{number(node, 'size')} bits are not whole bytes", node, "size")
    else:
        raise MapError("holds partitions, but is neither soc-nv-flash nor jedec,spi-nor", node)
    if size == 0:
        raise MapError("a device of 0 bytes", node, "size" if "size" in node.props else "reg")
    if "no-explicit-erase" in node.props:
        page = page_without_erase(size, write_block)
    return Flash(node, node.labels[0], base, size, write_block, layout_of(node, size, write_block, page),
                 "soc-nv-flash" in compatibles(node))


def partition_of(node, flash):
    offset, size = reg(node)
    if size == 0 or size > flash.size or offset > flash.size - size:
        raise MapError(f"{offset:#x} + {size:#x} is not inside {flash.name} of {flash.size:#x} bytes", node,
                       "reg")
    return Partition(node, flash, offset, size, labels=list(node.labels))


def id_of_label(label):
    match = re.fullmatch(r"slot(\d+)_partition", label)
    return int(match[1]) if match and int(match[1]) < SLOTS else FIXED_IDS.get(label)


def fixed_id(partition):
    """The id that one of the labels stands for."""
    known = [label for label in partition.labels if id_of_label(label) is not None]
    if len(known) > 1:
        raise MapError(f"is both {known[0]} and {known[1]}", partition.node)
    return id_of_label(known[0]) if known else None


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
    partitions, flashes = [], {}
    for table in dt.node_iter():
        if "fixed-partitions" not in compatibles(table) or not is_enabled(table):
            continue
        if table.parent and "fixed-partitions" in compatibles(table.parent):
            raise MapError("is a partition and a table of partitions", table)
        flash = flashes.setdefault(table.parent.path, flash_of(table.parent))
        partitions += [partition_of(node, flash) for node in table.nodes.values() if is_enabled(node)]
    if not partitions:
        raise MapError("no fixed-partitions")
    check_devices(list(flashes.values()))
    check_elsewhere(dt, partitions)
    number_partitions(partitions, modem_files_partition(dt, partitions))
    check_overlaps(partitions)
    check_pages(partitions)
    return partitions


def check_elsewhere(dt, partitions):
    """Refuse a slot that is no partition of a flash device."""
    nodes = [partition.node for partition in partitions]
    for node in dt.node_iter():
        label = next((label for label in node.labels if id_of_label(label) is not None), None)
        if label and node not in nodes and is_enabled(node):
            raise MapError(f"{label} lies in no fixed-partitions of a flash device", node)


def bootloader_of_board(dt):
    """The bootloader that the board's node describes, or None."""
    nodes = [node for node in dt.node_iter() if "slotwise,mcuboot" in compatibles(node) and is_enabled(node)]
    if not nodes:
        return None
    if len(nodes) > 1:
        raise MapError("is not the only node compatible with slotwise,mcuboot", nodes[1])
    node = nodes[0]
    if "mode" not in node.props or node.props["mode"].to_string() not in MODES.values():
        raise MapError("'mode' is missing, or not known", node, "mode")
    for name, values, text in (("max-align", (8, 16, 32), "8, 16 or 32"), ("images", range(1, 9), "1 to 8"),
                               ("max-sectors", range(1, 65536), "1 to 65535")):
        if name in node.props and number(node, name) not in values:
            raise MapError(f"{name} is {number(node, name)}, not {text}", node, name)
    return Bootloader(node.props["mode"].to_string(), optional(node, "max-align", 8), optional(node, "images", 1),
                      optional(node, "max-sectors", 0))


def option_number(options, name, default):
    """The number that an option has in C."""
    text = options.get(name, str(default))
    digits = re.fullmatch(r"\(*(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\)*", text)
    if not digits:
        raise MapError(f"CONFIG_{name} is '{text}', and no number")
    return int(digits[1], 0 if digits[1][:2] in ("0x", "0X") else 10)


def read_options(header):
    """The options of an autoconf.h, or of a header of a project's own."""
    with open(header, encoding="utf-8", errors="replace") as file:
        return dict(re.findall(r"^\s*#\s*define\s+CONFIG_(\w+)\s+(\S+)", file.read(), re.MULTILINE))


def bootloader_of(dt, options):
    """The bootloader as the options say, else as the board says; they must agree on the mode."""
    board = bootloader_of_board(dt)
    if not options or "BOOT_ARRANGEMENT_RUNTIME" in options:
        return board
    if "BOOTLOADER_MCUBOOT" not in options:
        return None
    name = next((name for name in MODES if f"MCUBOOT_BOOTLOADER_MODE_{name}" in options), "SWAP_USING_MOVE")
    if board and board.mode != MODES[name]:
        raise MapError(f"CONFIG_MCUBOOT_BOOTLOADER_MODE_{name} is not the board's mode, {board.mode}")
    return Bootloader(MODES[name], option_number(options, "BOOT_MAX_ALIGN", 8),
                      min(option_number(options, "UPDATEABLE_IMAGE_NUMBER", 1), SLOTS // 2),
                      option_number(options, "BOOT_MAX_IMG_SECTORS", 128))


def block_rules(partitions):
    """What options have to be for the write blocks of the slots: option, the one that asks, C condition, text."""
    rules = []
    for flash in {p.flash.name: p.flash for p in partitions if p.id < SLOTS}.values():
        block = flash.write_block
        rules += [("IMG_BLOCK_BUF_SIZE", "IMG_MANAGER", lambda value, block=block: value % block == 0, f"% {block} == 0",
                   f"no multiple of the write block of {flash.name}, {block} bytes", flash),
                  ("DFU_TARGET_HEADER_HOLD", "DFU_TARGET_MCUBOOT", lambda value, block=block: value >= -(-32 // block) * block,
                   f">= {-(-32 // block) * block}", f"less than an image header in write blocks of {flash.name}, {block} bytes",
                   flash)]
    return rules


def check_options(partitions, options):
    for option, asks, holds, _, text, flash in block_rules(partitions):
        if asks in options and option in options and not holds(option_number(options, option, 0)):
            raise MapError(f"CONFIG_{option}={options[option]} is {text}", flash.node, "write-block-size")


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
    """A string literal: bytes that are not plain, and marks that make trigraphs, as octal numbers."""
    if text is None:
        return "NULL"
    return '"' + "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in text.encode()) + '"'


def source_text(source, partitions):
    lines = [f"/* From {os.path.basename(source)}; change the devicetree, not this file. */",
             '#include "flash_map_gen.h"', "", "#include <dfu/config.h>", ""]
    for option, asks, _, condition, text, _ in block_rules(partitions):
        lines.append(f"_Static_assert(!IS_ENABLED(CONFIG_{asks}) || CONFIG_{option} {condition},\n\t"
                     f'"CONFIG_{option} is {text}");')
    lines += ["", f"const struct flash_area dfu_flash_areas[{len(partitions)}] = {{"]
    lines += [f"\t{{.fa_id = {p.id}, .fa_off = {p.offset:#x}, .fa_size = {p.size:#x}, "
              f".fa_dev = &{p.flash.name}, .fa_label = {c_string(p.text)}}}," for p in partitions]
    lines += ["};", "", "/* What the library looks for. */", "extern const struct flash_area *flash_map;",
              "extern const int flash_map_entries;", "const struct flash_area *flash_map = dfu_flash_areas;",
              f"const int flash_map_entries = {len(partitions)};", ""]
    return "\n".join(lines)


def preprocess(source, include_dirs, cpp):
    command = [cpp, "-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp"]
    result = subprocess.run(command + [f"-I{d}" for d in include_dirs] + [source], capture_output=True, check=False)
    if result.returncode != 0:
        raise MapError(result.stderr.decode(errors="replace").strip())
    place = [source, 0]
    for row in result.stdout.split(b"\n"):
        marker = re.match(rb'# (\d+) "(.*)"', row)
        place = [os.fsdecode(marker[2]), int(marker[1]) - 1] if marker else [place[0], place[1] + 1]
        try:
            row.decode()
        except UnicodeDecodeError as error:
            raise MapError(f"{place[0]}:{place[1]}: is not UTF-8") from error
    return result.stdout.decode()


def places(text):
    """File and line of each node and property, by path, as dtc tells them of preprocessed text; {} without dtc."""
    try:
        result = subprocess.run(["dtc", "-q", "-q", "-f", "-T", "-I", "dts", "-O", "dts", "-"], input=text, capture_output=True,
                                text=True, check=False)
    except OSError:
        return {}
    found, path = {}, []
    for row in result.stdout.splitlines():
        place = re.search(r"/\* (.*) \*/$", row)
        begin = re.match(r"\s*(?:[\w]+: )*([^\s=]+) \{", row)
        prop = re.match(r"\s*([\w,.+?#-]+)(?: = .*)?;", row)
        if begin:
            path.append("" if begin[1] == "/" else begin[1])
            if place:
                found["/".join(path) or "/", None] = place[1].split(", ")[0]
        elif re.match(r"\s*\};", row):
            path.pop()
        elif prop and place:
            found["/".join(path) or "/", prop[1]] = place[1].split(", ")[-1]
    return found


def place_of(path, prop, found, source):
    """Where a node or a property of it is, for a message."""
    return found.get((path, prop)) or found.get((path, None)) or source


def parser_error(error, text, source):
    """The parser's own errors; those that name a node and no line get it."""
    message = str(error)
    if re.match(r"[^\n]*:\d+ ", message):
        return MapError(message)
    found = places(text)
    path = next((word for word in reversed(message.split()) if (word, None) in found), None)
    prop = re.search(r"property '(.+?)'", message)
    return MapError(f"{place_of(path, prop and prop[1], found, source)}: {message}")


def warn_of_unknown_pages(partitions, text, source):
    for flash in {p.flash.name: p.flash for p in partitions if p.flash.layout is None}.values():
        print(f"{place_of(flash.node.path, None, places(text), source)}: {flash.node.path}: warning: neither erase-block-size nor "
              f"erase-layout: whether partitions are whole pages of {flash.name} is not known", file=sys.stderr)


def generate(source, include_dirs, cpp, options):
    text = preprocess(source, include_dirs, cpp)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, os.path.basename(source))
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            dt = dtlib.DT(path, include_dirs)
        partitions = read_partitions(dt)
        check_options(partitions, options)
        bootloader = bootloader_of(dt, options)
        if bootloader:
            check_slots(partitions, bootloader)
        warn_of_unknown_pages(partitions, text, source)
        add_aliases(partitions)
        return (header_text(source, partitions, chosen_labels(dt, partitions)), source_text(source, partitions))
    except MapError as error:
        if error.node is None:
            raise MapError(f"{source}: {error}") from error
        raise MapError(f"{place_of(error.node.path, error.prop, places(text), source)}: {error.node.path}: {error}") from error
    except dtlib.DTError as error:
        raise parser_error(error, text, source) from error
    except RecursionError as error:
        raise MapError(f"{source}: nodes are nested too deeply") from error


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("dts", help="devicetree source; #include and macros are allowed")
    args.add_argument("--out", required=True, help="folder for flash_map_gen.h and flash_map_gen.c")
    args.add_argument("--cpp", default="cc", help="C compiler that preprocesses (cc)")
    args.add_argument("-I", dest="include_dirs", action="append", default=[], help="folder of included files")
    args.add_argument("--autoconf", metavar="HEADER", help="options of the firmware, which the map has to go with")
    args = args.parse_args()
    try:
        options = read_options(args.autoconf) if args.autoconf else {}
        header, source = generate(args.dts, args.include_dirs, args.cpp, options)
        os.makedirs(args.out, exist_ok=True)
        for name, text in (("flash_map_gen.h", header), ("flash_map_gen.c", source)):
            with open(os.path.join(args.out, name), "w", encoding="utf-8") as file:
                file.write(text)
    except (MapError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
