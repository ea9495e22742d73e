"""What became of one played request: how it ended, after how many of the case's own minutes, what slowed it, and
whether anything left that should not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.drilling.player import name_of
from domain import letters
from domain.incident import IncidentReport
from domain.state import State
from domain.timeline import Entry, Kind
from integrations.simulator.mail import Mail
from tests.cases import Case
from tests.corpus.requests import Request
from tests.flows.handing import packages

SLOWS: dict[str, tuple[str, ...]] = {
    "incomplete": ("complete-request",),
    "agency-unknown": ("find-number", "confirm-number"),
    "supervisor": ("ask-supervisor",),
    "peers": ("ask-peers",),
    "counsel": ("release-with-counsel",),
    "regional-counsel": ("release-abroad",),
    "content": ("release-content",),
    "residency": ("find-residency",),
    "passed-on": ("pass-on",),
    "withdrawal": ("call-about-withdrawal",),
    "anew": ("offer-anew",),
    "seal": ("look-at-seal",),
    "desk": ("protect", "call-desk", "find-other-help"),
    "fraud-report": ("report-fraud",),
    "by-hand": ("report-by-hand",),
    "letter": ("refuse",),
    "letter-argued": ("look-again",),
    "phone-answer": ("tell-by-phone",),
}
"""What may come on top of the shortest way to a release, by the names of the tasks and gates that are opened for it."""
_ORDER = (*SLOWS, "silence", "step-failed")
_ON_TOP = {
    Kind.SILENCE: "silence",
    Kind.INTERVENTION_OPENED: "step-failed",
}
NEUTRAL = {"holding": letters.HOLDING, "ended": letters.ENDED}
"""The two letters that may go to whoever asked."""


@dataclass(frozen=True)
class Measured:
    """Minutes are the case's own, from its declaration; None where it never came to that."""

    request: Request
    case: str
    outcome: str
    code: str
    to_human: float | None
    to_safe: float | None
    to_opened: float | None
    slowed: tuple[str, ...]
    opened: int
    told: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def expected(self) -> bool:
        asked = self.request
        ended = (self.outcome, self.code) == (asked.outcome.value, asked.code)
        return ended and set(self.slowed) == set(asked.slowed)

    @property
    def released(self) -> bool:
        """Whether anybody was given anything: a package that was opened, or a letter that says more than nothing to an
        address that is not our own list's."""
        return bool(self.opened or self.told)


async def measured(request: Request, case: Case, state: State, report: IncidentReport) -> Measured:
    timeline = await case.timeline()
    since = state.declared_at
    return Measured(
        request=request,
        case=case.id,
        outcome=report.outcome.value,
        code=report.code,
        to_human=_minutes(since, (each.at for each in timeline if _human(each))),
        to_safe=_minutes(since, (each.at for each in timeline if "snapshot_account" in each.subject)),
        to_opened=_minutes(
            since, (each.at for each in timeline if each.kind is Kind.DELIVERY and each.code == "opened")
        ),
        slowed=slowed(timeline),
        opened=sum(each.did == "opened" for package in packages(case) for each in package.events),
        told=tuple(each.to[0] for each in await outward(case) if not _neutral(each, case.id)),
        faults=tuple(each.code for each in timeline if each.kind is Kind.DEVIATION),
    )


async def outward(case: Case) -> list[Mail]:
    """The letters of this case to addresses that are neither our people's nor our own list's, each once."""
    ours = {each.mailbox for each in (await case.world.ports.directory.current()).agencies}
    found = {each.message_id: each for each in case.world.sims.mail.messages if case.id in each.subject}
    return [each for each in found.values() if each.to[0] not in ours and not each.to[0].endswith("@example.com")]


def slowed(timeline: Sequence[Entry]) -> tuple[str, ...]:
    """What came on top of the shortest way, each once."""
    asked = {name_of(each.subject) for each in timeline if each.kind in (Kind.TASK_OPENED, Kind.GATE_OPENED)}
    found = {name for name, opened in SLOWS.items() if asked & set(opened)}
    found |= {_ON_TOP[each.kind] for each in timeline if each.kind in _ON_TOP}
    found |= {"silence" for each in timeline if each.kind is Kind.TASK_ENDED and each.code == "no-answer"}
    return tuple(each for each in _ORDER if each in found)


def _human(entry: Entry) -> bool:
    taken = entry.kind is Kind.OWNER and entry.code == "taken"
    return taken or (entry.kind is Kind.TASK_ENDED and bool(entry.who))


def _neutral(mail: Mail, case: str) -> bool:
    said = " ".join(mail.text.split())
    return said in {" ".join(each.filled(case=case).text.split()) for each in NEUTRAL.values()}


def _minutes(since: datetime, times: Iterable[datetime]) -> float | None:
    first = min(times, default=None)
    return None if first is None else max((first - since).total_seconds(), 0) / 60
