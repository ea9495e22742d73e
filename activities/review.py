"""Drafting the review's facts from the record, in Markdown; people add opinions, the draft never does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from activities.step import Step, performs, step
from domain.base import Model
from domain.effects import Effect
from domain.evidence import EvidenceKind, EvidenceRef
from domain.incident import OpenIncident
from domain.outside import Starter
from domain.ports import Ledger, Vault
from domain.timeline import Entry, Kind, LedgerEntry


class Draft(Model):
    """The report in the vault, and how many timeline entries it rests on."""

    report: EvidenceRef
    entries: int


@step
class DraftReview(Step[Draft]):
    """Write the facts of a case, as far as the ledger knows them, into the vault."""

    NAME: ClassVar[str] = "draft_review"
    WAITS: ClassVar[bool] = True
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Draft

    of: str
    version: str
    privileged: bool = True
    actions: tuple[str, ...] = ()


class Started(Model):
    """Whether this call began the review, or an earlier one had."""

    new: bool


@step
class StartReview(Step[Started]):
    """Begin the review of a case as a workflow of its own, which outlives it."""

    NAME: ClassVar[str] = "start_review"
    WAITS: ClassVar[bool] = True
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Started

    given: OpenIncident


class Reviewing:
    """Starts reviews, reads the ledger, writes the vault."""

    def __init__(self, ledger: Ledger, vault: Vault, starter: Starter) -> None:
        self._ledger = ledger
        self._vault = vault
        self._starter = starter

    @performs(StartReview)
    async def start(self, given: StartReview) -> Started:
        return Started(new=await self._starter.start(given.given, "review"))

    @performs(DraftReview)
    async def draft(self, given: DraftReview) -> Draft:
        name = f"review/{given.here.key}"
        if (found := await self._vault.find(given.of, name)) is not None:
            return Draft(report=found, entries=0)
        entries = await self._ledger.read(given.of)
        text = markdown(given, entries)
        report = await self._vault.put(given.of, EvidenceKind.REPORT, text.encode(), name=name)
        return Draft(report=report, entries=len(entries))


def markdown(given: DraftReview, entries: Sequence[LedgerEntry]) -> str:
    """The report's text. Latencies are by gate, never by person."""
    lines = [f"# Post-incident review of {given.of}", "", f"Version: {given.version}"]
    if given.privileged:
        lines += ["", "**Prepared at the direction of counsel. Privileged and confidential.**"]
    if given.here.drill:
        lines += ["", "**DRILL: nothing in this case was real.**"]
    said = [each.entry for each in entries]
    lines += ["", "## Facts", "", "| UTC | what | where | code |", "|---|---|---|---|"]
    lines += [f"| {each.at:%Y-%m-%d %H:%M:%S} | {each.kind.value} | {each.subject} | {each.code} |" for each in said]
    lines += ["", "## Decisions", ""] + (_decisions(said) or ["None was taken."])
    lines += ["", "## What this review must look at", ""] + (_triggers(said) or ["Nothing beyond the ordinary."])
    lines += ["", "## What went wrong with our tools", ""] + (_faults(said) or ["Nothing is recorded."])
    lines += ["", "## Actions", ""] + ([f"- {each}" for each in given.actions] or ["Not collected yet."])
    lines += ["", f"Ledger: {len(entries)} entries, head {entries[-1].hash if entries else 'none'}", ""]
    return "\n".join(lines)


def _decisions(said: Sequence[Entry]) -> list[str]:
    opened = {each.subject: each.at for each in said if each.kind is Kind.GATE_OPENED}
    lines = []
    for each in said:
        if each.kind is Kind.GATE_DECIDED and each.subject in opened:
            seconds = int((each.at - opened[each.subject]).total_seconds())
            lines.append(f"- {each.subject}: {each.code} after {seconds} s")
        if each.kind is Kind.SILENCE:
            lines.append(f"- {each.subject}: silence to the end of the ladder")
    return lines


def _triggers(said: Sequence[Entry]) -> list[str]:
    """Each once, in the order in which they were found."""
    return [f"- {code}" for code in dict.fromkeys(each.code for each in said if each.kind is Kind.TRIGGER)]


def _faults(said: Sequence[Entry]) -> list[str]:
    wanted = (Kind.STEP_FAILED, Kind.REFUSAL, Kind.UNPAGED, Kind.DEVIATION, Kind.CANCEL_ASKED)
    return [f"- {each.kind.value} {each.subject} ({each.code})" for each in said if each.kind in wanted]
