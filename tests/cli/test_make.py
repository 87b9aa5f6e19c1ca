# SPDX-License-Identifier: Apache-2.0
"""`make modem-full` and `make modem-delta`: their files as cbor2, hashlib and cryptography read them, and a device."""
import hashlib
import os
import resource
import unittest
import uuid

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from modem_files import BOOTLOADER, DUMMY, ModemTest, PROTECTED, digest_of, full_file
from support import image, key, read, slotwise

FULL_KEYS = ["size", "wrapper_size", "version", "bootloader", "segments", "uuid", "digest", "signature"]
DELTA_KEYS = ["size", "from_uuid", "to_uuid", "digest"]
PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PLAIN = serialization.NoEncryption()


def uuid_of(digest):
    """What a modem makes of a digest in hex: a UUID of version 8."""
    raw = bytearray(bytes.fromhex(digest)[:16])
    raw[6] = raw[6] % 16 + 0x80
    raw[8] = raw[8] % 64 + 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def take_apart(data):
    """(wrapper, manifest, [(address, bytes)]) of a full file, all of which is looked at."""
    wrapper = cbor2.loads(data)
    encoded = cbor2.dumps(wrapper)
    assert data.startswith(encoded)
    assert wrapper.tag == 18
    protected, unprotected, payload, signature = wrapper.value
    assert (protected, unprotected, len(signature)) == (PROTECTED, {}, 256)
    manifest = cbor2.loads(payload)
    assert cbor2.dumps(manifest) == payload
    version, _, digest, table = manifest
    assert (version, digest) == (1, hashlib.sha256(data[len(encoded):]).digest())
    table, at, segments = cbor2.loads(table), len(encoded), []
    for address, size in zip(table[::2], table[1::2]):
        segments.append((address, data[at:at + size]))
        at += size
    assert at == len(data)
    return encoded, manifest, segments


class Make(ModemTest):
    def full(self, *args, name="full.cbor"):
        """(report, bytes) of a file that was made."""
        report = self.done("make", "modem-full", self.path(name), *args, "--json").json()
        return report, read(self.path(name))

    def segment_files(self, segments):
        """For --segments."""
        return ",".join(f"{address:#x}:{self.write(f'{number}.seg', data)}"
                        for number, (address, data) in enumerate(segments))

    def not_made(self, *args, out="out.cbor"):
        """Refused, and what has the name is left as it was, without anything beside it."""
        before = self.write(out, b"old")
        names = sorted(os.listdir(self.folder))
        why = self.refused("make", "modem-full", before, *args)
        self.assertEqual((read(before), sorted(os.listdir(self.folder))), (b"old", names))
        return why

    def test_the_report_is_what_an_independent_reader_finds(self):
        for more, version, size, compat in (
                ([], "1.0.0", 256 << 10, 0), (["--version", "2.5-rc1"], "2.5-rc1", 256 << 10, 0),
                (["--size", "100001", "--compat", "4294967295"], "1.0.0", 100001, 0xffffffff)):
            report, data = self.full(*more)
            wrapper, manifest, (bootloader, *segments) = take_apart(data)
            self.assertEqual(list(report), FULL_KEYS)
            self.assertEqual((report["size"], report["wrapper_size"]), (len(data), len(wrapper)))
            self.assertEqual((report["version"], report["signature"]), (version, "dummy"))
            self.assertEqual(wrapper[-256:], DUMMY)
            self.assertEqual(manifest[1], compat)
            self.assertEqual(report["bootloader"], {"address": bootloader[0], "size": len(bootloader[1])})
            self.assertEqual(report["segments"], [{"address": a, "size": len(b)} for a, b in segments])
            self.assertEqual(sum(len(b) for _, b in segments), size)
            self.assertEqual(segments, sorted(segments))
            self.assertTrue(segments[0][1].startswith(b"mfw " + version.encode() + b"\0"))
            self.assertEqual(report["digest"], digest_of(segments))
            self.assertEqual(report["uuid"], uuid_of(report["digest"]))

    def test_the_same_is_made_again(self):
        self.assertEqual(self.full(name="a")[1], self.full("--version", "1.0.0", "--size=262144", name="b")[1])
        self.assertNotEqual(self.full(name="a")[1], self.full("--version", "1.0.1", name="b")[1])

    def test_a_new_device_has_the_default_firmware(self):
        report, _ = self.full()
        modem = self.modem(self.device_with_modem())
        for name in ("version", "uuid", "digest", "segments"):
            self.assertEqual(modem[name], report[name], name)

    def test_files_become_segments_in_the_order_of_their_addresses(self):
        segments = [(0x38000, b"\x01" * 70000), (0x6000, b"mfw 7.8\0" + bytes(100)), (0x20000, b"x"),
                    (0xffffff00, bytes(range(256)))]
        report, data = self.full("--segments", self.segment_files(segments), "--bootloader",
                                 self.write("boot", BOOTLOADER[1]))
        self.assertEqual(data, full_file(sorted(segments)))
        self.assertEqual(report["version"], "7.8")
        decimal = f"{0x6000}:{self.write('0.seg', b'no version')}"
        report, data = self.full("--segments", decimal, "--compat", "24")
        self.assertIsNone(report["version"])
        self.assertEqual(take_apart(data)[2][1:], [(0x6000, b"no version")])

    def test_as_many_segments_as_a_file_can_have(self):
        segments = [(0x80000000 + 0x1000 * i, bytes([i]) * (i + 1)) for i in range(127)]
        report, data = self.full("--segments", self.segment_files(segments))
        self.assertEqual(take_apart(data)[2][1:], segments)
        self.assertEqual(len(report["segments"]), 127)
        segments.append((1, b"x"))
        self.assertEqual(self.not_made("--segments", self.segment_files(segments)),
                         self.path("out.cbor") + ": 128 segments; a file has 1 to 127 beside the bootloader")

    def test_a_signature_is_by_the_key_over_the_manifest(self):
        private = serialization.load_pem_private_key(read(image("keys/rsa2048-a.pem")), None)
        public = serialization.load_pem_public_key(read(key("rsa2048-a")))
        scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        signatures = set()
        for kind in PKCS1, PKCS8:
            path = self.write("key.pem", private.private_bytes(PEM, kind, PLAIN))
            for compat in "0", "77":
                report, data = self.full("--key", path, "--compat", compat)
                wrapper, manifest, _ = take_apart(data)
                signed = cbor2.dumps(["Signature1", PROTECTED, b"", cbor2.dumps(manifest)])
                public.verify(wrapper[-256:], signed, scheme, hashes.SHA256())
                with self.assertRaises(InvalidSignature):
                    public.verify(wrapper[-256:], signed + b"\0", scheme, hashes.SHA256())
                self.assertEqual(report["signature"], "rsa-2048")
                signatures.add(wrapper[-256:])
        self.assertEqual(len(signatures), 4)

    def test_a_modem_takes_files_signed_by_its_key(self):
        device = self.device_with_modem(options=("--modem-key", key("rsa2048-a")))
        for key_args, taken in ((), False), (("--key", image("keys/rsa2048-a.pem")), True):
            report, _ = self.full("--version", "3.0.0", *key_args)
            self.done("update", device.path, self.path("full.cbor"))
            self.assertEqual(slotwise("modem", "apply", device.path).code, 0 if taken else 1)
            self.assertEqual(self.modem(device)["digest"] == report["digest"], taken)

    def test_keys_that_cannot_sign_for_a_modem_are_refused(self):
        rsa_key = serialization.load_pem_private_key(read(image("keys/rsa2048-a.pem")), None)
        locked = serialization.BestAvailableEncryption(b"secret")
        no_key = "not a private key in PEM (PKCS#1 or PKCS#8)"
        no_rsa = "not an RSA-2048 key, which the modem's signature needs"
        curve = ec.generate_private_key(ec.SECP256R1())
        for data, why in (
                (b"", no_key), (b"-----BEGIN RSA PRIVATE KEY-----\n", no_key), (read(key("rsa2048-a")), no_key),
                (rsa_key.private_bytes(serialization.Encoding.DER, PKCS1, PLAIN), no_key),
                (rsa_key.private_bytes(PEM, PKCS1, PLAIN)[:-200], no_key),
                (rsa_key.private_bytes(PEM, serialization.PrivateFormat.OpenSSH, PLAIN), no_key),
                (b"#" * 20000 + rsa_key.private_bytes(PEM, PKCS1, PLAIN), no_key),
                (rsa_key.private_bytes(PEM, PKCS8, locked), "the key is encrypted"),
                (rsa_key.private_bytes(PEM, PKCS1, locked), "the key is encrypted"),
                (curve.private_bytes(PEM, PKCS8, PLAIN), no_rsa),
                (curve.private_bytes(PEM, PKCS1, PLAIN), no_rsa),
                (rsa.generate_private_key(65537, 1024).private_bytes(PEM, PKCS8, PLAIN), no_rsa),
                (read(image("keys/rsa3072-a.pem")), no_rsa)):
            path = self.write("key.pem", data)
            self.assertEqual(self.not_made("--key", path), f"{path}: {why}")
        self.assertEqual(self.not_made("--key", self.path("none.pem")),
                         self.path("none.pem") + ": No such file or directory")

    def test_segments_that_no_modem_takes_are_refused(self):
        out, small, empty = self.path("out.cbor"), self.write("small", bytes(16)), self.write("empty", b"")
        overlap = out + ": the segments at {:#x} and {:#x} overlap"
        for spec, why in (
                (f"0x1000:{small},0x100f:{small}", overlap.format(0x1000, 0x100f)),
                (f"0x100f:{small},0x1000:{small}", overlap.format(0x1000, 0x100f)),
                (f"0x1000:{small},0x1000:{small}", overlap.format(0x1000, 0x1000)),
                (f"0x2000:{small},0x1fffffff:{small}", overlap.format(0x20000000, 0x1fffffff)),
                (f"536870912:{small}", overlap.format(0x20000000, 0x20000000)),
                (f"0:{small}", f"{out}: no segment can be at address 0"),
                (f"0xfffffff1:{small}", f"{out}: the segment at 0xfffffff1 passes the end of the address space"),
                (f"0x1000:{small},0x2000:{empty}", f"{empty}: empty, but a segment has bytes"),
                (f"0x1000:{small},0x2000:{small}x", f"{small}x: No such file or directory"),
                (f"0x1000:{self.folder}", f"{self.folder}: Is a directory"),
                ("0x1000:/dev/null", "/dev/null: not a regular file")):
            self.assertEqual(self.not_made("--segments", spec), why)
        self.assertEqual(self.not_made("--bootloader", empty), f"{empty}: empty, but a bootloader has bytes")
        self.assertEqual(self.not_made("--bootloader", self.path("none")),
                         self.path("none") + ": No such file or directory")

    def test_wrong_usage(self):
        file = self.write("small", b"x")
        for args in (["--segments", ""], ["--segments", "x"], ["--segments", ":" + file], ["--segments", "0x:" + file],
                     ["--segments", "0x10:"], ["--segments", f"0x10:{file},"], ["--segments", f",0x10:{file}"],
                     ["--segments", f"-1:{file}"], ["--segments", f" 1:{file}"], ["--segments", f"1g:{file}"],
                     ["--segments", f"0x100000000:{file}"], ["--segments", f"99999999999999999999999:{file}"],
                     ["--segments", f"1:{file}", "--version", "1"], ["--segments", f"1:{file}", "--size", "2000"],
                     ["--version", ""], ["--version", "a b"], ["--version", "é"], ["--version", "1" * 32],
                     ["--size", "1023"], ["--size", "16777217"], ["--size", "x"], ["--compat", "4294967296"],
                     ["--compat", "-1"], ["another"], ["--from", "x"]):
            self.wrong_usage("make", "modem-full", self.path("out"), *args)
        for args in ([], [self.path("out")], [self.path("out"), "--from", file], [self.path("out"), "--to", file]):
            self.wrong_usage("make", "modem-delta", *args)
        self.wrong_usage("make")
        self.wrong_usage("make", "modem")
        self.wrong_usage("make", "modem-full")
        self.assertEqual(os.listdir(self.folder), ["small"])
        longest = self.full("--version", "1" * 31, "--size", "1024")[0]
        self.assertEqual(longest["version"], "1" * 31)

    def test_a_file_is_replaced_as_a_whole_or_not_at_all(self):
        path = self.write("full.cbor", b"old")
        self.full()
        self.assertEqual(take_apart(read(path))[1][1], 0)
        before = read(path)
        result = slotwise("make", "modem-full", path, "--version", "2.0.0",
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
        self.assertEqual((result.code, result.out, result.err), (1, "", f"slotwise: {path}: File too large\n"))
        self.assertEqual((read(path), os.listdir(self.folder)), (before, ["full.cbor"]))
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o666 & ~self.umask())

    @staticmethod
    def umask():
        mask = os.umask(0)
        os.umask(mask)
        return mask

    def test_only_regular_files_are_replaced(self):
        os.mkfifo(self.path("fifo"))
        os.symlink("/dev/null", self.path("link"))
        for path, why in ((self.path("fifo"), "not a regular file"), (self.path("link"), "not a regular file"),
                          (self.folder, "Is a directory"), (self.path("no/file"), "No such file or directory")):
            self.assertEqual(self.refused("make", "modem-full", path), f"{path}: {why}")
        self.assertEqual(sorted(os.listdir(self.folder)), ["fifo", "link"])

    def test_what_was_not_made_is_null_in_the_report(self):
        for verb, keys in ("modem-full", FULL_KEYS), ("modem-delta", DELTA_KEYS):
            more = ["--key", "none"] if verb == "modem-full" else ["--from", "none", "--to", "none"]
            report = slotwise("make", verb, self.path("out"), *more, "--json").json()
            self.assertEqual(list(report), keys + ["error"])
            self.assertEqual(set(report[name] for name in keys), {None})
            self.assertEqual(report["error"], "none: No such file or directory")

    def test_people_read_the_same(self):
        out = self.done("make", "modem-full", self.path("a")).out
        for line in ("version    1.0.0", "bootloader 0x20000000, 6608 bytes", "segment    0x00006000, 65536 bytes",
                     "signature  dummy", "digest     " + digest_of(take_apart(read(self.path("a")))[2][1:])):
            self.assertIn(line + "\n", out)
        out = self.done("make", "modem-delta", self.path("d"), "--from", self.path("a"), "--to", self.path("a")).out
        self.assertIn(f"{self.path('d')}: {len(read(self.path('d')))} bytes\n", out)

    def test_a_patch_brings_a_device_from_one_firmware_to_the_other(self):
        device = self.device_with_modem()
        old = self.full(name="a")[0]
        segments = [(0x6000, b"mfw own\0" + take_apart(read(self.path("a")))[2][1][1][8:5000]), (0x9000, bytes(3000))]
        new = self.full("--segments", self.segment_files(segments), name="b")[0]
        report = self.done("make", "modem-delta", self.path("d"), "--from", self.path("a"), "--to", self.path("b"),
                           "--json").json()
        patch = read(self.path("d"))
        self.assertEqual(list(report), DELTA_KEYS)
        self.assertEqual(list(report.values()), [len(patch), old["uuid"], new["uuid"], digest_of(segments)])
        self.assertEqual((patch[4:8], patch[48:84].decode()), (b"meDu", old["uuid"]))
        self.assertLess(len(patch), 3000 + 12 * 12 + 300)  # all but the zeros is copied
        self.done("update", device.path, self.path("d"))
        self.assertEqual(self.booted(device), "updated")
        modem = self.modem(device)
        self.assertEqual((modem["uuid"], modem["digest"], modem["version"]), (new["uuid"], new["digest"], "own"))
        self.assertEqual(modem["segments"], new["segments"])

    def test_a_patch_is_made_of_sound_files_only(self):
        _, good = self.full(name="good")
        wrapper, manifest, segments = take_apart(good)
        for data, why in (
                (b"", "no full modem firmware: it does not begin with D2 84"),
                (read(image("tiny-1.0.0-none.bin")), "no full modem firmware: it does not begin with D2 84"),
                (good[:100], "its manifest is damaged or incomplete, or not of the format"),
                (good[:-1], f"it has {len(good) - 1} bytes; its manifest tells of {len(good)}"),
                (good + b"\0", f"it has {len(good) + 1} bytes; its manifest tells of {len(good)}"),
                (good[:-1] + bytes([good[-1] ^ 1]),
                 "the firmware is damaged: it has another hash than its manifest says"),
                (full_file(segments[1:], version=2), "its manifest is of another version of the format"),
                (full_file([]), "a bootloader without firmware")):
            bad = self.write("bad", data)
            for sides in ("--from", "bad", "--to", "good"), ("--from", "good", "--to", "bad"):
                paths = [name if name.startswith("--") else self.path(name) for name in sides]
                self.assertEqual(self.refused("make", "modem-delta", self.path("out"), *paths), f"{bad}: {why}")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad", "good"])
        # Whose signature it is does not matter here.
        signed = self.write("signed", full_file(segments[1:], key=rsa.generate_private_key(65537, 2048)))
        self.done("make", "modem-delta", self.path("out"), "--from", signed, "--to", self.path("good"))
        self.assertEqual((len(wrapper), manifest[0]), (335, 1))


if __name__ == "__main__":
    unittest.main()
