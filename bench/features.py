# SPDX-License-Identifier: Apache-2.0
"""What is measured: programs, and the features that are the difference between two of them."""
import re
from dataclasses import dataclass, field

from tools import SOURCE

CALLS = ("init", "offset_get", "write", "done", "schedule_update", "reset")
# What a program calls that downloads and confirms updates.
CONFIRM = ("boot_is_img_confirmed", "boot_write_img_confirmed")
UPDATER = ("dfu_target_mcuboot_set_buf", *(f"dfu_target_{call}" for call in CALLS), *CONFIRM)
# Whoever has no key links no signature.
SIGNED = (*UPDATER, "dfu_target_mcuboot_set_key")
# What it calls to keep settings in a log on flash.
KEEPER = ("settings_log_init", "settings_log_format", "settings_backend_set", "settings_subsys_init", "settings_save_one",
          "settings_delete", "settings_load_one", "settings_load_subtree_direct")
DELTA = tuple(f"dfu_target_modem_delta_{call}" for call in ("identify", *CALLS))
FULL_MODEM = tuple(f"dfu_target_full_modem_{call}" for call in ("cfg", "fdev_get", "identify", *CALLS))
FMFU = ("fmfu_fdev_check", "fmfu_fdev_load", "fmfu_fdev_pending", "fmfu_fdev_needs_file")
PACKAGE = tuple(f"dfu_multi_image_{call}" for call in ("init", "register_mcuboot", "write", "offset", "done", "reset"))
SETS = ("dfu_target_schedule_update", "dfu_target_mcuboot_confirm", "dfu_target_mcuboot_cancel",
        "dfu_target_mcuboot_schedule_recover")
FOTA = ("fota_download_transport_set", "fota_download_init", "fota_download", "fota_download_process", "fota_download_cancel")
PREPARE = ("dfu_target_clock_set", "dfu_target_prepare")
STATS = ("dfu_target_clock_set", "dfu_target_stats_get")
IMG = ("flash_img_init", "flash_img_buffered_write", "flash_img_bytes_written")
STREAM = ("stream_flash_init", "stream_flash_buffered_write", "stream_flash_bytes_written")

NO_VERIFY = ("CONFIG_DFU_TARGET_VERIFY=n",)
PROGRESS = ("CONFIG_SETTINGS=y", "CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y")
MODEM = (*PROGRESS, "CONFIG_FMFU_FDEV=y")
PAIRS = (*PROGRESS, "CONFIG_UPDATEABLE_IMAGE_NUMBER=2")
MODES = {
    "swap-scratch": "SWAP_SCRATCH",
    "swap-move": "SWAP_USING_MOVE",
    "swap-offset": "SWAP_USING_OFFSET",
    "overwrite-only": "OVERWRITE_ONLY",
    "direct-xip": "DIRECT_XIP",
    "direct-xip-revert": "DIRECT_XIP_WITH_REVERT",
    "ram-load": "RAM_LOAD",
    "ram-load-revert": "RAM_LOAD_WITH_REVERT",
    "single-slot": "SINGLE_APP",
    "firmware-loader": "FIRMWARE_UPDATER",
}


@dataclass(frozen=True)
class Program:
    """Functions that a program calls, in a library of these options."""
    roots: tuple
    options: tuple = ()
    without: tuple = ()  # files that are left out, to learn what they weigh
    some_roots: bool = False  # not all of the functions are there with these options


@dataclass(frozen=True)
class Feature:
    """What a program has beyond another one, and how deep the stack is below functions of it."""
    name: str
    program: str
    beyond: str = ""
    stack: tuple = field(default=())

    @property
    def title(self):
        return f"+ {self.name}" if self.beyond else self.name


def upstream_functions():
    """Those that the originals have, too: all of the headers that have their names."""
    headers = ("dfu/dfu_target.h", "dfu/dfu_target_stream.h", "dfu/flash_img.h", "dfu/mcuboot.h", "storage/flash_map.h",
               "storage/stream_flash.h")
    text = "".join((SOURCE / "include" / header).read_text() for header in headers)
    return sorted(set(re.findall(r"^[a-zA-Z][\w \t*]*?\b(\w+)\(", text, re.MULTILINE)))


# In an order in which each one needs much of what the one before needs.
PROGRAMS = {
    "stream": Program(STREAM),
    "img": Program(IMG),
    "upstream": Program(upstream_functions(), NO_VERIFY, without=("flash/flash.c",), some_roots=True),
    "core": Program(UPDATER, NO_VERIFY),
    "hash": Program(UPDATER),
    "signature": Program(SIGNED),
    **{f"mode {mode}": Program(UPDATER, (f"CONFIG_MCUBOOT_BOOTLOADER_MODE_{option}=y",)) for mode, option in MODES.items()},
    # No application can update there.
    "mode single-slot": Program(CONFIRM, ("CONFIG_MCUBOOT_BOOTLOADER_MODE_SINGLE_APP=y", "CONFIG_DFU_TARGET_MCUBOOT=n")),
    "progress": Program(UPDATER, PROGRESS),
    "log": Program((*UPDATER, *KEEPER), PROGRESS),
    "prepare": Program((*UPDATER, *KEEPER, *PREPARE), (*PROGRESS, "CONFIG_DFU_TARGET_PREPARE=y")),
    "stats": Program((*UPDATER, *KEEPER, *STATS), (*PROGRESS, "CONFIG_DFU_TARGET_STATS=y")),
    "settings": Program(KEEPER, PROGRESS, without=("flash/flash.c", "flash/flash_map.c")),
    "delta": Program((*UPDATER, *KEEPER, *DELTA), (*PROGRESS, "CONFIG_DFU_TARGET_MODEM_DELTA=y")),
    "fmfu": Program((*UPDATER, *KEEPER, *FMFU), MODEM),
    "full": Program((*UPDATER, *KEEPER, *FMFU, *FULL_MODEM), (*MODEM, "CONFIG_DFU_TARGET_FULL_MODEM=y")),
    "fota": Program((*UPDATER, *KEEPER, *FOTA), (*PROGRESS, "CONFIG_FOTA_DOWNLOAD=y")),
    "sets": Program((*UPDATER, *KEEPER, *SETS), PAIRS),
    "package": Program((*UPDATER, *KEEPER, *SETS, *PACKAGE),
                       (*PAIRS, "CONFIG_DFU_MULTI_IMAGE=y", "CONFIG_DFU_MULTI_IMAGE_SAVE_PROGRESS=y")),
}

FEATURES = (
    Feature("core: download, schedule, confirm", "core", "", UPDATER),
    Feature("verification by hash", "hash", "core", ("dfu_target_done",)),
    Feature("signature", "signature", "hash", ("image_signature_check",)),
    Feature("progress", "progress", "hash", UPDATER),
    Feature("settings in a log on flash", "log", "progress", KEEPER),
    Feature("erasing ahead", "prepare", "log", PREPARE),
    Feature("stats", "stats", "log", STATS),
    Feature("two image pairs, sets", "sets", "log", SETS),
    Feature("multi-image packages", "package", "sets", PACKAGE),
    Feature("modem delta", "delta", "log", DELTA),
    Feature("fmfu_fdev, with decoder and zcbor", "fmfu", "log", FMFU),
    Feature("full modem", "full", "fmfu", FULL_MODEM),
    Feature("fota_download", "fota", "log"),
    Feature("flash_img alone", "img", "", IMG),
    Feature("stream_flash alone", "stream", "", STREAM),
    Feature("settings alone, without flash_map", "settings", "", KEEPER),
    Feature("upstream's functions, without its flash API", "upstream"),
    *(Feature(f"mode {mode}", f"mode {mode}", "", CONFIRM if mode == "single-slot" else UPDATER) for mode in MODES),
)

# Functions of which the stack outside hash and signature is told apart.
STACKS = {program: tuple(f"dfu_target_{call}" for call in ("init", "write", "done", "schedule_update"))
          for program in ("hash", "log")}
