"""How a drill is scored: its clocks, the steps that its scenario calls for, and what must never happen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from domain.base import Model
from domain.clocks import ClockRecord, ClockStatus, Face
from domain.state import State, Status
from domain.timeline import Entry, Kind

VERIFIER = "verifier"
CALL, SUPERVISOR, CONTENT = "release-call", "ask-supervisor", "E3"


class About(StrEnum):
    """What a line of the score is about."""

    CLOCK = "clock"
    STEP = "step"
    NEVER = "never"


# A target of minutes is what people train for; what must never happen weighs more than all of a procedure's steps.
POINTS: Mapping[About, int] = {About.CLOCK: 5, About.STEP: 2, About.NEVER: 10}


ANY_TIME = -1


class Expected(Model):
    """A step that a scenario calls for, as the record says it: an entry of this kind, on what has this `name` (a step,
    gate or task; "" for any), with this `code`. Steps of one `stage` come in any order, and after all before it; one of
    `ANY_TIME` whenever it comes."""

    words: str
    kind: Kind
    name: str = ""
    code: str = ""
    stage: int = 0

    def fits(self, entry: Entry) -> bool:
        return entry.kind is self.kind and self.name in ("", name_in(entry.subject)) and self.code in ("", entry.code)


class Line(Model):
    """One line of the score. `minutes` count from the receipt on the case's own clock; None: it did not happen."""

    about: About
    words: str
    met: bool
    minutes: float | None = None
    target: float | None = None
    why: str = ""

    @property
    def worth(self) -> int:
        return POINTS[self.about]


class Score(Model):
    """The lines in the order in which they are read: clocks, steps, what must never happen."""

    lines: tuple[Line, ...]

    @property
    def points(self) -> int:
        return sum(each.worth for each in self.lines if each.met)

    @property
    def of(self) -> int:
        return sum(each.worth for each in self.lines)

    @property
    def met(self) -> bool:
        """Whether all was met. A drill in which nothing was asked for shows nothing."""
        return bool(self.lines) and all(each.met for each in self.lines)

    @property
    def words(self) -> str:
        """In one word: `met`, `late` where only clocks were missed, `missed` where a step was, `harmful` where
        something happened that never may."""
        missed = {each.about for each in self.lines if not each.met}
        if About.NEVER in missed:
            return "harmful"
        if About.STEP in missed or not self.lines:
            return "missed"
        return "late" if missed else "met"


class Letter(Model):
    """A letter that left during the drill."""

    to: str
    text: str


class Played(Model):
    """What a drill is scored on: the closed case, its record in order, and the letters that left. `writer` is the
    mailbox of whoever wrote, `neutral` the only texts that it may ever get, `account` whom the request is about."""

    state: State
    entries: tuple[Entry, ...]
    letters: tuple[Letter, ...] = ()
    writer: str = ""
    neutral: tuple[str, ...] = ()
    account: str = ""


def name_in(subject: str) -> str:
    """The name inside a key: `release-call` of `notify/a.release-call/1`."""
    return subject.rpartition("/")[0].rpartition("/")[2].rpartition(".")[2]


def score(played: Played, expected: Sequence[Expected], outcome: str) -> Score:
    """The whole score of a case that was to end with this outcome, by these steps."""
    released = any(each.kind is Kind.DELIVERY and each.code == "opened" for each in played.entries)
    ended = Line(
        about=About.STEP,
        words=f"It ends {outcome}",
        met=played.state.outcome == outcome,
        minutes=_minutes(played, _at(played.entries, Kind.CLOSED)),
        why="" if played.state.outcome == outcome else f"it ended {played.state.outcome or 'not at all'}",
    )
    return Score(
        lines=(
            *(_clock(played, each) for each in played.state.clocks.values()),
            *_steps(played, expected),
            ended,
            _verifier(played.state),
            _before_the_call(played),
            _letters(played),
            _content(played.state),
            *(
                ()
                if outcome == "disclosed"
                else (_never("Nothing is opened by anybody", "a package" if released else ""),)
            ),
        )
    )


# -- clocks and steps ---------------------------------------------------------------------------------------


def _clock(played: Played, record: ClockRecord) -> Line:
    """Met in its time. One that the case's end stopped asked no more; it is met if that was in time."""
    end = record.end_of(record.decisive) or record.end_of(Face.INTERNAL)
    at = record.met_at or (record.ended_at if record.status is ClockStatus.STOPPED else None)
    late = at is None or (end is not None and at > end)
    return Line(
        about=About.CLOCK,
        words=record.rule.duty,
        met=not late,
        minutes=_minutes(played, at),
        target=_minutes(played, end),
        why="" if not late else ("late" if at else "never met"),
    )


def _steps(played: Played, expected: Sequence[Expected]) -> list[Line]:
    lines: list[Line] = []
    done: dict[int, int] = {}  # the last place of each stage
    for each in expected:
        place = next((n for n, entry in enumerate(played.entries) if each.fits(entry)), None)
        before = max((at for stage, at in done.items() if stage < each.stage), default=-1)
        early = place is not None and each.stage != ANY_TIME and place < before
        if place is not None and each.stage != ANY_TIME:
            done[each.stage] = max(place, done.get(each.stage, -1))
        lines.append(
            Line(
                about=About.STEP,
                words=each.words,
                met=place is not None and not early,
                minutes=None if place is None else _minutes(played, played.entries[place].at),
                why="it did not happen" if place is None else ("before its time" if early else ""),
            )
        )
    return lines


def _at(entries: Sequence[Entry], kind: Kind) -> datetime | None:
    return next((each.at for each in entries if each.kind is kind), None)


def _minutes(played: Played, at: datetime | None) -> float | None:
    return None if at is None else round((at - played.state.declared_at) / timedelta(minutes=1), 1)


# -- what must never happen ---------------------------------------------------------------------------------


def _never(words: str, wrong: str) -> Line:
    return Line(about=About.NEVER, words=words, met=not wrong, why=wrong)


def _verifier(state: State) -> Line:
    """Nobody decides at a gate that bars them: above all not whoever verified."""
    wrong = [
        f"{vote.person} at {name_in(record.key)}"
        for record in state.gates.values()
        for vote in record.votes
        if vote.person in state.excluded(record.gate.excludes)
    ]
    return _never("Nobody who verified decides", ", ".join(wrong))


def _before_the_call(played: Played) -> Line:
    """A package may lie closed at the portal; it can be opened only when our caller had the agency on the line."""
    entries = played.entries
    called = next(
        (n for n, each in enumerate(entries) if _ended(each, CALL)),
        len(entries),
    )
    wrong = [
        each.code or name_in(each.subject)
        for n, each in enumerate(entries)
        if n < called and (each.kind is Kind.DELIVERY and each.code in ("allowed", "opened"))
    ]
    return _never("Nothing leaves before our call", ", ".join(wrong))


def _ended(entry: Entry, task: str) -> bool:
    return entry.kind is Kind.TASK_ENDED and name_in(entry.subject) == task and entry.code == "done"


def _letters(played: Played) -> Line:
    """Whoever wrote gets the texts that everybody gets, and no letter to anybody names the account."""
    neutral = {_flat(each) for each in played.neutral}
    wrong = [f"to {each.to}" for each in played.letters if played.account and played.account in each.text]
    wrong += [
        f"to {each.to}" for each in played.letters if each.to == played.writer and _flat(each.text) not in neutral
    ]
    return _never("No letter tells anything", ", ".join(dict.fromkeys(wrong)))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _content(state: State) -> Line:
    """Content leaves only after a supervisor of the agency stood for it."""
    stood = any(
        each.task.name == SUPERVISOR and each.status is Status.DONE and each.result.get("answer") == "confirmed"
        for each in state.tasks.values()
    )
    wrong = [
        name_in(record.key)
        for record in state.gates.values()
        if record.status is Status.APPROVED and not stood and any(item.tier == CONTENT for item in record.card.items)
    ]
    return _never("No content without a supervisor's word", ", ".join(wrong))
