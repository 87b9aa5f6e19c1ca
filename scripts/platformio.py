#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write platformio/autoconf.h and the list of files in library.json, from configs/platformio.conf and src/sources.cmake."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def files_of(header):
    """The files of src/ that the options of a header ask for."""
    options = "".join(f"set({name} {value})\n" for name, value in
                      re.findall(r"^#define (CONFIG_\w+) (\S+)$", header.read_text(), re.MULTILINE))
    with tempfile.NamedTemporaryFile("w", suffix=".cmake") as script:
        script.write(f"{options}include({ROOT}/src/sources.cmake)\n"
                     "foreach(layer IN LISTS SLOTWISE_LAYERS)\n"
                     "\texecute_process(COMMAND ${CMAKE_COMMAND} -E echo ${slotwise_${layer}})\nendforeach()\n")
        script.flush()
        return subprocess.run(["cmake", "-P", script.name], capture_output=True, text=True, check=True).stdout.split()


def main():
    header, manifest = ROOT / "platformio/autoconf.h", ROOT / "library.json"
    subprocess.run([sys.executable, ROOT / "scripts/genconfig.py", "--kconfig", ROOT / "Kconfig",
                    "--conf", ROOT / "configs/platformio.conf", "--header", header], check=True)
    content = json.loads(manifest.read_text())
    content["build"]["srcFilter"] = ["-<*>", *(f"+<{file}>" for file in files_of(header))]
    manifest.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
