# SPDX-License-Identifier: Apache-2.0
"""What a whole modem firmware costs the flash that stores it."""
import hashlib

import cbor2

from tools import report, run

OPTIONS = ("CONFIG_SETTINGS=y", "CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS=y", "CONFIG_FMFU_FDEV=y",
           "CONFIG_DFU_TARGET_FULL_MODEM=y")
FILE_SIZE = 2 * 1024 * 1024
PAGE_SIZE = 4096
BUFFERS = (512, 4096)  # the second is that of the originals' downloads
CHUNKS = (20, 244, 512, 1024, 4096)
SEGMENTS = ((0x10000, 6608), (0x6000, 40960), (0x38000, None))  # address, bytes; None: the rest


def wrapper(segments, blob_hash):
    manifest = cbor2.dumps([1, 0, blob_hash, cbor2.dumps([number for segment in segments for number in segment])])
    return cbor2.dumps(cbor2.CBORTag(18, [cbor2.dumps({1: -37}), {}, manifest, b"\xff" * 256]))


def make_file(out):
    """A modem file of exactly FILE_SIZE bytes with the dummy signature; the blob's period is prime."""
    known = sum(size for _, size in SEGMENTS if size)
    segments = [(address, size or FILE_SIZE - known) for address, size in SEGMENTS]
    blob_size = FILE_SIZE - len(wrapper(segments, bytes(32)))
    segments[-1] = (segments[-1][0], blob_size - known)
    blob = bytes((i * 7 + i // 251) % 251 for i in range(blob_size))
    path = out / "full_modem.cbor"
    path.write_bytes(wrapper(segments, hashlib.sha256(blob).digest()) + blob)
    assert path.stat().st_size == FILE_SIZE
    return path


def bench_full_modem(out, programs):
    file = make_file(out)
    rows = []
    for buffer in BUFFERS:
        for chunk in CHUNKS:
            counts = run(programs / "bench_full_modem", chunk, buffer, file).split()
            rows.append((f"buffer of {buffer}", chunk, counts[0], FILE_SIZE // PAGE_SIZE, counts[1], FILE_SIZE // buffer,
                         counts[2], FILE_SIZE, *counts[3:]))
    report(out, "full_modem.csv", "What a whole modem firmware of 2 MiB costs serial flash (4 KiB pages, write block 1), and its "
           "progress in a settings log on pages of 4 KiB", ("download", "chunk", "erases", "floor", "programs", "floor", "bytes",
                                                          "floor", "values saved", "deletions", "erases", "programs", "bytes"), rows)
