"""How reviews are begun, dated, assessed and drafted: the ledger is read, people are known by role, the vault keeps."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from activities.calendars import public_holidays
from activities.inputs import keep_input
from activities.report.material import Material, Said, in_words, roles_of, without_names
from activities.review import (
    Assessed,
    AssessReview,
    Draft,
    DraftReview,
    Exposed,
    FindExposed,
    LookForRecurrence,
    Plan,
    PlanReview,
    Recurrence,
    Started,
    StartReview,
    StartWellbeing,
)
from activities.step import performs
from domain.evidence import EvidenceKind, EvidenceRef
from domain.figures import figures
from domain.outside import LiveDirectory, Starter
from domain.people import Directory, Role
from domain.ports import Cases, Ledger, Vault
from domain.review import business_days_after, triggers
from domain.timeline import Entry, Kind, LedgerEntry, Projection

_REPORTED = (Kind.DEVIATION, Kind.TOOL_FAULT, Kind.CONSEQUENCE)
_MANY = 10_000  # cases looked through; a look back must not miss one behind a page's limit


class Reviewing:
    """Starts reviews and what stands beside them, reads the ledger, writes the vault."""

    def __init__(
        self, *, ledger: Ledger, vault: Vault, starter: Starter, cases: Cases, directory: LiveDirectory
    ) -> None:
        self._ledger = ledger
        self._vault = vault
        self._starter = starter
        self._cases = cases
        self._directory = directory

    @performs(StartReview)
    async def start(self, given: StartReview) -> Started:
        kept = await keep_input(self._vault, given.given)
        return Started(new=await self._starter.start(kept, "review"))

    @performs(StartWellbeing)
    async def start_wellbeing(self, given: StartWellbeing) -> Started:
        kept = await keep_input(self._vault, given.given)
        return Started(new=await self._starter.start(kept, "wellbeing"))

    @performs(PlanReview)
    async def plan(self, given: PlanReview) -> Plan:
        year = given.since.year
        closed = frozenset(await asyncio.to_thread(public_holidays, given.calendar, years=(year, year + 1)))
        return Plan(
            draft_due=business_days_after(given.since, given.draft_days, closed),
            owned_due=business_days_after(given.since, given.owned_days, closed),
        )

    # -- why, and how deep --------------------------------------------------------------------------------

    @performs(AssessReview)
    async def assess(self, given: AssessReview) -> Assessed:
        entries = [each.entry for each in await self._ledger.read(given.of)]
        entries += await self._beside(given.here.case)
        repeats = await self._repeats(given, entries)
        fired = triggers(entries, severity=given.severity, repeats=repeats)
        directory = await self._directory.current()
        return Assessed(fired=fired, deciders=_deciders(entries, directory), roles=_took_part(entries, directory))

    async def _beside(self, review: str) -> list[Entry]:
        """What was reported on the review itself: a case that has closed takes no more."""
        return [each.entry for each in await self._ledger.read(review) if each.entry.kind in _REPORTED]

    async def _repeats(self, given: AssessReview, entries: Sequence[Entry]) -> int:
        begun = next((each for each in entries if each.kind is Kind.DECLARED), None)
        subject = str(begun.detail.get("subject", "")) if begun else ""
        if begun is None or not subject:
            return 0
        near = [
            each
            for each in await self._others(given.of)
            if each.declared_at and abs(each.declared_at - begun.at) <= given.repeat_within
        ]
        return await self._on_subject(near, subject)

    async def _others(self, case: str) -> list[Projection]:
        found = await self._cases.list(limit=_MANY)
        return [each for each in found if "/" not in each.case and each.case != case]

    async def _on_subject(self, cases: Sequence[Projection], subject: str) -> int:
        return sum([subject == await self._subject(each.case) for each in cases])

    async def _subject(self, case: str) -> str:
        written = await self._ledger.read(case)
        begun = next((each.entry for each in written if each.entry.kind is Kind.DECLARED), None)
        return str(begun.detail.get("subject", "")) if begun else ""

    @performs(LookForRecurrence)
    async def look_back(self, given: LookForRecurrence) -> Recurrence:
        subject, cases = await self._subject(given.of), 0
        if subject:
            later = [e for e in await self._others(given.of) if e.declared_at and e.declared_at > given.since]
            cases = await self._on_subject(later, subject)
        factors = await self._factors_since(given) if given.factors else set()
        seen = tuple(each.value for each in given.factors if each.value in factors)
        return Recurrence(at=given.here.at, after_days=given.after_days, subject_cases=cases, factors=seen)

    async def _factors_since(self, given: LookForRecurrence) -> set[str]:
        found: set[str] = set()
        for each in await self._cases.list(limit=_MANY):
            if each.slug != "review" or each.case == given.here.case:
                continue
            for line in await self._ledger.read(each.case):
                if line.entry.kind is Kind.REVIEW and line.entry.code == "factor" and line.entry.at > given.since:
                    found.add(str(line.entry.detail.get("factor", "")))
        return found

    # -- drafting -----------------------------------------------------------------------------------------

    @performs(DraftReview)
    async def draft(self, given: DraftReview) -> Draft:
        written = tuple(await self._ledger.read(given.of))
        directory = await self._directory.current()
        material = await self._material(given, written, directory)
        forms = await asyncio.to_thread(_rendered, material)
        kept = [await self._keep(given, name, data) for name, data in forms]
        return Draft(
            report=kept[0],
            html=kept[1],
            pdf=kept[2],
            entries=len(written),
            version=given.version,
            at=given.here.at,
            head=material.head,
            added=material.added,
            agrees=material.agrees,
        )

    async def _keep(self, given: DraftReview, form: str, data: bytes) -> EvidenceRef:
        # By its hash: a retry after the ledger has grown is another document, not the same name with other bytes.
        name = f"review/{given.here.key}/{hashlib.sha256(data).hexdigest()[:16]}.{form}"
        return await self._vault.put(given.here.case, EvidenceKind.REPORT, data, name=name)

    async def _material(self, given: DraftReview, written: tuple[LedgerEntry, ...], directory: Directory) -> Material:
        roles, beside = roles_of(directory), await self._beside(given.here.case)
        entries = [*(each.entry for each in written), *beside]
        before = given.earlier[-1] if given.earlier else None
        return Material(
            given=given,
            written=written,
            beside=tuple(beside),
            figures=figures(entries, roles, given.severity),
            said=tuple(
                [await self._said(given, each.role, each.factors, each.words, directory) for each in given.opinions]
            ),
            texts={
                each.action.number: await self._words(given, each.action.text, directory)
                for each in given.done
                if each.action.text is not None
            },
            roles=roles,
            added=len(written) - before.entries if before else 0,
            agrees=before is None or _agrees(written, before),
        )

    async def _said(
        self, given: DraftReview, role: Role, factors: tuple[str, ...], words: EvidenceRef | None, directory: Directory
    ) -> Said:
        return Said(role=in_words(role.value), factors=factors, words=await self._words(given, words, directory))

    async def _words(self, given: DraftReview, ref: EvidenceRef | None, directory: Directory) -> str:
        if ref is None:
            return ""
        data = await self._vault.get(given.here.case, ref)
        return without_names(data.decode(errors="replace"), directory)

    # -- wellbeing ----------------------------------------------------------------------------------------

    @performs(FindExposed)
    async def exposed(self, given: FindExposed) -> Exposed:
        """The list goes into the vault under a kind that the desk opens for the wellbeing lead alone."""
        directory = await self._directory.current()
        seen = {each.entry.who for each in await self._ledger.read(given.of)}
        people = [each for each in directory.people if each.id in seen]
        text = "\n".join(f"{each.name} ({', '.join(role.value for role in each.roles)})" for each in people)
        name = f"wellbeing/{given.here.key}/{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        ref = await self._vault.put(given.here.case, EvidenceKind.WELLBEING, text.encode(), name=name)
        return Exposed(people=len(people), new=max(len(people) - given.known, 0), names=ref)


def _rendered(material: Material) -> list[tuple[str, bytes]]:
    """Markdown, HTML and PDF. The libraries are loaded here: a worker that drafts nothing does without them."""
    from activities.report.page import page
    from activities.report.paper import paper
    from activities.report.picture import picture
    from activities.report.text import markdown

    text, case, marking = markdown(material), material.given.of, material.marking
    svg = picture(case, material.entries)
    pdf = paper(text, svg, title=case, marking=marking, at=material.given.here.at)
    return [
        ("md", text.encode()),
        ("html", page(text, svg, title=case, marking=marking).encode()),
        ("pdf", pdf),
    ]


def _agrees(written: Sequence[LedgerEntry], before: Draft) -> bool:
    """Whether the record under an earlier version still ends with the same hash."""
    if before.entries == 0 or not before.head:
        return True
    return len(written) >= before.entries and written[before.entries - 1].hash == before.head


def _deciders(entries: Sequence[Entry], directory: Directory) -> tuple[str, ...]:
    """Whoever decided at a gate, and whom they stood in for."""
    who = {each.who for each in entries if each.kind is Kind.DECISION and each.who}
    behind = {found.delegate_of for each in who if (found := directory.person(each)) and found.delegate_of}
    return tuple(sorted(who | behind))


def _took_part(entries: Sequence[Entry], directory: Directory) -> tuple[Role, ...]:
    found = {each.who: None for each in entries if each.who}
    people = [person for each in found if (person := directory.person(each)) and person.roles]
    return tuple({each.roles[0]: None for each in people if each.roles[0] is not Role.AUDITOR})
