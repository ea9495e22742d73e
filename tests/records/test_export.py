"""An exported case proves itself to somebody who has nothing of ours, and names the first line that was touched."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import CHECKPOINT, EXPORT, Notary
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from integrations.store.chain import GENESIS, link
from tests.records.conftest import MINUTE, NOTARY, Records
from tests.store.parts import CASE, entries, entry

AUDITOR = "aud-pia"
OTHERS = [f"CSE-00000-0000{number}" for number in range(4)]
Tamper = Callable[[Path], object]


@pytest.fixture
async def folder(records: Records, tmp_path: Path) -> Path:
    """An export of a case among others, unpacked."""
    for number, case in enumerate([*OTHERS, CASE]):
        await records.store.ledger.append(case, entries(1, 2 + number))
        await records.auditing.checkpointing.once()
        records.clock.at += MINUTE
    ref = await records.vault.put(CASE, EvidenceKind.HISTORY, b"SYNTHETIC history", name="history/1")
    await records.vault.put(CASE, EvidenceKind.LETTER, b"SYNTHETIC letter", name="letter/1")
    await records.store.ledger.append(CASE, [entry(7, who="les-ada", evidence=(ref,))])
    data = await records.auditing.export(AUDITOR, CASE)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "out")
    return tmp_path / "out" / CASE


def verify(folder: Path, *arguments: str, bare: bool = False) -> tuple[int, str]:
    """Run the exported verifier as whoever got it would; `bare` is a Python without any package."""
    command = [sys.executable, *(["-S"] if bare else []), "-E", str(folder / "verify.py"), *arguments]
    run = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    return run.returncode, run.stdout


async def checked(folder: Path, *arguments: str, bare: bool = False) -> tuple[int, str]:
    return await asyncio.to_thread(verify, folder, *arguments, bare=bare)


async def test_a_genuine_export_verifies_with_and_without_any_package(folder: Path) -> None:
    status, said = await checked(folder, "--key", NOTARY.public.ed25519)
    assert status == 0, said
    assert f"{CASE}: all 8 entries are as they were exported" in said
    assert "entries 1 to 8 are under checkpoint 6" in said
    assert "The signatures fit." in said
    status, said = await checked(folder, bare=True)
    assert status == 0, said
    assert "The signatures were NOT checked" in said


async def test_an_export_holds_the_timeline_the_documents_hashes_and_that_it_was_made(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]
    assert [each["sequence"] for each in lines] == list(range(1, 9))
    assert lines[6]["entry"]["who"] == "les-ada"
    assert (lines[7]["entry"]["kind"], lines[7]["entry"]["who"]) == ("exported", AUDITOR)
    documents = [json.loads(line) for line in (folder / "documents.jsonl").read_text().splitlines()]
    hashes = {each["kind"]: each["sha256"] for each in documents}
    assert hashes["history"] == hashlib.sha256(b"SYNTHETIC history").hexdigest()
    assert lines[6]["entry"]["evidence"][0] in documents
    assert set(hashes) == {"history", "letter"}
    assert json.loads((folder / "checkpoint.json").read_text())["witness"] == "kept"
    assert b"SYNTHETIC" not in b"".join(each.read_bytes() for each in folder.iterdir())
    for name in ("README.md", "verify.py", "keys.json", "manifest.json"):
        assert (folder / name).stat().st_size > 0


async def test_an_export_whose_checkpoint_waits_for_the_witness_says_so(records: Records) -> None:
    await records.store.ledger.append(CASE, entries(1, 1))
    alone = records.auditing_with(None)
    for auditing, said in ((alone, "off"), (records.auditing_with(_Silent()), "waiting")):  # type: ignore[arg-type]
        with zipfile.ZipFile(io.BytesIO(await auditing.export(AUDITOR, CASE))) as archive:
            assert json.loads(archive.read(f"{CASE}/checkpoint.json"))["witness"] == said


class _Silent:
    """A witness that takes nothing now."""

    async def keep(self, checkpoint: object) -> None:
        raise HoldfastError(Code.TRANSIENT)


async def test_a_case_that_does_not_exist_is_not_exported_and_nothing_is_noted(records: Records) -> None:
    with pytest.raises(HoldfastError) as refused:
        await records.auditing.export(AUDITOR, CASE)
    assert refused.value.code is Code.UNKNOWN_CASE
    assert await records.store.ledger.head(CASE) is None


def edit(name: str, line: int, change: Callable[[str], str]) -> Tamper:
    """Change one line of a file."""

    def work(folder: Path) -> None:
        lines = (folder / name).read_text().splitlines()
        lines[line - 1] = change(lines[line - 1])
        (folder / name).write_text("\n".join(each for each in lines if each) + "\n")

    return work


def swap(folder: Path) -> None:
    lines = (folder / "timeline.jsonl").read_text().splitlines()
    lines[2], lines[3] = lines[3], lines[2]
    (folder / "timeline.jsonl").write_text("\n".join(lines) + "\n")


def rehash(folder: Path) -> dict[str, Any]:
    """Make the manifest fit what the files now say, as everybody can who has no key."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    said = json.loads(manifest["body"])
    for name in said["files"]:
        lines = (folder / name).read_bytes().splitlines()
        said["files"][name] = [hashlib.sha256(line).hexdigest() for line in lines]
    said["entries"] = len(said["files"]["timeline.jsonl"])
    manifest["body"] = json.dumps(said)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def relink(folder: Path) -> None:
    """Make the chain fit too."""
    lines, previous = [], GENESIS
    for number, line in enumerate((folder / "timeline.jsonl").read_text().splitlines(), start=1):
        said = json.loads(line)
        place = json.dumps([previous, CASE, number, said["id"], said["sealed"]], separators=(",", ":")).encode()
        said |= {"sequence": number, "previous": previous, "hash": hashlib.sha256(place).hexdigest()}
        previous = said["hash"]
        lines.append(json.dumps(said))
    (folder / "timeline.jsonl").write_text("\n".join(lines) + "\n")


def cut_and_rehash(folder: Path) -> None:
    lines = (folder / "timeline.jsonl").read_text().splitlines()
    (folder / "timeline.jsonl").write_text("\n".join(lines[:5]) + "\n")
    rehash(folder)


def drop_and_relink(folder: Path) -> None:
    edit("timeline.jsonl", 3, lambda line: "")(folder)
    relink(folder)
    rehash(folder)


def change_and_rehash(folder: Path) -> None:
    edit("timeline.jsonl", 7, lambda line: line.replace("les-ada", "les-eve"))(folder)
    rehash(folder)


def reseal(folder: Path) -> None:
    edit("timeline.jsonl", 3, lambda line: line.replace('"sealed": "', '"sealed": "0', 1))(folder)
    rehash(folder)


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        pytest.param(
            edit("timeline.jsonl", 7, lambda s: s.replace("les-ada", "les-eve")), "timeline.jsonl line 7", id="who"
        ),
        pytest.param(edit("timeline.jsonl", 3, lambda s: ""), "timeline.jsonl line 3", id="removed"),
        pytest.param(edit("timeline.jsonl", 8, lambda s: ""), "timeline.jsonl line 8", id="cut off"),
        pytest.param(edit("timeline.jsonl", 4, lambda s: f"{s}\n{s}"), "timeline.jsonl line 5", id="inserted"),
        pytest.param(edit("timeline.jsonl", 8, lambda s: f"{s}\n{s}"), "timeline.jsonl line 9", id="added"),
        pytest.param(swap, "timeline.jsonl line 3", id="reordered"),
        pytest.param(
            edit("documents.jsonl", 2, lambda s: s.replace("1", "2")), "documents.jsonl line 2", id="document"
        ),
        pytest.param(edit("README.md", 1, lambda s: "# Nothing to see"), "README.md line 1", id="readme"),
        pytest.param(lambda folder: (folder / "documents.jsonl").unlink(), "documents.jsonl: is missing", id="missing"),
        pytest.param(
            lambda folder: (folder / "manifest.json").write_text("{}"), "a file does not have its form", id="form"
        ),
    ],
)
async def test_a_touched_line_is_named_even_without_any_package(folder: Path, tamper: Tamper, named: str) -> None:
    tamper(folder)
    status, said = await checked(folder, bare=True)
    assert (status, named in said) == (1, True), said


@pytest.mark.parametrize(
    ("tamper", "bare"),
    [
        pytest.param(cut_and_rehash, "vouches for entry 8", id="cut"),
        pytest.param(drop_and_relink, "vouches for entry 8", id="dropped"),
        pytest.param(reseal, "timeline.jsonl line 3: its hash does not fit", id="resealed"),
        pytest.param(change_and_rehash, "", id="readable text"),
    ],
)
async def test_whoever_makes_all_hashes_fit_again_is_found_by_chain_checkpoint_or_signature(
    folder: Path, tamper: Tamper, bare: str
) -> None:
    tamper(folder)
    status, said = await checked(folder)
    assert (status, said) == (1, "NOT as it was exported: manifest.json: its signature does not fit.\n")
    status, said = await checked(folder, bare=True)
    if bare:
        assert (status, bare in said) == (1, True), said
    else:  # the one thing that only the signature shows, and the sentence says that it was not checked
        assert (status, "The signatures were NOT checked" in said) == (0, True), said


async def test_an_export_signed_anew_by_a_stranger_is_found_by_the_published_key(folder: Path) -> None:
    change_and_rehash(folder)
    stranger = Notary(Ed25519PrivateKey.generate())
    keys = {"checkpoints": [stranger.public.model_dump()], "decisions": []}
    (folder / "keys.json").write_text(json.dumps(keys))
    checkpoint = json.loads((folder / "checkpoint.json").read_text())
    checkpoint |= stranger.sign(CHECKPOINT, checkpoint["body"]).model_dump()
    (folder / "checkpoint.json").write_text(json.dumps(checkpoint))
    manifest = rehash(folder)
    manifest |= stranger.sign(EXPORT, manifest["body"]).model_dump()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    status, said = await checked(folder)
    assert (status, "compare the key in keys.json with the published one" in said) == (0, True)
    status, said = await checked(folder, "--key", NOTARY.public.ed25519)
    assert (status, "not the one to trust" in said) == (1, True)


def test_the_verifier_hashes_as_the_ledger_does() -> None:
    sealed = hashlib.sha256(b"ciphertext").hexdigest()
    place = json.dumps([GENESIS, CASE, 1, "000001", sealed], separators=(",", ":")).encode()
    assert hashlib.sha256(place).hexdigest() == link(GENESIS, CASE, 1, "000001", b"ciphertext")
