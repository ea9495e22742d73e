"""The audit: every chain, our checkpoints, and the copies of them that lie where we cannot change them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from console.checkpointing import Checkpointing
from console.exporting import folder_of, zipped
from domain.acts import PublicKey
from domain.canonical import canonical
from domain.checkpoints import Notary, SealedCheckpoint
from domain.errors import Code, HoldfastError
from domain.ports import Checkpoints, Ledger, Vault, Witness
from domain.timeline import AuditReport, Entry, Kind
from integrations.base.client import open_http
from integrations.store.store import Store
from integrations.witness.client import WitnessClient
from workers.keys import notary, notary_keys, trusted_keys
from workers.settings import Settings


class Auditing:
    """What an auditor can ask of a desk: `domain.desk.Desk.audit` and `.export`, once it is known who asks."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        checkpoints: Checkpoints,
        vault: Vault,
        witness: Witness | None,
        notary: Notary,
        notary_keys: Sequence[PublicKey],
        decision_keys: Sequence[PublicKey],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._vault = vault
        self._witness = witness
        self._notary = notary
        self._notary_keys = notary_keys
        self._decision_keys = decision_keys
        self._now = now
        self.checkpointing = Checkpointing(checkpoints, notary, notary_keys, witness, now=now, wait=wait)

    async def report(self) -> AuditReport:
        """Every chain, our checkpoints and the witness's copies, compared."""
        return await audited(self._checkpoints, self._witness, self._notary_keys)

    async def export(self, person: str, case: str) -> bytes:
        """A case as a ZIP archive; that it was exported, and by whom, is the last entry in it.

        Raises:
            HoldfastError: `unknown-case`; `already-closed` after erasure; `tampered` or `unknown-key` if the case
                cannot be read.
        """
        if await self._ledger.head(case) is None:
            raise HoldfastError(Code.UNKNOWN_CASE)
        at = self._now()
        said = hashlib.sha256(canonical([person, at.isoformat()])).hexdigest()[:24]
        entry = Entry(id=f"desk:export:{said}", at=at, kind=Kind.EXPORTED, who=person)
        await self._ledger.append(case, (entry,))
        await self.checkpointing.now()
        found = await self._checkpoints.proof(case)
        if found is None:
            raise HoldfastError(Code.FAULT)
        checkpoint, proof = found
        entries, documents = await self._ledger.read(case), await self._vault.documents(case)
        waiting = await self._checkpoints.unsent(1)
        made = folder_of(
            case=case,
            by=person,
            at=at,
            entries=entries,
            documents=documents,
            checkpoint=checkpoint,
            proof=proof,
            witness="off" if self._witness is None else "waiting" if waiting else "kept",
            notary=self._notary,
            notary_keys=self._notary_keys,
            decision_keys=self._decision_keys,
        )
        return await asyncio.to_thread(zipped, case.replace("/", "-"), made, at)


async def audited(checkpoints: Checkpoints, witness: Witness | None, trusted: Sequence[PublicKey]) -> AuditReport:
    """Compare all three. A witness that cannot be asked is said so: the report is not `ok` then.

    The witness's newest copy is enough while it agrees, because each names the one before it; all of them are read
    only to locate what does not.
    """
    if witness is None:
        return await checkpoints.verify(trusted, None)
    try:
        newest = await witness.latest()
        report = await checkpoints.verify(trusted, (newest,) if newest is not None else ())
        if report.ok or newest is None:
            return report
        return await checkpoints.verify(trusted, await _all(witness))
    except HoldfastError:
        report = await checkpoints.verify(trusted, None)  # what fails here again is the store, and raises
        return report.model_copy(update={"witness": "unreachable"})


async def _all(witness: Witness) -> list[SealedCheckpoint]:
    found: list[SealedCheckpoint] = []
    while page := await witness.read(len(found)):
        first = page[0].read()
        if first is None or first.number != len(found) + 1:
            raise HoldfastError(Code.TAMPERED, "the witness's checkpoints are not in order")
        found += page
    return found


@asynccontextmanager
async def open_witness(settings: Settings) -> AsyncIterator[Witness | None]:
    """The witness of this deployment; None where none is set.

    Raises:
        HoldfastError: `broken-configuration` if only its address is set.
    """
    if settings.witness_url is None:
        yield None
        return
    token = settings.required("witness_token")
    async with open_http() as http:
        yield WitnessClient(settings.witness_url, token, http)


@asynccontextmanager
async def open_auditing(settings: Settings, store: Store, vault: Vault) -> AsyncIterator[Auditing]:
    """What a desk of this deployment audits with; its checkpoints are made by whoever runs `checkpointing`.

    Raises:
        HoldfastError: `broken-configuration`, naming the key or the setting that is missing.
    """
    async with open_witness(settings) as witness:
        yield Auditing(
            ledger=store.ledger,
            checkpoints=store.checkpoints,
            vault=vault,
            witness=witness,
            notary=notary(settings),
            notary_keys=notary_keys(settings),
            decision_keys=trusted_keys(settings),
        )
