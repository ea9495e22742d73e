"""The real reader in its real child, a hash list in a file, a vault on a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations.attachments.hash_list import HashListFile
from integrations.attachments.reader import ConfinedReader
from integrations.base.keyring import new_ring
from integrations.simulator import hash_list
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys

KNOWN = hash_list.KNOWN["SYNTHETIC-1"]


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    return hash_list.write(tmp_path / "hashes")


@pytest.fixture
def known(list_file: Path) -> HashListFile:
    return HashListFile(list_file, hash_list.NAME)


@pytest.fixture
def reader() -> ConfinedReader:
    return ConfinedReader()


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "vault", CaseKeys(tmp_path / "keys", new_ring()))
