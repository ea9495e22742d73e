"""One case as a folder that proves itself to somebody who has nothing of ours; the reader's side is `exported/`."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files

from domain.acts import PublicKey
from domain.checkpoints import EXPORT, Notary, Proof, SealedCheckpoint
from domain.evidence import EvidenceRef
from domain.timeline import LedgerEntry


def folder_of(
    *,
    case: str,
    by: str,
    at: datetime,
    entries: Sequence[LedgerEntry],
    documents: Iterable[EvidenceRef],
    checkpoint: SealedCheckpoint,
    proof: Proof,
    witness: str,
    notary: Notary,
    notary_keys: Sequence[PublicKey],
    decision_keys: Sequence[PublicKey],
) -> dict[str, bytes]:
    """The files of an export by name. `by` is the person's id, `witness` is `kept`, `waiting` or `off`."""
    signed = checkpoint.model_dump(mode="json", include={"body", "key_id", "signature"})
    keys = {
        "checkpoints": [each.model_dump() for each in notary_keys],
        "decisions": [each.model_dump() for each in decision_keys],
    }
    made = {
        "README.md": _ours("README.md"),
        "verify.py": _ours("verify.py"),
        "timeline.jsonl": b"".join(_line(_entry(each)) for each in entries),
        "documents.jsonl": b"".join(_line(each.model_dump(mode="json")) for each in documents),
        "checkpoint.json": _page({**signed, "proof": proof.model_dump(mode="json"), "witness": witness}),
        "keys.json": _page(keys),
    }
    body = json.dumps(
        {
            "format": "holdfast export 1",
            "case": case,
            "at": at.isoformat(timespec="seconds"),
            "by": by,
            "entries": len(entries),
            "files": {name: _hashes(data) for name, data in sorted(made.items())},
        }
    )
    made["manifest.json"] = _page({"body": body, **notary.sign(EXPORT, body).model_dump()})
    return made


def zipped(folder: str, made: Mapping[str, bytes], at: datetime) -> bytes:
    """The files as one archive, in a folder of their own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            info = zipfile.ZipInfo(f"{folder}/{name}", at.timetuple()[:6])
            info.external_attr = 0o600 << 16  # what is in it is for few eyes
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _entry(each: LedgerEntry) -> dict[str, object]:
    return {
        "sequence": each.sequence,
        "id": each.entry.id,
        "previous": each.previous,
        "sealed": each.sealed,
        "hash": each.hash,
        "entry": each.entry.model_dump(mode="json", exclude={"id"}),
    }


def _ours(name: str) -> bytes:
    return (files("console.exported") / name).read_bytes()


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _page(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"


def _hashes(data: bytes) -> list[str]:
    return [hashlib.sha256(line).hexdigest() for line in data.splitlines()]
