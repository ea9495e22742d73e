"""Each figure counts what happened, once; a drill never counts as real."""

from __future__ import annotations

import pytest

from domain.observing import still_waiting
from domain.timeline import Entry, Kind, Projection
from tests.telemetry.conftest import Recorded
from tests.telemetry.evening import clock_entry

REAL = {"drill": False, "procedure": "emergency_data_request"}


def test_what_the_ledger_holds_is_what_was_counted(recorded: Recorded) -> None:
    count = recorded.collector.value
    assert count("holdfast.cases.opened", **REAL) == 2
    assert count("holdfast.cases.closed", **REAL, outcome="disclosed") == 1
    assert count("holdfast.turnovers", **REAL) == 2
    assert count("holdfast.gates.opened", **REAL, gate="release", family="disclose") == 1
    assert count("holdfast.gates.decided", **REAL, gate="release", outcome="approved") == 1
    assert count("holdfast.gates.silent", **REAL, gate="release") == 1
    assert count("holdfast.tasks.ended", **REAL, task="call-back", outcome="done") == 1
    assert count("holdfast.steps.failed", **REAL, step="snapshot_account", code="permanent") == 2
    assert count("holdfast.interventions.opened", **REAL) == 2
    assert count("holdfast.interventions.ended", **REAL, outcome="retry") == 1
    assert count("holdfast.step.retries", step="snapshot_account") == 1
    assert count("holdfast.unpaged", **REAL, kind="intervention") >= 1


async def test_every_entry_of_every_case_was_counted_once(recorded: Recorded) -> None:
    world, evening = recorded.world, recorded.evening
    written = 0
    for case in (evening.case, f"{evening.case}/review", f"{evening.case}/wellbeing", evening.left_open, evening.drill):
        written += len(await world.records.ledger.read(case))
    clocks = 3  # told to the observer besides those of the procedure
    assert recorded.collector.value("holdfast.ledger.entries") == written + clocks


def test_decisions_are_measured_by_gate_family_and_role(recorded: Recorded) -> None:
    for role in ("legal-counsel", "duty-manager"):
        [point] = recorded.collector.points(
            "holdfast.decision.latency", **REAL, gate="release", family="disclose", role=role, act="approve"
        )
        assert point.value == 1
        assert point.total > 1800  # it was silent to the end of its ladder first
    [gate] = recorded.collector.points("holdfast.gate.duration", **REAL, gate="release")
    assert gate.total > 1800


def test_a_refusal_is_counted_by_its_code_for_the_case_that_it_was_of(recorded: Recorded) -> None:
    assert recorded.collector.value("holdfast.refusals", **REAL, code="stale", where="desk", severity="p0") == 1


def test_a_drill_is_never_among_the_real_figures(recorded: Recorded) -> None:
    count = recorded.collector.value
    assert count("holdfast.cases.opened", drill=True) == 1
    assert count("holdfast.cases.open", drill=True) == 1
    assert count("holdfast.cases.open", drill=False) == 2  # the one that was left, and the care of people
    assert recorded.collector.points("holdfast.step.duration", step="keep_books", drill=True)


def test_what_waits_now_is_told_with_its_age_and_whether_anybody_was_reached(recorded: Recorded) -> None:
    [waits] = recorded.collector.points("holdfast.waiting.open", **REAL, kind="intervention", name="snapshot_account")
    assert (waits.value, waits.labels["holdfast.unpaged"]) == (1, True)
    [age] = recorded.collector.points("holdfast.waiting.age", **REAL, kind="intervention", name="snapshot_account")
    assert age.value > 0
    assert not recorded.collector.points("holdfast.waiting.open", name="release")
    [clock] = recorded.collector.points("holdfast.clock.remaining", **REAL, clock="ncii-48h", basis="statutory")
    assert 0 < clock.value <= 12 * 3600


async def test_clocks_are_counted_by_state_and_by_what_counsel_said(recorded: Recorded) -> None:
    evening, ledger = recorded.evening, recorded.world.records.ledger
    said = [each.entry for case in (evening.case, evening.left_open) for each in await ledger.read(case)]
    for state in ("armed", "warned", "breached"):
        written = sum(each.kind is Kind.CLOCK and each.code == state for each in said)
        told = 1  # to the observer, besides those of the procedure
        counted = recorded.collector.value("holdfast.clock.changes", **REAL, state=state, counsel="unconfirmed")
        assert counted == written + told


async def test_a_repeated_append_counts_nothing_twice(recorded: Recorded) -> None:
    heard: list[tuple[str, ...]] = []

    class Hearing:
        def appended(self, entries: list[Entry], about: Projection | None, seconds: float) -> None:
            heard.append(tuple(each.id for each in entries))
            assert about is not None
            assert about.slug == "emergency_data_request"
            assert seconds > 0

        def not_appended(self, code: str, seconds: float) -> None:
            heard.append((code,))

    ledger, case = recorded.world.records.ledger, recorded.evening.left_open
    known = [each.entry for each in await ledger.read(case)][:2]
    ledger._observer, before = Hearing(), ledger._observer  # type: ignore[attr-defined]
    try:
        await ledger.append(case, known)
        note = Entry(id="test:note", at=known[0].at, kind=Kind.NOTE)
        await ledger.append(case, [*known, note])
        await ledger.append(case, [note])
        with pytest.raises(Exception, match="another request"):
            await ledger.append(case, [note.model_copy(update={"code": "other"})])
    finally:
        ledger._observer = before  # type: ignore[attr-defined]
    assert heard == [(), ("test:note",), (), ("duplicate-key",)]


def test_what_waits_follows_the_timeline() -> None:
    at = clock_entry(0, "armed").at

    def entry(kind: Kind, subject: str, code: str = "", **detail: str) -> Entry:
        return Entry(id=f"{kind}-{subject}-{code}", at=at, kind=kind, subject=subject, code=code, detail=dict(detail))

    opened = [
        entry(Kind.OWNER, "", "open"),
        entry(Kind.TASK_OPENED, "investigate/a.call-back/1", "call-back"),
        entry(Kind.GATE_OPENED, "notify/release/1", "release", family="disclose"),
        entry(Kind.QUESTION, "notify/release/1", "legal", question="notify/release/1/question/1"),
        entry(Kind.INTERVENTION_OPENED, "contain/hide/1!1", "permanent"),
        entry(Kind.UNPAGED, "notify/release/1", "gate"),
        clock_entry(1, "armed", due=at.isoformat()),
    ]
    waits = still_waiting(opened)
    assert {(each.kind, each.name, each.unpaged) for each in waits.values()} == {
        ("owner", "owner", False),
        ("task", "call-back", False),
        ("gate", "release", True),
        ("task", "question", False),
        ("intervention", "hide", False),
        ("clock", "ncii-48h", False),
    }
    ended = [
        entry(Kind.OWNER, "", "taken"),
        entry(Kind.PAGED, "notify/release/1", "gate"),
        entry(Kind.SILENCE, "notify/release/1", "nothing-leaves"),
        entry(Kind.SILENCE, "investigate/a.call-back/1", "task"),
        entry(Kind.TASK_ENDED, "notify/release/1/question/1", "done"),
        entry(Kind.INTERVENTION_ENDED, "contain/hide/1!1", "retry"),
        clock_entry(2, "met"),
    ]
    left = still_waiting(ended, waits)
    assert [(each.name, each.unpaged) for each in left.values()] == [("release", False)]
    assert still_waiting([entry(Kind.CLOSED, "", "disclosed")], left) == {}
