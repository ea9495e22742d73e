"""The real reader in its real child, a hash list in a file, a vault on a disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from integrations.attachments.hash_list import HashListFile
from integrations.attachments.reader import ConfinedReader
from integrations.base.keyring import new_ring
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys

KNOWN = b"SYNTHETIC: the bytes of a file that a list knows"


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    path = tmp_path / "hashes"
    path.write_text(f"# SYNTHETIC\nsha256 {hashlib.sha256(KNOWN).hexdigest()} SYNTHETIC-1\n")
    return path


@pytest.fixture
def known(list_file: Path) -> HashListFile:
    return HashListFile(list_file, "SYNTHETIC list")


@pytest.fixture
def reader() -> ConfinedReader:
    return ConfinedReader()


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "vault", CaseKeys(tmp_path / "keys", new_ring()))
