"""Records without a server: a real store and vault, a real witness, and a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.auditing import Auditing
from domain.checkpoints import Notary
from domain.ports import Vault, Witness
from integrations.base.client import open_http
from integrations.base.keyring import new_ring
from integrations.simulator.witness import WITNESS_TOKEN, WitnessSimulator
from integrations.store import Store, open_store
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys
from integrations.witness.client import WitnessClient

NOTARY = Notary(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))  # synthetic
START = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands until it is moved; waiting moves it."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    async def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Records:
    url: str
    store: Store
    vault: Vault
    sim: WitnessSimulator
    witness: Witness
    clock: Clock
    auditing: Auditing

    def auditing_with(self, witness: Witness | None, notary: Notary = NOTARY) -> Auditing:
        """What another desk over the same store would audit with."""
        return Auditing(
            ledger=self.store.ledger,
            checkpoints=self.store.checkpoints,
            vault=self.vault,
            witness=witness,
            notary=notary,
            notary_keys=(notary.public,),
            decision_keys=(),
            now=self.clock,
            wait=self.clock.wait,
        )


@asynccontextmanager
async def open_test_records(folder: Path, sim: WitnessSimulator) -> AsyncIterator[Records]:
    keys = CaseKeys(folder / "keys", new_ring())
    url = f"sqlite:///{folder / 'store.db'}"
    vault = FileVault(folder / "vault", keys)
    async with open_store(url, keys) as store, open_http() as http:
        witness = WitnessClient(sim.url, WITNESS_TOKEN, http)
        made = Records(url, store, vault, sim, witness, Clock(), None)  # type: ignore[arg-type]
        made.auditing = made.auditing_with(witness)
        yield made


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with WitnessSimulator() as sim, open_test_records(tmp_path, sim) as opened:
        yield opened
