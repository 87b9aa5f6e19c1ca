# SPDX-License-Identifier: Apache-2.0
"""The deepest stack of a function, from the call graphs that gcc writes with -fcallgraph-info=su.

Each branch counts, possible or not, so this is a bound. Calls through pointers are in no call graph: INDIRECT says where
they lead on a device with its settings on flash. Drivers, crypto back-ends and the C library are not ours to measure and
count as nothing.
"""
import functools
import re
import sys
from collections import defaultdict

INDIRECT_CALL = "__indirect_call"
HASH_AND_SIGNATURE = ("hash_check", "image_signature_check")
# The writers of packages that bring MCUboot images.
WRITERS = tuple(f"package/package_mcuboot.c:{call}" for call in ("open_image", "write_image", "get_offset", "reset_image",
                                                               "close_image"))
# By caller, which may be named with its file. A caller that is reached and has no row ends the measurement.
INDIRECT = {
    "dfu_target_init": ("dfu_target_mcuboot_init",),  # done(): of another target than the one to begin
    "dfu_target_offset_get": ("dfu_target_mcuboot_offset_get",),
    "dfu_target_write": ("dfu_target_mcuboot_write",),
    "dfu_target_prepare": ("dfu_target_mcuboot_prepare",),
    "clock_now_us": (),  # the application's
    "dfu_target_done": ("dfu_target_mcuboot_done",),
    "dfu_target_schedule_update": ("dfu_target_mcuboot_schedule_update",),
    "dfu_target_reset": ("dfu_target_mcuboot_reset",),
    "boot_find_next": ("held_header",),
    "target/mcuboot_set_links.c:find_needs": ("mcuboot_image_running", "mcuboot_image_fallback"),
    "mcuboot_set_each": ("boot_write_img_confirmed_multi", "mcuboot_slot_refuse_unconfirmed"),
    "target/mcuboot_set_state.c:find_all": ("boot_is_pending_multi", "boot_is_unconfirmed_multi"),
    **{caller: WRITERS for caller in ("package_give", "package_pause", "package_settle", *(
        f"package/package_images.c:{caller}" for caller in ("look_back", "open_and_ask", "open_image", "take_away_image")))},
    "image_read": ("image/image.c:flash_source_read",),
    "image_verify": ("image_signature_check",),
    "stream/stream_flash.c:write_through": (),  # the callback: the target has none
    "settings_subsys_init": ("settings_log_open",),
    "settings_save_one": ("settings_log_save",),
    "settings_backend_load": ("settings_log_load_subtree",),
    "settings_load_subtree_direct": ("settings_log_load_subtree",),
    "settings/settings.c:offer": ("settings/settings_load_one.c:read_value",),
    "settings/settings_load_one.c:read_value": ("settings/settings_log.c:read_value",),
    "settings/settings_log.c:offer_record": ("settings/settings.c:offer",),
    "log_records_walk": ("take_record", "settings/settings_log.c:compare", "offer_record"),
    "zcbor_entry_function": ("decode_Wrapper", "decode_Segment"),
    "fmfu_file_give": ("bootloader_take", "firmware_take", "hash_take"),
    "modem/fmfu_file.c:tell": (),  # the application
    "target/modem_erase.c:tell": (),
    # The port to the modem is not ours to measure.
    **{f"modem/fmfu_fdev.c:{caller}": () for caller in ("bootloader_take", "firmware_take")},
    **{caller: () for caller in ("fmfu_fdev_load_file", "modem_erase_await", "modem_erase_begin", "modem_erase_look",
                                 "target/dfu_target_modem_delta.c:close_session",
                                 "target/dfu_target_modem_delta.c:learn_area", *(f"dfu_target_modem_delta_{call}" for call in (
                                     "init", "offset_get", "write", "reset", "schedule_update")))},
    **{driver: () for driver in ("flash_read", "flash_write", "flash_erase", "flash_fill", "flash_get_parameters",
                                 "flash_get_size", "flash/flash.c:check_range", "flash/flash.c:find_page")},
    **{crypto: () for crypto in ("dfu_hash_begin", "dfu_hash_update", "dfu_hash_end", "dfu_hash_abort",
                                 "dfu_signature_verify", "dfu_ed25519_verify")},
}


CLONE = re.compile(r"\.(?:isra|constprop|part|cold)\.\d+$")


@functools.cache
def read_graph(path):
    """(frames, calls) of an object: bytes by function, and pairs of functions."""
    text = path.read_text()
    frames = {}
    for name, size, kind in re.findall(r'^node: { title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \((\w+)', text, re.MULTILINE):
        if kind == "dynamic":
            sys.exit(f"stack: {name} needs memory of no fixed size")
        frames[name] = int(size)
    return frames, re.findall(r'^edge: { sourcename: "([^"]+)" targetname: "([^"]+)"', text, re.MULTILINE)


class CallGraph:
    """Functions are known as gcc names them: static ones with their file before them."""

    def __init__(self, objects):
        self.frames, self.calls, self.known = {}, defaultdict(set), {}
        for path in objects:
            frames, calls = read_graph(path.with_suffix(".ci"))
            self.frames.update(frames)
            for caller, callee in calls:
                self.calls[caller].add(callee)
        self.names = defaultdict(list)
        for node in self.frames:
            plain = CLONE.sub("", node)
            for name in {plain, plain.split(":")[-1]}:
                self.names[name].append(node)

    def find(self, name):
        """A static function may be named without its file; what the compiler made of it counts as itself."""
        found = self.names.get(name, ())
        return found[0] if len(found) == 1 else sys.exit(f"stack: {len(found)} functions {name}")

    def callees(self, node):
        callees = self.calls[node] - {INDIRECT_CALL}
        if INDIRECT_CALL in self.calls[node]:
            plain = CLONE.sub("", node)
            if plain not in INDIRECT:
                sys.exit(f"stack: {node} calls through a pointer: say in {__file__} where that leads")
            callees |= {self.find(callee) for callee in INDIRECT[plain] if callee in self.names}
        return callees & self.frames.keys()

    def deepest(self, node, without=(), above=()):
        """Bytes, and the functions from the first to the last; what is below those of `without` does not count."""
        if node in above:
            sys.exit(f"stack: recursion: {' > '.join((*above, node))}")
        if (node, without) not in self.known:
            best = (0, ())
            for callee in sorted(self.callees(node)):
                if CLONE.sub("", callee).split(":")[-1] not in without:
                    best = max(best, self.deepest(callee, without, (*above, node)))
            self.known[node, without] = self.frames[node] + best[0], (node, *best[1])
        return self.known[node, without]
