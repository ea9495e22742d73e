"""Checks an exported case: run `python3 verify.py` in its folder (Python 3.8 or newer; `--key HEX`: the published key).
With the package `cryptography` signatures are checked too. Exit status 1 names the first line that was touched.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

GENESIS = "0" * 64


class Broken(Exception):
    """Something is not as it was exported."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(f"{file} line {line}: {why}" if line else f"{file}: {why}")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def lines_of(folder: Path, name: str) -> list[bytes]:
    try:
        return (folder / name).read_bytes().splitlines()
    except OSError as error:
        raise Broken(name, 0, "is missing") from error


def read(folder: Path, name: str) -> Any:
    try:
        return json.loads(b"\n".join(lines_of(folder, name)))
    except ValueError as error:
        raise Broken(name, 0, "is not JSON") from error


def check_signature(name: str, context: bytes, signed: Any, keys: dict[str, str]) -> bool:
    """True if the signature fits, False if it cannot be checked here."""
    key = keys.get(signed["key_id"])
    if key is None:
        raise Broken(name, 0, "is signed with a key that is not the one to trust")
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signed["signature"]), context + signed["body"].encode())
    except (InvalidSignature, ValueError) as error:
        raise Broken(name, 0, "its signature does not fit") from error
    return True


def check_files(folder: Path, files: dict[str, list[str]]) -> None:
    """Every line of every file is the one that the manifest names."""
    for name in sorted(files, key=lambda each: (each != "timeline.jsonl", each)):
        found, wanted = lines_of(folder, name), files[name]
        for number, line in enumerate(found, start=1):
            if number > len(wanted):
                raise Broken(name, number, "was added")
            if sha256(line) != wanted[number - 1]:
                raise Broken(name, number, "is not as it was exported")
        if len(found) < len(wanted):
            raise Broken(name, len(found) + 1, "was removed")


def check_chain(folder: Path, case: str) -> list[str]:
    """Each entry names the hash of the one before it; returns the hashes in order."""
    hashes, previous = [], GENESIS
    for number, line in enumerate(lines_of(folder, "timeline.jsonl"), start=1):
        try:
            entry = json.loads(line)
            place = [entry["previous"], case, entry["sequence"], entry["id"], entry["sealed"]]
            given = entry["hash"]
        except (ValueError, KeyError, TypeError) as error:
            raise Broken("timeline.jsonl", number, "cannot be read") from error
        if entry["sequence"] != number:
            raise Broken("timeline.jsonl", number, f"holds entry {entry['sequence']}")
        if entry["previous"] != previous:
            raise Broken("timeline.jsonl", number, "does not follow on the line before it")
        if sha256(canonical(place)) != given:
            raise Broken("timeline.jsonl", number, "its hash does not fit what it says")
        previous = given
        hashes.append(given)
    return hashes


def check_checkpoint(checkpoint: Any, case: str, hashes: list[str]) -> Any:
    """The case's head is under the checkpoint's root (RFC 9162, section 2.1), and it is this chain's."""
    name, head = "checkpoint.json", checkpoint["proof"]["head"]
    if head["case"] != case or not 0 < head["sequence"] <= len(hashes):
        raise Broken(name, 0, f"vouches for entry {head['sequence']} of {head['case']}, which is not here")
    if hashes[head["sequence"] - 1] != head["hash"]:
        raise Broken("timeline.jsonl", head["sequence"], "is not what the checkpoint vouches for")
    own = hashlib.sha256(b"\x00" + canonical([head["case"], head["sequence"], head["hash"]])).digest()
    index, size, path = checkpoint["proof"]["index"], checkpoint["proof"]["size"], list(checkpoint["proof"]["path"])
    while size > 1:
        if index ^ 1 < size:
            if not path:
                raise Broken(name, 0, "its proof is too short")
            other = bytes.fromhex(path.pop(0))
            own = hashlib.sha256(b"\x01" + (other + own if index % 2 else own + other)).digest()
        index, size = index // 2, (size + 1) // 2
    said = json.loads(checkpoint["body"])
    if path or index or own.hex() != said["root"] or said["cases"] != checkpoint["proof"]["size"]:
        raise Broken(name, 0, "its proof does not lead to the root that was signed")
    return said


def check(folder: Path, pinned: str) -> str:
    """Everything; returns the sentence.

    Raises:
        Broken: naming the first line that is not as it was exported.
    """
    manifest = read(folder, "manifest.json")
    known = read(folder, "keys.json")["checkpoints"]
    keys = {each["id"]: each["ed25519"] for each in known}
    if pinned:
        keys = {sha256(bytes.fromhex(pinned))[:16]: pinned}
    signed = check_signature("manifest.json", b"holdfast export v1\x00", manifest, keys)
    said = json.loads(manifest["body"])
    check_files(folder, said["files"])
    hashes = check_chain(folder, said["case"])
    if len(hashes) != said["entries"]:
        raise Broken("timeline.jsonl", len(hashes) + 1, "was removed")
    checkpoint = read(folder, "checkpoint.json")
    point = check_checkpoint(checkpoint, said["case"], hashes)
    check_signature("checkpoint.json", b"holdfast checkpoint v1\x00", checkpoint, keys)
    covered = checkpoint["proof"]["head"]["sequence"]
    sentence = (
        f"{said['case']}: all {len(hashes)} entries are as they were exported at {said['at']} by {said['by']}, and "
        f"entries 1 to {covered} are under checkpoint {point['number']} of {point['at']}."
    )
    if not signed:
        return f"{sentence} The signatures were NOT checked: that needs the Python package cryptography."
    return f"{sentence} The signatures fit{'.' if pinned else '; compare the key in keys.json with the published one.'}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks an exported case.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent, help="default: beside this file")
    parser.add_argument("--key", default="", metavar="HEX", help="the public key of checkpoints, as it was published")
    given = parser.parse_args()
    try:
        print(check(given.folder, given.key.strip().lower()))
    except Broken as broken:
        print(f"NOT as it was exported: {broken}.")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"NOT as it was exported: a file does not have its form ({type(error).__name__}).")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
