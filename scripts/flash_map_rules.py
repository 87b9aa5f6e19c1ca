# SPDX-License-Identifier: Apache-2.0
"""What a flash map must be like for a bootloader to work with it: no overlaps, whole pages, and slots that its mode can
swap. Which slots those are is MCUboot's code, not a matter of taste; tests hold it against recorded boots."""
from dataclasses import dataclass

DEFAULT_PAGE = 4096
TRAILER_MODES = ("swap-scratch", "swap-move", "swap-offset", "overwrite-only", "direct-xip-revert", "ram-load-revert")
# Options of Kconfig and the modes that they are.
MODES = {
    "SWAP_SCRATCH": "swap-scratch",
    "SWAP_USING_MOVE": "swap-move",
    "SWAP_WITHOUT_SCRATCH": "swap-move",
    "SWAP_USING_OFFSET": "swap-offset",
    "OVERWRITE_ONLY": "overwrite-only",
    "DIRECT_XIP": "direct-xip",
    "DIRECT_XIP_WITH_REVERT": "direct-xip-revert",
    "RAM_LOAD": "ram-load",
    "RAM_LOAD_WITH_REVERT": "ram-load-revert",
    "SINGLE_APP": "single-slot",
    "FIRMWARE_UPDATER": "firmware-loader",
}


class MapError(Exception):
    """A devicetree that makes no flash map. Node and property, if any, tell where."""

    def __init__(self, message, node=None, prop=None):
        super().__init__(message)
        self.node = node
        self.prop = prop


@dataclass
class Bootloader:
    """The bootloader's build."""

    mode: str
    max_align: int = 8
    images: int = 1
    max_sectors: int = 0  # 0: 128, or the pages of the largest slot if it has more

    def sectors_for(self, slots):
        return self.max_sectors or max([128] + [len(slot.pages) for slot in slots])

    def fields(self):
        """Bytes of a trailer from swap_info on."""
        return 3 * self.max_align + self.magic()

    def magic(self):
        return round_up(16, self.max_align)

    def trailer(self, write_block, sectors):
        """Bytes of a trailer with its status."""
        if self.mode == "swap-offset":
            return 2 * sectors * write_block + 5 * self.max_align + self.magic()
        return 3 * sectors * write_block + 4 * self.max_align + self.magic()

    def trailer_in_scratch(self, write_block):
        return 3 * write_block + 4 * self.max_align + self.magic()


def round_up(value, to):
    return -(-value // to) * to


def plural(count, what):
    return f"{count} {what}{'' if count == 1 else 's'}"


def pages_text(partition):
    sizes = set(partition.pages)
    if not sizes:
        return f"{partition.size} bytes in pages of unknown size"
    text = plural(len(partition.pages), "page")
    return f"{text} of {sizes.pop()} bytes" if len(sizes) == 1 else f"{text} of unequal size"


def check_devices(flashes):
    """Refuse devices at addresses of which another one has some. Those of another bus have addresses of their own."""
    for number, flash in enumerate(flashes):
        for other in flashes[:number]:
            if (flash.is_mapped and other.is_mapped and flash.node.parent is other.node.parent and
                    flash.base < other.base + other.size and other.base < flash.base + flash.size):
                raise MapError(f"{flash.name}, {flash.base:#x} + {flash.size:#x}, overlaps {other.name}, {other.base:#x} + "
                               f"{other.size:#x}", flash.node, "reg")


def check_overlaps(partitions):
    for number, partition in enumerate(partitions):
        for other in partitions[:number]:
            if (partition.flash is other.flash and partition.offset < other.offset + other.size and
                    other.offset < partition.offset + partition.size):
                raise MapError(f"{partition.name}, {partition.offset:#x} + {partition.size:#x}, overlaps {other.name}, "
                               f"{other.offset:#x} + {other.size:#x}", partition.node, "reg")


def check_pages(partitions):
    for partition in partitions:
        flash = partition.flash
        # What is never written needs no page of its own.
        if "read-only" in partition.node.props and not partition.is_slot:
            continue
        for offset, verb in ((partition.offset, "begins"), (partition.offset + partition.size, "ends")):
            if offset % flash.write_block:
                raise MapError(f"{partition.name} {verb} at {offset:#x}, inside a write block of {flash.name}, "
                               f"{flash.write_block} bytes", partition.node, "reg")
            if flash.layout is not None and not flash.is_border(offset):
                raise MapError(f"{partition.name} {verb} at {offset:#x}, inside an erase page of {flash.name}: it "
                               "cannot be erased without its neighbour", partition.node, "reg")


def never(primary, secondary, bootloader, why):
    verb = "overwritten" if bootloader.mode == "overwrite-only" else "swapped"
    return MapError(f"{primary.name}, {pages_text(primary)}, and {secondary.name}, {pages_text(secondary)}, can never be "
                    f"{verb} in mode {bootloader.mode}: {why}", secondary.node, "reg")


def largest_group(primary, secondary):
    """Bytes of the largest piece that is exchanged at once, one page against one or several; None: pages do not meet."""
    here, there = list(primary.pages), list(secondary.pages)
    largest = 0
    while here and there:
        counts = [1, 1]
        sizes = [here.pop(0), there.pop(0)]
        while sizes[0] != sizes[1]:
            behind = 0 if sizes[0] < sizes[1] else 1
            pages = (here, there)[behind]
            if not pages:
                return None
            sizes[behind] += pages.pop(0)
            counts[behind] += 1
        if min(counts) > 1:
            return None
        largest = max(largest, sizes[0])
    return largest


def page_end(partition, offset):
    end = 0
    for page in partition.pages:
        end += page
        if offset < end:
            break
    return end


def check_scratch(primary, secondary, scratch, bootloader, sectors):
    """Slots of one size whose pages meet, each piece no larger than the scratch area, and room below the trailer."""
    if scratch is None:
        raise never(primary, secondary, bootloader, "there is no scratch_partition")
    if not primary.pages or not secondary.pages:
        return
    largest = largest_group(primary, secondary)
    if largest > scratch.size:
        raise never(primary, secondary, bootloader, f"{scratch.name} of {scratch.size} bytes is smaller than a page of "
                                                    f"{largest}")
    block = max(primary.flash.write_block, scratch.flash.write_block)
    first = primary.size - bootloader.trailer(block, sectors)
    if first < 0:
        raise never(primary, secondary, bootloader, "there is no room for an image beside the trailer")
    end = max(page_end(primary, first), page_end(secondary, first))
    if end - max(end - first, bootloader.trailer_in_scratch(block)) <= 0:
        raise never(primary, secondary, bootloader, "there is no room for an image beside the trailer")


def check_same_size(primary, secondary, bootloader, sectors):
    if primary.size != secondary.size:
        raise never(primary, secondary, bootloader, "it needs slots of one size")
    if not primary.pages or not secondary.pages:
        return
    if largest_group(primary, secondary) is None:
        raise never(primary, secondary, bootloader, "the borders of their pages do not meet")
    check_sectors(primary, secondary, bootloader, sectors)


def check_sectors(primary, secondary, bootloader, sectors):
    if max(len(primary.pages), len(secondary.pages)) > sectors:
        raise never(primary, secondary, bootloader, f"the bootloader knows {sectors} sectors at most (max-sectors)")


def check_by_pages(primary, secondary, bootloader, sectors):
    """Equal pages, as many in both or one more in the slot that needs one to spare."""
    fewer, more = (secondary, primary) if bootloader.mode == "swap-move" else (primary, secondary)
    if fewer.size > more.size:
        raise never(primary, secondary, bootloader, f"it needs as many pages in both, or one more in {more.name}")
    if not primary.pages or not secondary.pages:
        return
    if len(set(primary.pages + secondary.pages)) != 1:
        raise never(primary, secondary, bootloader, "it needs pages of one size")
    if len(more.pages) - len(fewer.pages) not in (0, 1):
        raise never(primary, secondary, bootloader, f"it needs as many pages in both, or one more in {more.name}")
    check_sectors(primary, secondary, bootloader, sectors)
    page = primary.pages[0]
    for slot in (primary, secondary):
        keep = page if slot is more else 0
        if round_up(bootloader.trailer(primary.flash.write_block, sectors), page) + keep >= slot.size:
            raise never(primary, secondary, bootloader, f"{slot.name} has no room for an image beside trailer and "
                                                        "the page to spare")


def check_trailer(slot, bootloader):
    if bootloader.mode in TRAILER_MODES and slot.flash.write_block > bootloader.max_align:
        raise MapError(f"{slot.name} can have no trailer, which mode {bootloader.mode} needs: write blocks of "
                       f"{slot.flash.name} are {slot.flash.write_block} bytes, the trailer's fields lie "
                       f"{bootloader.max_align} apart (max-align)", slot.node, "reg")


def check_pair(primary, secondary, scratch, bootloader, sectors):
    check_trailer(primary, bootloader)
    check_trailer(secondary, bootloader)
    if bootloader.mode in ("swap-scratch", "overwrite-only"):
        check_same_size(primary, secondary, bootloader, sectors)
    if bootloader.mode == "swap-scratch":
        check_scratch(primary, secondary, scratch, bootloader, sectors)
    if bootloader.mode in ("swap-move", "swap-offset"):
        check_by_pages(primary, secondary, bootloader, sectors)


def check_slots(partitions, bootloader):
    """Refuse the first pair that the bootloader can never swap. Pairs with one slot are left alone; where pages are not
    known, what depends on them is not looked at."""
    by_id = {partition.id: partition for partition in partitions}
    slots = [by_id[number] for number in range(2 * bootloader.images) if number in by_id]
    scratch = next((p for p in partitions if "scratch_partition" in p.labels), None)
    for image in range(bootloader.images):
        if 2 * image in by_id and 2 * image + 1 in by_id:
            check_pair(by_id[2 * image], by_id[2 * image + 1], scratch, bootloader, bootloader.sectors_for(slots))
