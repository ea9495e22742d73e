"""What an auditor remembers from look to look: who was told of what, what is new, what is over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from domain.base import Model
from domain.findings import Area, Finding

AGAIN = timedelta(hours=1)
CALM = timedelta(minutes=2)  # what comes and goes is one trouble; it is over when it stays away for so long
FLOOD = 5  # pages of one kind in one round; beyond that a phone is of no use, and one page says how many


class Known(Model):
    """A finding with its history: seen since, told to whom, how often and when last; not seen any more since."""

    finding: Finding
    since: datetime
    told_at: datetime | None = None
    times: int = 0
    told: tuple[str, ...] = ()
    gone_at: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Whether somebody must be called for it now: once it has settled, and again after an hour."""
        if self.gone_at is not None or self.finding.explained:
            return False
        if self.told_at is None:
            return self.since + self.finding.settles <= now
        return self.told_at + AGAIN <= now

    def over(self, now: datetime) -> bool:
        return self.gone_at is not None and self.gone_at + CALM <= now

    @property
    def key(self) -> str:
        """The same for every try to say this: an auditor that was killed does not say it twice."""
        which = self.finding.occurrence or self.since.isoformat()
        state = str(self.times) if self.gone_at is None else "over"
        return hashlib.sha256("\x00".join((self.finding.id, which, state)).encode()).hexdigest()[:32]


class Watch(Model):
    """Everything known, and the time of the last look that saw everything."""

    known: tuple[Known, ...] = ()
    looked_at: datetime | None = None

    def after(self, found: Iterable[Finding], unread: Iterable[Area], now: datetime) -> Watch:
        """With what a look found. What belongs to an area that it could not read stays as it was."""
        by_id = {each.finding.id: each for each in self.known}
        blind = frozenset(unread)
        fresh = {each.id: _seen(by_id.get(each.id), each, now) for each in found}
        for name, old in by_id.items():
            if name in fresh:
                continue
            if old.finding.areas & blind:
                fresh[name] = old
            elif old.times:
                fresh[name] = old.model_copy(update={"gone_at": old.gone_at or now})
        return self.model_copy(update={"known": tuple(fresh.values())})

    def to_call(self, now: datetime) -> tuple[Known, ...]:
        return tuple(each for each in self.known if each.due(now))

    def to_clear(self, now: datetime) -> tuple[Known, ...]:
        return tuple(each for each in self.known if each.over(now))

    def said(self, what: Iterable[Known], people: tuple[str, ...], now: datetime) -> Watch:
        """After these people were told of these; what was over is forgotten then."""
        told = {each.finding.id for each in what}
        kept = []
        for each in self.known:
            if each.finding.id not in told:
                kept.append(each)
            elif each.gone_at is None:
                whom = (*each.told, *(person for person in people if person not in each.told))
                kept.append(each.model_copy(update={"told_at": now, "times": each.times + 1, "told": whom}))
        return self.model_copy(update={"known": tuple(kept)})

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(each.finding for each in self.known if each.gone_at is None)


def _seen(old: Known | None, finding: Finding, now: datetime) -> Known:
    if old is None or old.finding.occurrence != finding.occurrence:
        return Known(finding=finding, since=now)
    return old.model_copy(update={"finding": finding, "gone_at": None})


class Notice(Model):
    """One page for one finding, or for many of a kind. `about` is a case id, or empty. That something is over is said
    `to` those who were called for it; `repeated` is a call that was of no use so far."""

    about: str
    severity: int
    summary: str
    text: str
    key: str
    what: tuple[Known, ...]
    repeated: bool = False
    to: tuple[str, ...] = ()


def notices(what: Sequence[Known]) -> tuple[Notice, ...]:
    """How these are said: one by one, or together where there are too many of a kind. Gravest first."""
    said: list[Notice] = []
    for _, group in groupby(sorted(what, key=_kind), key=_kind):
        together = sorted(group, key=lambda each: (each.finding.severity, each.finding.id))
        said += [_many(together)] if len(together) > FLOOD else [_one(each) for each in together]
    return tuple(sorted(said, key=lambda each: each.severity))


def _kind(known: Known) -> tuple[str, bool]:
    return (known.finding.code.value, known.gone_at is not None)


def _heard(what: Sequence[Known]) -> tuple[str, ...]:
    """Who must be told that these are over; nobody in particular while they are not."""
    return tuple(dict.fromkeys(person for each in what if each.gone_at for person in each.told))


def _one(known: Known) -> Notice:
    finding = known.finding
    over = "CLEARED " if known.gone_at else ""
    return Notice(
        about=finding.subject,
        severity=finding.severity,
        summary=f"{over}{finding.summary}",
        text=f"{over}{finding.summary}\n{finding.sentence}\n",
        key=known.key,
        what=(known,),
        repeated=known.times > 0,
        to=_heard((known,)),
    )


def _many(together: Sequence[Known]) -> Notice:
    first = together[0].finding
    real = all(not each.finding.drill for each in together)
    over = "CLEARED " if together[0].gone_at else ""
    drill = "" if real else "DRILL and others: " if any(not each.finding.drill for each in together) else "DRILL: "
    summary = f"{over}{drill}P{first.severity} {len(together)} times {first.code.value}; holdfast auditor --once"
    lines = "\n".join(f"{each.finding.summary}: {each.finding.sentence}" for each in together)
    return Notice(
        about="",
        severity=first.severity,
        summary=summary,
        text=f"{summary}\n{lines}\n",
        key=hashlib.sha256("\x00".join(each.key for each in together).encode()).hexdigest()[:32],
        what=tuple(together),
        repeated=all(each.times > 0 for each in together),
        to=_heard(together),
    )
