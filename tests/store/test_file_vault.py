"""The vault gives back what was put, once per name, or says what is wrong."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.ports import Vault
from integrations.base.keyring import new_ring
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, REVIEW

OTHER = "CSE-00000-00001"
LETTER = b"a synthetic letter"


@pytest.fixture
def vault(tmp_path: Path, keys: CaseKeys) -> Vault:
    return FileVault(tmp_path / "vault", keys)


def documents(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "vault").rglob("*") if path.is_file())


async def refusal(vault: Vault, case: str, ref: EvidenceRef) -> Code:
    with pytest.raises(HoldfastError) as refused:
        await vault.get(case, ref)
    return refused.value.code


async def test_a_document_comes_back_and_its_reference_says_what_it_is(vault: Vault) -> None:
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="letter/1")
    assert await vault.get(CASE, ref) == LETTER
    assert (ref.kind, ref.size) == (EvidenceKind.LETTER, len(LETTER))
    assert ref.sha256 == hashlib.sha256(LETTER).hexdigest()
    empty = await vault.put(CASE, EvidenceKind.LETTER, b"", name="letter/2")
    assert await vault.get(CASE, empty) == b""


async def test_the_same_name_with_the_same_bytes_is_the_first_reference(vault: Vault, tmp_path: Path) -> None:
    first = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="letter/1")
    before = documents(tmp_path)[0].read_bytes()
    assert await vault.put(CASE, EvidenceKind.REPORT, LETTER, name="letter/1") == first
    assert documents(tmp_path)[0].read_bytes() == before


async def test_the_same_name_with_other_bytes_is_refused_and_the_first_stays(vault: Vault) -> None:
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="letter/1")
    with pytest.raises(HoldfastError) as refused:
        await vault.put(CASE, EvidenceKind.LETTER, LETTER + b"!", name="letter/1")
    assert refused.value.code is Code.DUPLICATE_KEY
    assert await vault.get(CASE, ref) == LETTER


async def test_of_many_that_put_one_name_at_once_one_wins(vault: Vault, tmp_path: Path) -> None:
    puts = (vault.put(CASE, EvidenceKind.LETTER, bytes([number % 2]), name="x") for number in range(12))
    said = await asyncio.gather(*puts, return_exceptions=True)
    [ref] = {each for each in said if isinstance(each, EvidenceRef)}
    refused = [each for each in said if isinstance(each, HoldfastError)]
    assert {each.code for each in refused} == {Code.DUPLICATE_KEY}
    assert len(refused) == 6
    assert hashlib.sha256(await vault.get(CASE, ref)).hexdigest() == ref.sha256
    assert len(documents(tmp_path)) == 1  # and no draft is left


async def test_ids_are_the_same_in_a_case_and_unlinkable_between_cases(vault: Vault) -> None:
    refs = [await vault.put(case, EvidenceKind.INTAKE, LETTER, name="intake") for case in (CASE, REVIEW, OTHER)]
    assert len({ref.id for ref in refs}) == 3
    assert (await vault.put(CASE, EvidenceKind.INTAKE, LETTER, name="intake")).id == refs[0].id


async def test_a_review_reads_the_documents_of_its_case_and_no_other_case_does(vault: Vault) -> None:
    ref = await vault.put(CASE, EvidenceKind.INTAKE, LETTER, name="intake")
    assert await vault.get(REVIEW, ref) == LETTER
    assert await refusal(vault, OTHER, ref) is Code.UNKNOWN_CASE


async def test_files_are_private_and_show_nothing(vault: Vault, tmp_path: Path) -> None:
    await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="../../letter")
    [file] = documents(tmp_path)
    assert LETTER not in file.read_bytes()
    assert b"letter" not in file.read_bytes()
    assert CASE not in str(file.relative_to(tmp_path))
    assert file.stat().st_mode & 0o777 == 0o600
    for folder in (file.parent, file.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


async def test_unknown_documents_are_unknown_whatever_the_id_says(vault: Vault) -> None:
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="letter/1")
    for wrong in ("0" * 24, "../../keys/x", "", ref.id.upper() + "/", f"{ref.id}\n"):
        assert await refusal(vault, CASE, ref.model_copy(update={"id": wrong})) is Code.UNKNOWN_CASE


async def test_any_changed_byte_is_found(vault: Vault, tmp_path: Path) -> None:
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="letter/1")
    [file] = documents(tmp_path)
    sealed = file.read_bytes()
    for place in range(len(sealed)):
        file.write_bytes(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
        assert await refusal(vault, CASE, ref) is Code.TAMPERED
    for cut in (0, 5, 12, 20, len(sealed) - 1):
        file.write_bytes(sealed[:cut])
        assert await refusal(vault, CASE, ref) is Code.TAMPERED
    with pytest.raises(HoldfastError) as refused:
        await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="letter/1")
    assert refused.value.code is Code.TAMPERED


async def test_a_document_in_the_place_of_another_is_found(vault: Vault, tmp_path: Path) -> None:
    mine = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="one")
    [first] = documents(tmp_path)
    await vault.put(CASE, EvidenceKind.LETTER, b"two", name="two")
    [second] = set(documents(tmp_path)) - {first}
    shutil.copy(second, first)
    assert await refusal(vault, CASE, mine) is Code.TAMPERED
    await vault.put(OTHER, EvidenceKind.LETTER, LETTER, name="one")
    [foreign] = set(documents(tmp_path)) - {first, second}
    shutil.copy(foreign, first)
    assert await refusal(vault, CASE, mine) is Code.TAMPERED


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 1}, {"kind": EvidenceKind.PACKAGE}])
async def test_a_reference_that_does_not_fit_its_document_is_refused(vault: Vault, change: dict[str, object]) -> None:
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="one")
    assert await refusal(vault, CASE, ref.model_copy(update=change)) is Code.TAMPERED


async def test_erasing_a_case_ends_its_documents_and_those_of_its_review_only(vault: Vault) -> None:
    refs = {case: await vault.put(case, EvidenceKind.LETTER, LETTER, name="x") for case in (CASE, REVIEW, OTHER)}
    await vault.erase(CASE)
    for case in (CASE, REVIEW):
        assert await refusal(vault, case, refs[case]) is Code.ALREADY_CLOSED
        with pytest.raises(HoldfastError) as refused:
            await vault.put(case, EvidenceKind.LETTER, LETTER, name="y")
        assert refused.value.code is Code.ALREADY_CLOSED
    assert await vault.get(OTHER, refs[OTHER]) == LETTER


async def test_a_lost_key_is_said_to_be_lost(vault: Vault, tmp_path: Path) -> None:
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="x")
    shutil.rmtree(tmp_path / "keys")
    assert await refusal(vault, CASE, ref) is Code.UNKNOWN_KEY


async def test_a_write_that_the_disk_refuses_leaves_nothing_and_can_be_tried_again(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="first")
    before = documents(tmp_path)

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_space)
        with pytest.raises(OSError, match="No space"):
            await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="second")
    assert documents(tmp_path) == before
    ref = await vault.put(CASE, EvidenceKind.LETTER, LETTER, name="second")
    assert await vault.get(CASE, ref) == LETTER


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=2000), st.text(max_size=40), st.sampled_from(EvidenceKind))
def test_any_bytes_under_any_name_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str, kind: EvidenceKind
) -> None:
    folder = tmp_path_factory.mktemp("vault")
    vault = FileVault(folder / "vault", CaseKeys(folder / "keys", new_ring()))

    async def there_and_back() -> None:
        ref = await vault.put(CASE, kind, data, name=name)
        assert await vault.get(CASE, ref) == data
        assert (ref.kind, ref.size) == (kind, len(data))

    asyncio.run(there_and_back())
