"""What the keeper of chat rooms asks of the records: who may be in a room, and where its words are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from domain.desk import Desk
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.outside import LiveDirectory
from domain.ports import Cases, Ledger, Vault
from domain.severity import Severity
from domain.standing import tail_of
from domain.timeline import Entry, Kind, Projection
from domain.updates import RoomUpdate, Told, Updates, due, update_of

# The desk's words for somebody who has no business there; any other failure says nothing about them.
_OUT = frozenset({Code.UNKNOWN_PERSON, Code.SUSPENDED, Code.UNKNOWN_CASE, Code.NOT_ALLOWED})
_NOTHING_AFTER = 2**53  # a sequence that no ledger reaches: leave is asked for, nothing is read


class RoomRecords:
    """`integrations.slack.keeping.Records`, under the same authority as every other surface."""

    def __init__(
        self,
        *,
        desk: Desk,
        directory: LiveDirectory,
        cases: Cases,
        ledger: Ledger,
        vault: Vault,
        updates: Updates,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._desk = desk
        self._directory = directory
        self._cases = cases
        self._ledger = ledger
        self._vault = vault
        self._updates = updates
        self._now = now

    async def case(self, case: str) -> Projection | None:
        return await self._cases.get(case)

    async def may_see(self, case: str, slack_id: str) -> bool:
        try:
            await self._desk.timeline(await self._desk.by_slack(slack_id), case, after=_NOTHING_AFTER)
        except HoldfastError as error:
            if error.code in _OUT:
                return False
            raise
        return True

    async def slack_of(self, person: str) -> str:
        found = (await self._directory.current()).person(person)
        return found.slack if found is not None and not found.suspended else ""

    async def seal(self, case: str, transcript: bytes) -> None:
        """The same words are kept and noted once, however often the room is looked at."""
        name = hashlib.sha256(transcript).hexdigest()
        ref = await self._vault.put(case, EvidenceKind.TRANSCRIPT, transcript, name=f"transcript/{name}")
        entry = Entry(
            id=f"desk:transcript:{name[:24]}",
            at=self._now(),
            kind=Kind.SEALED,
            subject="room",
            detail={"lines": transcript.count(b"\n")},
            evidence=(ref,),
        )
        if all(each.entry.id != entry.id for each in await self._ledger.read(case)):
            await self._ledger.append(case, (entry,))

    async def news(self, shown: Projection) -> RoomUpdate | None:
        """What is said by itself is said of cases. A review is chased by its own dates, and counsel may direct it."""
        if tail_of(shown.case) or shown.declared_at is None:
            return None
        told = await self._updates.told(shown.case) or Told(case=shown.case, sequence=0, at=shown.declared_at)
        severity = Severity(shown.severity)
        if not due(severity, told.at, self._now()):
            return None
        entries = await self._ledger.read(shown.case, told.sequence)
        update, last = update_of(shown.case, entries, severity=severity, drill=shown.drill)
        if update is None and last:
            # Nothing of it is news: it is not read again, and the next news need not wait for it.
            await self._updates.tell(Told(case=shown.case, sequence=last, at=told.at))
        return update

    async def told(self, update: RoomUpdate) -> None:
        await self._updates.tell(Told(case=update.case, sequence=update.sequence, at=self._now()))
