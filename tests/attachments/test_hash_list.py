"""A list that cannot be asked never means that nothing is known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from domain.attachments import Hit, digests_of
from domain.errors import Code, HoldfastError
from integrations.attachments.hash_list import HashListFile
from tests.attachments.conftest import KNOWN


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
async def test_a_file_is_known_by_any_of_its_hashes(algorithm: str, list_file: Path) -> None:
    list_file.write_text(f"{algorithm} {getattr(digests_of(KNOWN), algorithm)} SYNTHETIC-3\n")
    known = HashListFile(list_file, "SYNTHETIC list")
    hit = Hit(list_name="SYNTHETIC list", label="SYNTHETIC-3", algorithm=algorithm)
    assert await known.look_up(digests_of(KNOWN)) == hit
    assert await known.look_up(digests_of(KNOWN + b".")) is None


async def test_a_list_that_grew_is_read_again(list_file: Path, known: HashListFile) -> None:
    new = digests_of(b"SYNTHETIC: new")
    assert await known.look_up(new) is None
    with list_file.open("a") as file:
        file.write(f"sha256 {new.sha256} SYNTHETIC-4\n")
    assert await known.look_up(new) is not None


@pytest.mark.parametrize(
    "text", ["", "# SYNTHETIC\n", "sha256 abc SYNTHETIC\n", "md5 " + "0" * 64 + " SYNTHETIC\n", "crc32 00000000 S\n"]
)
async def test_a_list_that_is_empty_or_damaged_is_an_error(text: str, list_file: Path) -> None:
    list_file.write_text(text)
    with pytest.raises(HoldfastError) as refused:
        await HashListFile(list_file, "SYNTHETIC list").look_up(digests_of(KNOWN))
    assert refused.value.code is Code.BROKEN_CONFIGURATION


async def test_a_list_that_breaks_later_is_not_used_in_its_old_form(list_file: Path, known: HashListFile) -> None:
    assert await known.look_up(digests_of(KNOWN)) is not None
    list_file.write_text("SYNTHETIC nonsense\n")
    for _ in range(2):
        with pytest.raises(HoldfastError):
            await known.look_up(digests_of(KNOWN))
    os.unlink(list_file)
    with pytest.raises(HoldfastError):
        await known.look_up(digests_of(KNOWN))
