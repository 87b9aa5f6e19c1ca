# SPDX-License-Identifier: Apache-2.0
"""Projects of somebody else, in a folder of their own, that use the library in one of the ways it is given."""
import os
import pathlib
import re
import subprocess
import tempfile

import project

PROLOGUE = "cmake_minimum_required(VERSION 3.25)\nproject(app C)\nadd_executable(app app.c)\n"
SANITIZED = f"-fsanitize={project.SANITIZE}" if project.SANITIZE else ""


def program_of_readme():
    text = (project.SOURCE / "README.md").read_text()
    section = text.split("\n## A program that uses it\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"^```c\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[1]


def make(folder, lines, program, **files):
    """A project of these CMake lines and one C file; other files by name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "CMakeLists.txt").write_text(PROLOGUE + lines)
    (folder / "app.c").write_text(program)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def configure(folder, *options):
    """The result of CMake, with flags as our build has them, so that sanitized archives can be linked."""
    return project.run(["cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build", f"-DCMAKE_C_FLAGS={SANITIZED}",
                        f"-DCMAKE_C_COMPILER={project.CC}", *options])


def build(folder, *options, target="app"):
    """The program of a project that can be configured and built."""
    result = configure(folder, *options)
    if result.returncode != 0:
        raise AssertionError(result.stdout + result.stderr)
    project.must_run(["cmake", "--build", folder / "build", "--target", target])
    return folder / "build" / target


def feed(program, image):
    return subprocess.run([program], input=image, capture_output=True, check=False)


def image():
    return (project.BUILD / "examples/firmware-1.1.0.bin").read_bytes()


def environment(**more):
    return {**os.environ, **{name: str(value) for name, value in more.items()}}


def sources_of(header):
    """The files of src/ that the options of a header ask for, by the list that every build uses."""
    lines = "".join(f"set({name} {value})\n" for name, value in
                    re.findall(r"^#define (CONFIG_\w+) (\S+)$", pathlib.Path(header).read_text(), re.MULTILINE))
    with tempfile.NamedTemporaryFile("w", suffix=".cmake") as script:
        script.write(f"{lines}include({project.SOURCE}/src/sources.cmake)\n"
                     "foreach(layer IN LISTS SLOTWISE_LAYERS)\nforeach(file IN LISTS slotwise_${layer})\n"
                     "execute_process(COMMAND ${CMAKE_COMMAND} -E echo ${file})\nendforeach()\nendforeach()\n")
        script.flush()
        return project.must_run(["cmake", "-P", script.name]).split()
