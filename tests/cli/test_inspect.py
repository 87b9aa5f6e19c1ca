# SPDX-License-Identifier: Apache-2.0
"""`inspect` agrees with an independent parser on every test image, and with the keys on every signature."""
import unittest

from support import CliTest, image, image_list, key, read, slotwise

KEYS = {"ec256-a", "ec256-b", "ec384-a", "rsa2048-a", "rsa3072-a", "ed25519-a"}
SIGNATURES = {"none": None, "rsa2048": "rsa-2048", "rsa3072": "rsa-3072", "ed25519": "ed25519"}
# The bootloader refuses a TLV of no bytes at the end of the protected area, and so does inspect.
REFUSED = {"tiny-1.1.0-none-custom-empty.bin"}


def tlvs(entry):
    return [{"type": t["type"], "protected": t.get("protected", False), "len": t["len"]} for t in entry["tlvs"]]


def signature_type(entry):
    kind = entry["signature"]
    if kind == "ecdsa":
        return "ecdsa-p384" if entry["hash"] == "sha384" else "ecdsa-p256"
    return SIGNATURES[kind]


class Inspect(CliTest):
    def file(self, name):
        return self.write("unpacked.bin", read(image(name))) if name.endswith(".gz") else image(name)

    def test_every_whole_image_is_told_as_the_independent_parser_tells_it(self):
        told = 0
        for name, entry in image_list().items():
            if entry["kind"] not in ("image", "padded", "fit") or name in REFUSED:
                continue
            encrypted = any(flag.startswith("aes") for flag in entry["flags"]) and "clear" not in name
            report = self.done("inspect", self.file(name), "--json").json()
            self.assertEqual(list(report), ["type", "version", "header_size", "image_size", "flags", "tlvs", "hash",
                                            "signature", "images"])
            self.assertEqual(report["type"], "mcuboot")
            for field in ("version", "header_size", "image_size", "flags"):
                self.assertEqual(report[field], entry[field], name)
            self.assertEqual([{k: t[k] for k in ("type", "protected", "len")} for t in report["tlvs"]], tlvs(entry))
            for mine, theirs in zip(report["tlvs"], entry["tlvs"]):
                self.assertEqual(len(mine["value"]), 2 * mine["len"])
                if mine["type"] in ("sha256", "sha384", "sha512", "keyhash", "0x00a0", "0x12a4"):
                    self.assertEqual(mine["value"], theirs["value"], name)
            self.assertEqual(report["hash"]["algorithm"], entry["hash"])
            self.assertEqual(report["hash"]["valid"], None if encrypted else True, name)
            self.assertEqual(report["signature"], {"type": signature_type(entry), "valid": None}, name)
            told += 1
        self.assertGreater(told, 120)

    def test_signatures_are_found_right_with_their_key(self):
        for name, entry in image_list().items():
            if entry["kind"] != "image" or entry["key"] not in KEYS or "pubkey" in name or "enc" in name:
                continue
            report = self.done("inspect", self.file(name), "--json", "--key", key(entry["key"])).json()
            self.assertIs(report["signature"]["valid"], True, name)

    def test_a_wrong_signature_is_found_wrong_and_its_hash_right(self):
        for name in ("sig-flip-r", "sig-flip-s", "sig-of-other-image", "sig-zero", "version-changed-rehashed"):
            path = image(f"badkey/{name}.bin")
            result = slotwise("inspect", path, "--json", "--key", key("ec256-a"))
            self.assertEqual(result.code, 1)
            self.assertEqual(result.err, f"slotwise: {path}: signature does not match\n")
            self.assertIs(result.json()["signature"]["valid"], False)
            self.assertIs(result.json()["hash"]["valid"], True)

    def test_a_signature_that_is_not_by_the_given_key_is_not_valid(self):
        for name, kind in (("med-1.1.0-ec256.bin", "ecdsa-p256"), ("med-1.1.0-rsa2048.bin", "rsa-2048"),
                           ("med-1.1.0-ed25519.bin", "ed25519"), ("med-1.1.0-none.bin", None)):
            path = image(name)
            result = slotwise("inspect", path, "--json", "--key", key("ec256-b"))
            self.assertEqual(result.code, 1)
            self.assertEqual(result.json()["signature"], {"type": kind, "valid": False})
            self.assertEqual(result.err, f"slotwise: {path}: not signed with the given key\n")
            self.assertRegex(slotwise("inspect", path, "--key", key("ec256-b")).out, "signature  .*, WRONG\n")
            self.assertIsNone(self.done("inspect", path, "--json").json()["signature"]["valid"])
        changed = slotwise("inspect", image("bad/flip-hash.bin"), "--json", "--key", key("ec256-a"))
        self.assertIs(changed.json()["signature"]["valid"], False)

    def test_a_signature_that_could_not_be_judged_is_not_known(self):
        for name in ("bad/text.bin", "bad/trunc-payload-1.bin", "tiny-1.1.0-ec256-enc256.bin"):
            report = slotwise("inspect", image(name), "--json", "--key", key("ec256-a")).json()
            self.assertIsNone(report["signature"]["valid"], name)

    def test_an_image_that_carries_its_whole_key_is_told_as_such(self):
        for name, own in (("tiny-1.1.0-ec256-pubkey.bin", "ec256-a"), ("tiny-1.1.0-rsa2048-pubkey.bin", "rsa2048-a")):
            result = slotwise("inspect", image(name), "--json", "--key", key(own))
            self.assertEqual(result.code, 1)
            self.assertIs(result.json()["signature"]["valid"], False)
            self.assertIn("the image carries a whole key (PUBKEY TLV), which this check does not use", result.err)

    def test_damaged_images_are_exit_1_with_what_could_be_read(self):
        for name, entry in image_list().items():
            if entry["kind"] != "bad":
                continue
            result = slotwise("inspect", image(name), "--json")
            self.assertEqual(result.code, 1, name)
            report = result.json()
            self.assertEqual(result.err, "slotwise: " + report["error"] + "\n")
            self.assertIsNot(report["hash"]["valid"], True, name)
            has_header = read(image(name))[:4] == b"\x3d\xb8\xf3\x96" and len(read(image(name))) >= 32
            self.assertEqual(report["type"], "mcuboot" if has_header else None, name)
            self.assertEqual(report["version"] is not None, has_header, name)

    def test_a_flipped_hash_is_told_as_wrong(self):
        report = slotwise("inspect", image("bad/flip-hash.bin"), "--json").json()
        self.assertIs(report["hash"]["valid"], False)
        self.assertEqual(report["tlvs"][0]["value"], report["hash"]["value"])

    def test_people_read_the_same(self):
        out = self.done("inspect", image("med-1.1.0-ec256.bin"), "--key", key("ec256-a")).out
        for line in ("version    1.1.0+0", "header     512 bytes", "hash       sha256, right",
                     "signature  ecdsa-p256, right"):
            self.assertIn(line + "\n", out)


if __name__ == "__main__":
    unittest.main()
