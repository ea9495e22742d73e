"""What rooms were not told while chat was away, from the ledger: each call says there whether its room was told."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from console.listing import MOST
from domain.copies import unpacked
from domain.effects import Leave, ways_out
from domain.errors import PASSING
from domain.ids import outside_key
from domain.outside import LiveDirectory, Summons
from domain.people import Directory
from domain.ports import Cases, Ledger
from domain.state import GateRecord, HandOverRecord, InterventionRecord, OwnerRecord, State, TaskRecord
from domain.timeline import Entry, Kind, Projection
from integrations.slack.catching_up import Behind, Late

# A call may still be on its way when its failure is written down: Slack may yet show what nobody heard an answer to.
SETTLED = 15.0  # seconds
_AWAY = frozenset(code.value for code in PASSING)
_ROOM = "room"
_OWNER = "owner"


@dataclass
class _Case:
    """`read` is the last sequence read; `late` is what was not said, with when we first saw that, oldest first."""

    read: int = 0
    updated_at: datetime | None = None
    late: list[tuple[float, Entry, int]] = field(default_factory=list)
    calls: dict[tuple[str, str, int], int] = field(default_factory=dict)


class UnsaidInRooms:
    """`integrations.slack.catching_up.Unsaid`. The memory only saves reading again: the ledger says it all."""

    def __init__(
        self,
        *,
        cases: Cases,
        ledger: Ledger,
        directory: LiveDirectory,
        key: bytes,
        settled: float = SETTLED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cases = cases
        self._ledger = ledger
        self._directory = directory
        self._key = key
        self._settled = settled
        self._now = now
        self._known: dict[str, _Case] = {}

    async def rooms(self) -> Sequence[Behind]:
        """The gravest first. A case that has closed has nothing left to say: its room is put away with its last
        status."""
        listed = await self._cases.list(open_only=True, limit=MOST)
        self._known = {each.case: self._known.get(each.case, _Case()) for each in listed}
        for shown in listed:
            await self._read(shown)
        found = []
        for shown in listed:
            known = self._known[shown.case]
            if known.late and self._now() - known.late[-1][0] >= self._settled:
                found.append(Behind(status=shown, posts=await self._posts(shown, known)))
        return found

    def told(self, behind: Behind) -> None:
        self._known[behind.status.case].late = []

    async def _read(self, shown: Projection) -> None:
        known = self._known[shown.case]
        if known.updated_at is not None and known.updated_at == shown.updated_at:
            return
        for each in await self._ledger.read(shown.case, after=known.read):
            known.read = each.sequence
            self._hear(known, each.entry)
        known.updated_at = shown.updated_at

    def _hear(self, known: _Case, entry: Entry) -> None:
        if entry.kind not in (Kind.PAGED, Kind.UNPAGED, Kind.BRIEF):
            return
        where = str(entry.detail.get(_ROOM, ""))
        call = 1
        if where:
            name = (entry.subject, entry.code, int(entry.detail.get("rung", 1)))
            call = known.calls[name] = known.calls.get(name, 0) + 1
        not_told = entry.kind is Kind.BRIEF and entry.detail.get("told") is False
        status = entry.kind is Kind.UNPAGED and entry.subject == _ROOM and entry.code in _AWAY
        if where == "told":  # a later call for the same thing has said it
            known.late = [each for each in known.late if not entry.subject or each[1].subject != entry.subject]
        elif where in _AWAY or not_told or status:
            known.late.append((self._now(), entry, call))

    async def _posts(self, shown: Projection, known: _Case) -> tuple[Late, ...]:
        copy = await self._cases.copy(shown.case)
        if copy is None:
            return ()
        state, directory = unpacked(copy), await self._directory.current()
        posts = (self._post(state, directory, entry, call) for _, entry, call in known.late)
        return tuple(each for each in posts if each is not None)

    def _post(self, state: State, directory: Directory, entry: Entry, call: int) -> Late | None:
        """None for what has been overtaken: decided, done, owned, drawn anew, or a status of an hour ago."""
        if entry.kind is Kind.BRIEF:
            return Late(key=f"late/{entry.id}", brief=entry.code)
        if entry.subject == _ROOM and entry.kind is Kind.UNPAGED:
            return None
        card = _card(state, directory, entry)
        if card is None:
            return None
        number = f"{card.rung}.{call}" if call > 1 else f"{card.rung}"
        # The key of the first try, so that whatever of it did arrive is found and not posted again.
        step = f"{entry.subject or 'case'}/page-{entry.code}/{number}/{card.digest[:12]}"
        return Late(key=outside_key(self._key, state.case, step), card=card)


def _card(state: State, directory: Directory, entry: Entry) -> Summons | None:
    named = filter(None, str(entry.detail.get("people", "")).split(","))
    people = tuple(person for each in named if (person := directory.person(each)) is not None)
    card = Summons(
        case=state.case,
        subject=entry.subject,
        kind=entry.code,
        title="said late: chat was away",
        rung=int(entry.detail.get("rung", 1)),
        severity=int(state.severity),
        people=people,
        drill=state.drill,
    )
    key = entry.subject
    found = (
        (state.owner if key == _OWNER else None)
        or state.gates.get(key)
        or state.tasks.get(key)
        or state.interventions.get(key)
        or state.hand_overs.get(key)
    )
    match found:
        case None:
            clock = state.clocks.get(key)
            return None if clock is not None and not clock.owed else card
        case _ if not found.open:
            return None
        case GateRecord(gate=gate):
            more = {"family": gate.family.value, "digest": found.card.digest, "reasons": gate.reasons}
            return card.model_copy(update={"title": gate.title, **more})
        case TaskRecord(task=task):
            return card.model_copy(update={"title": task.title, "digest": found.digest})
        case InterventionRecord():
            ways = ways_out(found.effect, found.remedies)
            choices = tuple(name for name, leave in ways.items() if leave is not Leave.NEVER)
            title = f"{found.step} failed: {found.fault}"
            return card.model_copy(update={"title": title, "digest": found.digest, "choices": choices})
        case OwnerRecord(person=owner):
            return None if owner else card.model_copy(update={"title": "take this incident"})
        case HandOverRecord():
            return card.model_copy(update={"title": "take this incident over", "digest": found.digest})
