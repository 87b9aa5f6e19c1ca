# SPDX-License-Identifier: Apache-2.0
"""Includes of src/ point down the layers only, and never out of the library."""
import re
import unittest

import project

# Each folder of src/ with those it may build on, and the public headers that are its own.
LAYERS = {
    "common": ((), ("dfu/compiler.h", "dfu/config.h", "dfu/log.h", "dfu/crypto.h")),
    "flash": (("common",), ("drivers/flash.h", "storage/flash_map.h")),
    "settings": (("common", "flash"), ("settings/settings.h", "settings/settings_log.h")),
    "stream": (("common", "flash", "settings"), ("storage/stream_flash.h",)),
    "image": (("common", "flash"), ("dfu/image.h",)),
    "retention": (("common", "settings"), ("retention/retention.h", "retention/blinfo.h", "retention/bootmode.h")),
    "boot": (("common", "flash", "image", "retention"), ("dfu/mcuboot.h", "dfu/boot.h", "dfu/boot_rules.h",
                                                       "dfu/bootloader.h")),
    "modem": (("common", "flash", "settings"), ("dfu/modem.h", "dfu/fmfu_fdev.h")),
    "img": (("common", "flash", "stream", "boot"), ("dfu/flash_img.h",)),
    "target": (("common", "flash", "settings", "stream", "image", "boot", "modem"),
               ("dfu/dfu_target.h", "dfu/dfu_target_mcuboot.h", "dfu/dfu_target_stream.h",
                "dfu/dfu_target_modem_delta.h", "dfu/dfu_target_full_modem.h", "dfu/dfu_target_custom.h")),
    "package": (("common", "settings", "image", "boot", "target"), ("dfu/dfu_multi_image.h",)),
    "fota": (("common", "boot", "target"), ("net/fota_download.h", "net/fota_transport.h")),
}
OWNER = {header: layer for layer, (_, headers) in LAYERS.items() for header in headers}
# Made by zcbor when the library is built, for these layers; its runtime is nobody's.
GENERATED = {"fmfu_decode.h": "modem", "package_decode.h": "package", "package_encode.h": "package", "zcbor_decode.h": ""}
C_LIBRARY = {"assert.h", "errno.h", "inttypes.h", "limits.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h",
             "string.h", "sys/types.h"}


def layer_of(include):
    """The layer an include belongs to; "" for the C library, None for anything else."""
    if include in C_LIBRARY:
        return ""
    if include in OWNER:
        return OWNER[include]
    if include in GENERATED:
        return GENERATED[include]
    folder = include.split("/")[0]
    return folder if folder in LAYERS and (project.SOURCE / "src" / include).exists() else None


class Layers(unittest.TestCase):
    def test_every_include_points_down(self):
        files = sorted((project.SOURCE / "src").rglob("*.[ch]"))
        self.assertGreater(len(files), 10)
        for file in files:
            layer = file.parent.name
            allowed = {"", layer, *LAYERS[layer][0]}
            for include in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', file.read_text(), re.MULTILINE):
                with self.subTest(file=file.name, include=include):
                    self.assertIn(layer_of(include), allowed)

    def test_every_public_header_has_a_layer(self):
        include = project.SOURCE / "include"
        public = {str(path.relative_to(include)) for path in include.rglob("*.h")}
        self.assertEqual({name for name in public if not name.startswith("zephyr/")}, set(OWNER))


if __name__ == "__main__":
    unittest.main()
