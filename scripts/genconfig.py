#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write autoconf.h from Kconfig and a configuration; an unknown or impossible option is an error that names it."""
import argparse
import os
import re
import sys

import kconfiglib

# Options of Zephyr and the nRF Connect SDK for what this library does too, but without a choice or in another way.
ABSENT = {
    "IMG_CUSTOM_SECTOR_SIZE": "pages are those that the flash driver tells",
    "MCUBOOT_UPDATE_FOOTER_SIZE": "boot_get_max_image_size() knows what the trailer takes",
    "MCUBOOT_TRAILER_SWAP_TYPE": "trailers always have a swap type",
    "MCUBOOT_SHELL": "there is no shell; the command slotwise does this on a host",
    "FLASH_MAP_SHELL": "there is no shell; the command slotwise does this on a host",
    "FLASH_EX_OP_ENABLED": "no driver of this library has operations of its own",
    "FLASH_SIMULATOR": "the simulated flash of the host is chosen at run time, by a board",
    "FLASH_AREA_CHECK_INTEGRITY_PSA": "hashes come from the back-ends in dfu_crypto_backends",
    "FLASH_AREA_CHECK_INTEGRITY_MBEDTLS": "hashes come from the back-ends in dfu_crypto_backends",
    "SETTINGS_NONE": "settings without a back-end are CONFIG_SETTINGS=n",
    "SETTINGS_NVS": "the back-end on flash is CONFIG_SETTINGS_LOG; others are named at run time",
    "SETTINGS_ZMS": "the back-end on flash is CONFIG_SETTINGS_LOG; others are named at run time",
    "SETTINGS_FCB": "the back-end on flash is CONFIG_SETTINGS_LOG; others are named at run time",
    "SETTINGS_FILE": "the back-end on files is ports/settings/settings_file.c, named at run time",
    "SETTINGS_NVS_SECTOR_SIZE_MULT": "see CONFIG_SETTINGS_LOG_SECTOR_SIZE",
    "SETTINGS_NVS_SECTOR_COUNT": "the log takes the whole area it is given",
    "DFU_TARGET_SMP": "there is no SMP target",
    "DFU_TARGET_SMP_IMAGE_LIST_SIZE": "there is no SMP target",
    "DFU_TARGET_STREAM_SYNCHRONOUS": "progress does not need it: positions that are saved have been programmed",
    "DFU_TARGET_FULL_MODEM_EXT_FLASH_SIZE": "the size is that of the partition in the devicetree",
    "DFU_TARGET_SUIT": "upstream has removed it",
    "DFU_MULTI_IMAGE_ALIGN": "alignment is a property of the package: slotwise make package --align",
    "FMFU_FDEV_SKIP_PREVALIDATION": "a file is always verified before the modem is touched",
    "FMFU_CDDL_DECODER_GENERATE": "the decoder is always generated",
    "FOTA_DOWNLOAD_MCUBOOT_FLASH_BUF_SZ": "the buffer is that of dfu_target_mcuboot_set_buf()",
    "FOTA_DOWNLOAD_FULL_MODEM_BUF_SZ": "the buffer is that of dfu_target_full_modem_cfg()",
    "FOTA_DOWNLOAD_FILE_NAME_LENGTH": "see CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH",
    "FOTA_DOWNLOAD_NATIVE_TLS": "TLS is the transport's",
    "ZCBOR": "zcbor comes with the options that need it",
    "MULTITHREADING": "no call of the library waits for another thread",
}
LOG_LEVEL = re.compile(r"(DFU_TARGET|IMG_MANAGER|FMFU|FOTA_DOWNLOAD|STREAM_FLASH|SETTINGS)_LOG_LEVEL(_\w+)?")
NOT_POSSIBLE = "Not possible: "


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
    if sym.choice and sym.choice.selection and sym.user_value:
        return f"one of a choice, and CONFIG_{sym.choice.selection.name} is set"
    if sym.choice:
        return "one of a choice has to be set, and it is the default"
    if not any(node.prompt for node in sym.nodes):
        return "other options set it"
    return f"selected by {kconfiglib.expr_str(sym.rev_dep)}"


def absence(name):
    """Why an option of upstream's does not exist, or None."""
    if LOG_LEVEL.fullmatch(name):
        return "see CONFIG_DFU_LOG_LEVEL"
    return ABSENT.get(name)


def explain(warning):
    """A warning of the parser, with the reason if the option is upstream's and absent on purpose."""
    unknown = re.search(r"undefined symbol (\w+)", warning)
    reason = absence(unknown[1]) if unknown else None
    return f"{warning}: upstream's, and absent here: {reason}" if reason else warning


def number(kconf, name):
    sym = kconf.syms.get(name)
    return int(sym.str_value, 0) if sym and sym.str_value else 0


def arithmetic(kconf):
    """Rules that even a comment in Kconfig cannot say."""
    start, size = number(kconf, "BOOT_RAM_START"), number(kconf, "BOOT_RAM_SIZE")
    if start + size > 1 << 32:
        yield f"CONFIG_BOOT_RAM_SIZE={size:#x} from CONFIG_BOOT_RAM_START={start:#x} on passes 32 bits"
    block = number(kconf, "STREAM_FLASH_ERASE_BLOCK")
    if block & (block - 1):
        yield f"CONFIG_STREAM_FLASH_ERASE_BLOCK={block} is no power of two"


def impossible(kconf):
    """Rules of several options: comments in Kconfig that are visible, and arithmetic."""
    for node in kconf.node_iter():
        if node.item == kconfiglib.COMMENT and node.prompt[0].startswith(NOT_POSSIBLE):
            if kconfiglib.expr_value(node.prompt[1]) and kconfiglib.expr_value(node.dep):
                yield re.sub(r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b", r"CONFIG_\1", node.prompt[0])
    yield from arithmetic(kconf)


def problems(kconf):
    """What is unknown or malformed, what a configuration asks for and does not get, and what cannot work."""
    found = [explain(warning) for warning in kconf.warnings]
    for sym in kconf.unique_defined_syms:
        if sym.user_value is not None and wanted(sym) != sym.str_value:
            found.append(f"CONFIG_{sym.name}={wanted(sym)} is not possible ({why(sym)}), it would be "
                         f"{sym.str_value or 'n'}")
    return found + list(impossible(kconf))


def load(kconfig, conf):
    """Kconfig with the options of a file, or with the defaults only, and the problems of it."""
    kconf = kconfiglib.Kconfig(kconfig, warn_to_stderr=False)
    kconf.warn_assign_undef = True
    if conf:
        kconf.load_config(conf)
    return kconf, problems(kconf)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--kconfig", required=True)
    args.add_argument("--conf", required=True, help="CONFIG_X=y lines")
    args.add_argument("--header", required=True, help="file to write")
    args = args.parse_args()

    if not os.path.isfile(args.conf):
        sys.exit(f"{args.conf}: no such file")
    try:
        kconf, found = load(args.kconfig, args.conf)
        if found:
            sys.exit("\n".join(f"{args.conf}: {p}" for p in found))
        kconf.write_autoconf(args.header, "/* From Kconfig; change the configuration, not this file. */\n")
    except (OSError, kconfiglib.KconfigError) as error:
        sys.exit(f"{args.conf}: {str(error).strip()}")


if __name__ == "__main__":
    main()
