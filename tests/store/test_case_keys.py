"""One key per case: agreed on, wrapped, and gone when it is erased."""

from __future__ import annotations

import base64
import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from integrations.base.keyring import KeyRing, new_ring
from integrations.vault import durable
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, REVIEW


def code_of(refused: pytest.ExceptionInfo[HoldfastError]) -> Code:
    return refused.value.code


def ask(root: Path, ring: KeyRing, cases: list[str]) -> list[bytes]:
    return [CaseKeys(root, ring).key(case) for case in cases]


def test_a_case_keeps_its_key_and_shares_it_with_its_review_only(keys: CaseKeys) -> None:
    key = keys.key(CASE)
    assert len(key) == 32
    assert keys.key(CASE) == keys.key(REVIEW) == keys.existing(REVIEW) == key
    assert keys.key("AAA-00000-00001") != key


def test_processes_that_ask_at_once_agree_on_every_key(tmp_path: Path, ring: KeyRing) -> None:
    cases = [f"EDR-00000-{number:05d}" for number in range(40)]
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        answers = [pool.submit(ask, tmp_path / "keys", ring, cases) for _ in range(4)]
        said = [each.result() for each in answers]
    assert said[0] == said[1] == said[2] == said[3]
    assert len(list((tmp_path / "keys").iterdir())) == 40  # and no draft is left


def test_the_files_are_private_have_safe_names_and_do_not_hold_the_key(keys: CaseKeys, tmp_path: Path) -> None:
    odd = ["../../escape", "..", ".", "a\x00b", "x" * 500, "ünï", CASE]
    taken = {case: keys.key(case) for case in odd}
    assert len(set(taken.values())) == len({case.partition("/")[0] for case in odd})
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    for file in (tmp_path / "keys").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_nlink == 1
        for key in taken.values():
            assert key not in file.read_bytes()
            assert base64.b64encode(key) not in file.read_bytes()


def test_a_case_without_a_name_has_no_key(keys: CaseKeys) -> None:
    for case in ("", "/review"):
        with pytest.raises(HoldfastError) as refused:
            keys.key(case)
        assert code_of(refused) is Code.UNKNOWN_CASE


def test_a_key_that_was_never_made_is_not_made_by_reading(keys: CaseKeys, tmp_path: Path) -> None:
    with pytest.raises(HoldfastError) as refused:
        keys.existing(CASE)
    assert code_of(refused) is Code.UNKNOWN_KEY
    assert not keys.erased(CASE)
    assert not (tmp_path / "keys").exists()


def test_an_erased_key_is_gone_for_everyone_and_never_made_again(keys: CaseKeys, tmp_path: Path, ring: KeyRing) -> None:
    other = CaseKeys(tmp_path / "keys", ring)
    other.key(CASE)
    [file] = (tmp_path / "keys").iterdir()
    spy = os.open(file, os.O_RDONLY)  # the old file itself, which outlives its name
    wrapped = file.read_bytes()
    keys.erase(REVIEW)
    keys.erase(CASE)
    for each in (keys, other):
        assert each.erased(CASE)
        assert each.erased(REVIEW)
        for ask_again in (each.key, each.existing):
            with pytest.raises(HoldfastError) as refused:
                ask_again(CASE)
            assert code_of(refused) is Code.ALREADY_CLOSED
    assert os.pread(spy, 4096, 0) != wrapped
    os.close(spy)


def test_a_case_can_be_erased_before_it_has_a_key(keys: CaseKeys) -> None:
    keys.erase(CASE)
    assert keys.erased(CASE)
    with pytest.raises(HoldfastError):
        keys.key(CASE)


def test_what_a_crash_left_of_a_key_is_erased_with_it(keys: CaseKeys, tmp_path: Path) -> None:
    keys.key(CASE)
    [file] = (tmp_path / "keys").iterdir()
    leftover = file.with_name(f".{file.name}.0011223344556677.new")
    os.link(file, leftover)  # as after a crash between naming the file and removing its draft
    assert durable.drafts(file) == [leftover]
    keys.erase(CASE)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_rotated_ring_opens_old_keys_and_a_ring_without_the_old_key_says_so(tmp_path: Path) -> None:
    old = new_ring()
    key = CaseKeys(tmp_path, old).key(CASE)
    assert CaseKeys(tmp_path, old.rotated()).key(CASE) == key
    with pytest.raises(HoldfastError) as refused:
        CaseKeys(tmp_path, new_ring()).key(CASE)
    assert code_of(refused) is Code.UNKNOWN_KEY


def test_a_key_file_of_another_case_or_changed_is_refused(keys: CaseKeys, tmp_path: Path) -> None:
    keys.key(CASE)
    [mine] = (tmp_path / "keys").iterdir()
    keys.key("AAA-00000-00001")
    [theirs] = set((tmp_path / "keys").iterdir()) - {mine}
    body = json.loads(mine.read_text())
    changed = bytearray(base64.b64decode(body["wrapped"]))
    changed[20] ^= 1
    bent = json.dumps({**body, "wrapped": base64.b64encode(changed).decode()}).encode()
    for wrong in (theirs.read_bytes(), bent, b"", b"{}", b"[]", b"\xff", b'{"kek": "x", "wrapped": "?"}'):
        mine.write_bytes(wrong)
        with pytest.raises(HoldfastError) as refused:
            keys.key(CASE)
        assert code_of(refused) is Code.TAMPERED
