"""What a review concludes from the record alone: the triggers that fired, its depth, its due dates, its actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from domain.acts import Facts
from domain.base import Model
from domain.codes import ActionKind, Depth, Factor, Trigger
from domain.errors import Code
from domain.evidence import EvidenceRef, ref_of
from domain.people import Role
from domain.rows import read_rows
from domain.severity import Severity
from domain.timeline import Entry, Kind

_GUARDS = frozenset({Code.GUARD.value, Code.NO_APPROVAL.value, Code.QUORUM.value, Code.EXCLUDED.value})
_TAMPERED = frozenset(
    each.value for each in (Code.UNSEALED, Code.TAMPERED, Code.OTHER_CASE, Code.UNKNOWN_KEY, Code.FORGED)
)
_CONSEQUENCE = {
    "death": Trigger.DEATH_OR_INJURY,
    "serious-injury": Trigger.DEATH_OR_INJURY,
    "staff-harm": Trigger.STAFF_HARM,
    "media-inquiry": Trigger.MEDIA_OR_REGULATOR,
    "regulator-inquiry": Trigger.MEDIA_OR_REGULATOR,
    "wrong-recipient": Trigger.WRONG_RECIPIENT,
    "wrong-scope": Trigger.WRONG_SCOPE,
}
_THIN = 0.10  # a statutory clock met with less of its time left is reviewed as if it had nearly run out


class Fired(Model):
    """A trigger and the timeline entries that fired it, by id."""

    trigger: Trigger
    entries: tuple[str, ...] = ()


def triggers(
    entries: Sequence[Entry], *, severity: Severity, repeats: int = 0, asked_for: bool = False
) -> tuple[Fired, ...]:
    """Every universal trigger that the record of a case fires, in the order of `Trigger`.

    `severity` is the gravest that the case had; `repeats` counts other cases on the same subject within 30 days.
    """
    found: dict[Trigger, list[str]] = {}
    armed = {_clock(each): each for each in entries if each.kind is Kind.CLOCK and each.code == "armed"}
    for each in entries:
        for trigger in _fired_by(each, severity, armed):
            found.setdefault(trigger, []).append(each.id)
    if repeats:
        found[Trigger.REPEAT_SUBJECT] = []
    if asked_for:
        found[Trigger.ASKED_FOR] = []
    return tuple(Fired(trigger=each, entries=tuple(found[each])) for each in Trigger if each in found)


def _fired_by(entry: Entry, severity: Severity, armed: dict[str, Entry]) -> Iterable[Trigger]:
    match entry.kind:
        case Kind.CLOCK if entry.detail.get("kind") == "statutory":
            if entry.code == "breached":
                yield Trigger.STATUTORY_BREACH
            elif entry.code == "met" and (left := margin(entry, armed.get(_clock(entry)))) is not None and left < _THIN:
                yield Trigger.THIN_MARGIN
        case Kind.STEP_FAILED | Kind.REFUSAL:
            if entry.code in _GUARDS:
                yield Trigger.RULE_REFUSED
            elif entry.code in _TAMPERED:
                yield Trigger.TAMPERING
        case Kind.TRIGGER:
            yield Trigger.MARKED
        case Kind.CONSEQUENCE if entry.code in _CONSEQUENCE:
            yield _CONSEQUENCE[entry.code]
        case Kind.TASK_ENDED if entry.detail.get("outcome") == "harm":
            yield Trigger.DEATH_OR_INJURY
        case Kind.GATE_DECIDED if entry.detail.get("alone") is True:
            yield Trigger.DECIDED_ALONE
        case Kind.SILENCE if severity is Severity.P0 and entry.code != "task":
            yield Trigger.P0_SILENCE
        case Kind.INTERVENTION_OPENED:
            yield Trigger.INTERVENTION
        case Kind.INTERVENTION_ENDED if entry.code == "by-hand":
            yield Trigger.DONE_BY_HAND


def _clock(entry: Entry) -> str:
    return str(entry.detail.get("clock", "")) or entry.subject


def margin(met: Entry, armed: Entry | None) -> float | None:
    """The share of a clock's time that was left when it ended, 0 to 1 (negative: too late); None if not said."""
    due, left = _moment(met.detail.get("due")), met.detail.get("margin_s")
    if armed is not None and due is not None and due > armed.at:
        seconds = float(left) if isinstance(left, int | str) and str(left) else (due - met.at).total_seconds()
        return seconds / (due - armed.at).total_seconds()
    percent = met.detail.get("percent")
    return 1 - percent / 100 if isinstance(percent, int) else None


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def depth_of(fired: Sequence[Fired]) -> Depth:
    """Any trigger makes a review full."""
    return Depth.FULL if fired else Depth.SHORT


# -- due dates ----------------------------------------------------------------------------------------------


def business_days_after(start: datetime, days: int, closed: frozenset[date] = frozenset()) -> datetime:
    """The same hour `days` business days later; Saturdays, Sundays and the `closed` days do not count."""
    at = start
    while days:
        at += timedelta(days=1)
        if at.weekday() < 5 and at.date() not in closed:
            days -= 1
    return at


# -- actions ------------------------------------------------------------------------------------------------


class Action(Model):
    """One thing to be done: what it changes, who owns it, by when (UTC), in which system or team; its text is
    sealed. `factor` is the contributing factor that it answers."""

    number: int
    kind: ActionKind
    owner: Role
    due: datetime
    system: str = ""
    factor: Factor | None = None
    text: EvidenceRef | None = None

    @property
    def name(self) -> str:
        return f"action-{self.number}-{self.owner.value}"

    def about(self) -> Facts:
        """What its owner is shown, and what makes its task one with a due date."""
        shown: Facts = {"what": self.kind.value, "due": self.due.isoformat()}
        if self.system:
            shown["system"] = self.system
        if self.factor is not None:
            shown["factor"] = self.factor.value
        if self.text is not None:
            shown["text"] = self.text.id
        return shown


def actions_of(answers: Facts, since: datetime) -> tuple[Action, ...]:
    """The actions that a meeting wrote down, in its order; `due_days` counts calendar days after `since`."""
    rows = read_rows(answers.get("actions", ())) or []
    return tuple(_action(number, row, since) for number, row in enumerate(rows, 1))


def _action(number: int, row: dict[str, object], since: datetime) -> Action:
    days, factor = row.get("due_days"), row.get("factor")
    return Action(
        number=number,
        kind=ActionKind(str(row["kind"])),
        owner=Role(str(row["owner"])),
        due=since + timedelta(days=days if isinstance(days, int) else 14),
        system=str(row.get("system", "")),
        factor=Factor(str(factor)) if factor else None,
        text=ref_of(str(row.get("text", ""))),
    )


def factors_of(answers: Facts) -> tuple[str, ...]:
    """The contributing factors that a form coded."""
    named = answers.get("factors", ())
    return tuple(each for each in named if each in set(Factor)) if isinstance(named, tuple) else ()
