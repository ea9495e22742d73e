"""A real store with real keys for each test: on a file, and on a PostgreSQL database."""

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
    """Where a store on SQLite lies; for tests of what only a file can do."""
    return tmp_path / "data" / "store.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """A test that asks for this, for `store_url`, `empty_url` or `store` runs once on each."""
    return str(request.param)


@pytest.fixture
async def store_url(backend: str, store_file: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A store at the newest version; the file is made when it is opened."""
    if backend == "sqlite":
        yield f"sqlite:///{store_file}"
        return
    postgres = request.getfixturevalue("postgres")
    url = await postgres.url()
    yield url
    postgres.clean(url)


@pytest.fixture
async def empty_url(backend: str, store_file: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A database without tables."""
    if backend == "sqlite":
        yield f"sqlite:///{store_file}"
        return
    postgres = request.getfixturevalue("postgres")
    url = await postgres.url(empty=True)
    yield url
    postgres.drop(url)


@pytest.fixture
async def store(store_url: str, keys: CaseKeys) -> AsyncIterator[Store]:
    async with open_store(store_url, keys) as opened:
        yield opened
