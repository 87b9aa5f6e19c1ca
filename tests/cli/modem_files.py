# SPDX-License-Identifier: Apache-2.0
"""Whole modem firmwares as their maker makes them, out of cbor2 and hashlib, and devices with a modem to try them on."""
import hashlib
import os
import re

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from support import CliTest, Device, ROOT, image, read

PROTECTED = bytes.fromhex("a1013824")
DUMMY = b"\xff" * 256
BOOTLOADER = (0x20000000, bytes(i * 7 % 251 for i in range(6608)))


def firmware(version, sizes=(9000, 14000), starts=(0x6000, 0x18000)):
    """Segments as (address, bytes); the first one tells the version."""
    text = b"mfw " + version.encode() + b"\0"
    segments = []
    for number, (start, size) in enumerate(zip(starts, sizes)):
        data = bytes((i + number * 31 + sum(version.encode())) % 251 for i in range(size))
        segments.append((start, (text + data)[:size] if number == 0 else data))
    return segments


def digest_of(segments):
    """What a modem with this firmware has: SHA-256 of all segments by address."""
    return hashlib.sha256(b"".join(data for _, data in sorted(segments))).hexdigest()


def flat(segments):
    return cbor2.dumps([number for start, data in segments for number in (start, len(data))])


def manifest_of(segments, version=1, compat=0, digest=None, table=None):
    blob = b"".join(data for _, data in segments)
    return cbor2.dumps([version, compat, digest or hashlib.sha256(blob).digest(),
                        flat(segments) if table is None else table])


def wrap(manifest, signature=DUMMY, protected=PROTECTED, unprotected=None):
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, manifest, signature]))


def sign(manifest, key):
    """RSASSA-PSS with salt 32 over what COSE calls the Sig_structure."""
    to_be_signed = cbor2.dumps(["Signature1", PROTECTED, b"", manifest])
    return key.sign(to_be_signed, padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32), hashes.SHA256())


def full_file(segments, key=None, bootloader=BOOTLOADER, **more):
    """The file of a firmware: bootloader, then its segments."""
    every = [bootloader, *segments]
    manifest = manifest_of(every, **more)
    return wrap(manifest, sign(manifest, key) if key else DUMMY) + b"".join(data for _, data in every)


def read_full(data):
    """Segments of a file, the bootloader first, by a decoder that is not ours."""
    wrapper_len = len(data) - sum(cbor2.loads(cbor2.loads(cbor2.loads(data).value[2])[3])[1::2])
    table = cbor2.loads(cbor2.loads(cbor2.loads(data[:wrapper_len]).value[2])[3])
    segments, at = [], wrapper_len
    for start, size in zip(table[::2], table[1::2]):
        segments.append((start, data[at:at + size]))
        at += size
    return segments


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)


class ModemTest(CliTest):
    """A device with a modem that runs 1.0.0 of the factory, and an application."""

    OLD = image("tiny-1.0.0-none.bin")

    def device_with_modem(self, name="dev", options=(), **properties):
        """`properties` of the modem's node in place of the board's, with '_' for '-'."""
        text = read(os.path.join(ROOT, "boards/nrf9160dk.dts")).decode()
        for key, value in properties.items():
            value = f'"{value}"' if isinstance(value, str) else f"<{value}>"
            text, count = re.subn(rf"(?m)^(\t\t{key.replace('_', '-')} = ).*;$", rf"\g<1>{value};", text)
            self.assertEqual(count, 1, key)
        device = Device(self, self.path(name), "nrf9160dk")
        device.has_modem = True
        self.done("new", device.path, "--board", self.write(name + ".dts", text.encode()), *options)
        self.done("flash", device.path, "slot0", self.OLD)
        return device

    def make_full(self, version, name=None):
        """A file of `slotwise make modem-full`, which gives the factory's firmwares."""
        path = self.path(name or f"{version}.cbor")
        self.done("make", "modem-full", path, "--version", version)
        return path

    def make_delta(self, old, new, name="patch.bin"):
        path = self.path(name)
        self.done("make", "modem-delta", path, "--from", self.make_full(old), "--to", self.make_full(new))
        return path

    def modem(self, device):
        """What status says of the modem, which is what `modem` says, too."""
        report = self.done("status", device.path, "--json").json()["modem"]
        own = self.done("modem", device.path, "--json").json()
        self.assertEqual(list(own.items())[:len(report)], list(report.items()))
        return own

    def booted(self, device):
        return self.done("boot", device.path, "--json").json()["modem"]

    def restore(self, device, files):
        for name in os.listdir(device.path):
            if name not in files:
                os.unlink(os.path.join(device.path, name))
        for name, data in files.items():
            self.write(os.path.join(device.path, name), data)

    def factory_digest(self, version):
        return digest_of(read_full(read(self.make_full(version)))[1:])
