"""A real store on a real file, with real keys, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrations.base.keyring import KeyRing, new_ring
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys


@pytest.fixture
def ring() -> KeyRing:
    return new_ring()


@pytest.fixture
def keys(tmp_path: Path, ring: KeyRing) -> CaseKeys:
    return CaseKeys(tmp_path / "keys", ring)


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def store(store_file: Path, keys: CaseKeys) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{store_file}", keys) as opened:
        yield opened
