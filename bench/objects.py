# SPDX-License-Identifier: Apache-2.0
"""The library's files as objects for a core, and what a program links of them.

Compiling is what costs time. So only files are compiled that define what a program is found to lack, and each of them
once for all configurations that it cannot tell apart: those that agree in the options which the file or a header that it
includes mentions. (<dfu/config.h> mentions nearly all, but only gives them their values.)
"""
import concurrent.futures
import functools
import hashlib
import re
import sys

from tools import SOURCE, run

FLAGS = ("-std=c11", "-Os", "-ffunction-sections", "-fdata-sections")
CONFIG_HEADER = "include/dfu/config.h"
JOBS = 2
GENERATED = "zcbor/"
# What a program gets from elsewhere: the C library, the compiler's, the crypto back-ends, the port.
EXTERNAL = re.compile(r"mem\w+|str\w+|__\w+|dfu_crypto_backends|dfu_log_write|flash_map|flash_map_entries")


class Core:
    """A core, and the tools for it."""

    def __init__(self, name, tools, flags, relax=()):
        self.name, self.tools, self.flags, self.relax = name, tools, flags, relax

    @functools.cached_property
    def compiler(self):
        """First line of the compiler's version."""
        return run(f"{self.tools}gcc", "--version").splitlines()[0]


# RISC-V's linker shortens code, so there programs are linked whole for the size of it. Callees that nobody has are near.
CORES = (
    Core("Cortex-M0+", "arm-none-eabi-", ("-mcpu=cortex-m0plus", "-mthumb")),
    Core("Cortex-M4", "arm-none-eabi-", ("-mcpu=cortex-m4", "-mthumb")),
    Core("Cortex-M33", "arm-none-eabi-", ("-mcpu=cortex-m33", "-mthumb")),
    Core("rv32imac", "riscv64-unknown-elf-", ("-march=rv32imac", "-mabi=ilp32"),
         ("--entry=0", "--unresolved-symbols=ignore-all")),
)


class Configuration:
    """Options with all that follows from them: the header, and the files that the build chooses."""

    def __init__(self, folder, options):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        conf = folder / "size.conf"
        lines = (SOURCE / "configs/cortex-m.conf").read_text().splitlines() + list(options)
        chosen = dict(line.split("=", 1) for line in lines if line.startswith("CONFIG_"))
        conf.write_text("".join(f"{option}={value}\n" for option, value in chosen.items()))
        header = folder / "autoconf.h"
        run(sys.executable, SOURCE / "scripts/genconfig.py", "--kconfig", SOURCE / "Kconfig", "--conf", conf,
            "--header", header)
        self.values = dict(re.findall(r"^#define (CONFIG_\w+) (.*)$", header.read_text(), re.MULTILINE))
        self.sources = [word.removeprefix(f"{SOURCE}/src/") for word in
                        run("cmake", f"-DCONFIG_HEADER={header}", "-P", SOURCE / "bench/sources.cmake").split()]

    def digest(self, options):
        """What of the configuration a file can see that mentions these options."""
        return "".join(f"{option}={self.values.get(option)}\n" for option in sorted(options))


@functools.cache
def mentions(path):
    """(options, files): those that a file mentions, and itself with what it includes, each with all below it."""
    text = (SOURCE / path).read_text()
    options, files = set(), {path}
    if path == CONFIG_HEADER:
        assert not re.search(r"#\s*define\s+CONFIG_\w+\s.*CONFIG_", text), "one option's value follows from another's"
        return frozenset(), frozenset(files)
    options |= set(re.findall(r"\bCONFIG_\w+", text))
    for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE):
        for folder in ("include", "src"):
            if (SOURCE / folder / name).exists():
                below = mentions(f"{folder}/{name}")
                options |= below[0]
                files |= below[1]
                break
    return frozenset(options), frozenset(files)


@functools.cache
def defines(path):
    """Names that a file may define for others, and some more."""
    names = set()
    for line in re.findall(r"^(?!static\b)\w.*", path.read_text(), re.MULTILINE):
        names |= set(re.findall(r"\b(\w+)\s*[(\[=]", line))
    return names


@functools.cache
def content_digest(files):
    return hashlib.sha256(b"".join((SOURCE / file).read_bytes() for file in sorted(files))).hexdigest()


class Objects:
    """Objects for one core, kept for the next time; `zcbor` is the folder that zcbor's sources were generated in."""

    def __init__(self, folder, core, zcbor):
        self.core, self.folder, self.zcbor = core, folder, zcbor
        self.folder.mkdir(parents=True, exist_ok=True)
        self.generated = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(zcbor.glob("*/*.[ch]")))).hexdigest()
        self.compiled, self.likely = set(), set()

    def command(self, configuration):
        return (f"{self.core.tools}gcc", *self.core.flags, *FLAGS, "--specs=picolibc.specs", "-fcallgraph-info=su",
                f"-I{SOURCE / 'include'}", f"-I{SOURCE / 'src'}", f"-I{configuration.folder}", "-isystem",
                self.zcbor / "include", "-DZCBOR_CANONICAL")

    def name(self, source, configuration):
        """Of the object: all that it follows from."""
        options, files = mentions(f"src/{source}")
        parts = (source, content_digest(files), configuration.digest(options), self.generated, self.core.compiler,
                 *self.core.flags, *FLAGS)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]

    def compile(self, source, configuration):
        target = self.folder / f"{self.name(source, configuration)}.o"
        if target not in self.compiled and not target.exists():
            # From the folder of the sources, so that no path of this machine is in the object.
            run(*self.command(configuration), "-c", source, "-o", target, cwd=SOURCE / "src")
        self.compiled.add(target)
        return target

    def compile_generated(self, path, configuration):
        target = self.folder / f"zcbor_{path.stem}_{self.generated[:16]}.o"
        if target not in self.compiled and not target.exists():
            run(*self.command(configuration), "-w", "-c", path.name, "-o", target, cwd=path.parent)
        self.compiled.add(target)
        return target

    def compile_all(self, sources, configuration):
        """{source: object}"""
        def compile_one(source):
            if source.startswith(GENERATED):
                return self.compile_generated(self.zcbor / "src" / source.removeprefix(GENERATED), configuration)
            return self.compile(source, configuration)

        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            return dict(zip(sources, pool.map(compile_one, sources)))

    def path_of(self, source):
        return self.zcbor / "src" / source.removeprefix(GENERATED) if source.startswith(GENERATED) else SOURCE / "src" / source

    def drop_others(self):
        """Forget what this run had no use for."""
        keep = {target.stem for target in self.compiled}
        for path in self.folder.iterdir():
            if path.stem not in keep:
                path.unlink()

    def program(self, program, configuration):
        """What the functions of a program pull in, C library and back-ends apart: its size, and its objects."""
        sources = [source for source in [*configuration.sources, *(f"{GENERATED}{path.name}" for path in
                                                                  sorted(self.zcbor.glob("src/*.c")))]
                   if source not in program.without]
        def defining(names):
            return [source for source in sources if defines(self.path_of(source)) & names]

        objects = self.compile_all({*self.likely.intersection(sources), *defining(set(program.roots))}, configuration)
        while True:
            size, lacks = self.link(objects, program.roots)
            more = [source for source in defining(lacks) if source not in objects]
            if not more:
                break
            objects.update(self.compile_all(more, configuration))
        strangers = {name for name in lacks if not EXTERNAL.fullmatch(name)} - set(program.roots if program.some_roots else ())
        if strangers and not program.without:
            sys.exit(f"size: {', '.join(sorted(strangers))}: not in src/, and no back-end either")
        self.likely = set(objects)
        if self.core.relax:
            size.text = self.link(objects, program.roots, self.core.relax)[0].text
        return size, objects.values()

    def link(self, objects, roots, flags=("-r",)):
        """Its size, and what is not defined in it."""
        result = self.folder / "program.elf"
        # In one order: how far a call goes decides about its length.
        ordered = [objects[source] for source in sorted(objects)]
        run(f"{self.core.tools}gcc", *self.core.flags, "-nostdlib", *(f"-Wl,{flag}" for flag in (*flags, "--gc-sections")),
            *(f"-Wl,--undefined={root}" for root in roots), *ordered, "-o", result)
        lacks = set(run(f"{self.core.tools}nm", "--undefined-only", "--format=just-symbols", result).split())
        # Names that only what was dropped refers to are still among these symbols.
        used = set(re.findall(r"\s(\w+)(?: \+ \w+)?$", run(f"{self.core.tools}readelf", "-rW", result), re.MULTILINE))
        return Size.of(run(f"{self.core.tools}size", "-A", "-d", result)), lacks & (used | set(roots))


class Size:
    """Bytes of text, rodata, data and bss."""

    KINDS = ("text", "rodata", "data", "bss")

    def __init__(self, *numbers):
        self.text, self.rodata, self.data, self.bss = numbers

    @classmethod
    def of(cls, listing):
        sums = dict.fromkeys(cls.KINDS, 0)
        for name, size in re.findall(r"^\.s?(text|rodata|data|bss)\S*\s+(\d+)\s", listing, re.MULTILINE):
            sums[name] += int(size)
        return cls(*sums.values())

    def __sub__(self, other):
        return Size(*(mine - theirs for mine, theirs in zip(self.numbers(), other.numbers())))

    def numbers(self):
        return self.text, self.rodata, self.data, self.bss

    @property
    def flash(self):
        return self.text + self.rodata + self.data

    @property
    def ram(self):
        return self.data + self.bss
