# SPDX-License-Identifier: Apache-2.0
"""Where things are, and how to run them. CMake sets the environment."""
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["SLOTWISE_SOURCE"])
BUILD = pathlib.Path(os.environ["SLOTWISE_BUILD"])
CC = os.environ["SLOTWISE_CC"]
SANITIZE = os.environ.get("SLOTWISE_SANITIZE", "")
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wshadow", "-Wvla", "-Wconversion",
            "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wcast-align", "-Werror"]


def run(command, **options):
    """The result of a command, with its output as text."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def must_run(command, **options):
    """The standard output of a command that has to succeed."""
    result = run(command, **options)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(str(word) for word in command)}: {result.returncode}\n"
                             f"{result.stdout}{result.stderr}")
    return result.stdout


def script(name, *arguments):
    """The result of a Python script of scripts/."""
    return run([sys.executable, SOURCE / "scripts" / name, *arguments])


def make_config(folder, lines):
    """autoconf.h in a folder, from CONFIG_X=y lines or from a file of configs/."""
    folder = pathlib.Path(folder)
    conf = SOURCE / "configs" / lines
    if not conf.exists():
        conf = folder / "test.conf"
        conf.write_text(lines)
    result = script("genconfig.py", "--kconfig", SOURCE / "Kconfig", "--conf", conf, "--header", folder / "autoconf.h")
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return folder
