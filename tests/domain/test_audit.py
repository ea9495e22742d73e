"""From facts to findings, without a server: each wrong thing is found as what it is, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.armed import Armed, Track
from domain.audit import CaseFacts, Facts, Rules, Stray, findings
from domain.executions import Described, Execution, PendingStep, Queue, RunStatus, Work
from domain.findings import SENTENCES, SHORT, Area, Finding, FindingCode
from domain.timeline import Projection

AT = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)
RULES = Rules()
CASE = "EDR-SYNTH-00001"


def ago(**span: float) -> datetime:
    return AT - timedelta(**span)


def run(**more: Any) -> Described:
    given: dict[str, Any] = {
        "id": CASE,
        "run": "run-1",
        "kind": "sop.synthetic",
        "status": RunStatus.RUNNING,
        "started_at": ago(hours=1),
        "first_run": "run-1",
    }
    return Described(**{**given, **more})


def listed(case: str = CASE, **more: Any) -> Projection:
    given: dict[str, Any] = {
        "slug": "synthetic",
        "phase": "notify",
        "severity": 0,
        "status": "open",
        "open_gates": ("notify/release/1",),
    }
    return Projection(case=case, **{**given, **more})


def due(at: datetime, kind: str = "gate") -> Track:
    armed = Armed(subject="notify/release/1", kind=kind, due=at, sequence=3)
    return Track(sequence=3, last_at=ago(minutes=5), dated=True, armed=(armed,))


def case(**more: Any) -> CaseFacts:
    """A case that is well."""
    given: dict[str, Any] = {"projection": listed(), "track": due(AT + timedelta(minutes=1)), "execution": run()}
    return CaseFacts(**{**given, **more})


def polled(age: float = 10) -> tuple[Queue, ...]:
    return (Queue(name="sop", work=Work.WORKFLOWS, polled_at=ago(seconds=age)),)


def found(*cases: CaseFacts, **more: Any) -> list[Finding]:
    return list(findings(Facts(**{"at": AT, "cases": cases, "queues": polled(), **more}), RULES))


def codes(*cases: CaseFacts, **more: Any) -> set[str]:
    return {each.code.value for each in found(*cases, **more)}


def test_what_is_well_gives_nothing() -> None:
    assert found(case()) == []
    assert found() == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [("gate", "missed-rung"), ("owner", "missed-rung"), ("clock", "missed-clock"), ("follow-up", "missed-wait")],
)
def test_what_is_late_beyond_the_grace_is_missed(kind: str, code: str) -> None:
    assert codes(case(track=due(ago(seconds=89), kind))) == set()
    assert codes(case(track=due(ago(seconds=91), kind))) == {code}


def test_a_gate_that_was_decided_calls_nobody_even_before_the_ledger_says_so() -> None:
    decided = listed(open_gates=())
    assert codes(case(projection=decided, track=due(ago(hours=1)))) == set()
    # A clock, a wait and a hand-over are not listed as open; the ledger alone speaks for them.
    assert codes(case(projection=decided, track=due(ago(hours=1), "hand-over"))) == {"missed-rung"}
    assert codes(case(projection=decided, track=due(ago(hours=1), "clock"))) == {"missed-clock"}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (RunStatus.TERMINATED, "terminated"),
        (RunStatus.FAILED, "failed"),
        (RunStatus.TIMED_OUT, "timed-out"),
        (RunStatus.CANCELLED, "cancelled"),
        (RunStatus.COMPLETED, "ended-without-closing"),
        (RunStatus.PAUSED, "paused"),
        (RunStatus.UNKNOWN, "other-status"),
    ],
)
def test_an_open_case_whose_run_does_not_run_is_found_by_its_status(status: RunStatus, code: str) -> None:
    assert codes(case(execution=run(status=status))) == {code}
    # The ledger was read after Temporal: a closing entry there means that it ended as it should.
    assert codes(case(execution=run(status=status), track=Track(sequence=9, closed=True))) == set()


def test_every_status_but_two_is_a_finding() -> None:
    well = {each for each in RunStatus if not codes(case(execution=run(status=each)))}
    assert well == {RunStatus.RUNNING, RunStatus.CONTINUED}


def test_a_case_without_any_run_is_gone() -> None:
    assert codes(case(execution=None)) == {"gone"}


def test_a_reset_shows_in_the_run_or_in_what_was_cut_off_from_its_chain() -> None:
    assert codes(case(execution=run(reset=True))) == {"reset"}
    assert codes(case(lost=("run-0",))) == {"reset"}


def test_what_a_halted_case_misses_is_listed_but_calls_nobody() -> None:
    both = found(case(track=due(ago(hours=1)), execution=None))
    assert {each.code.value: each.explained for each in both} == {"gone": False, "missed-rung": True}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"problems": ("WorkflowTaskFailed",)}, "stuck"),
        ({"task_attempt": 3, "task_since": ago(seconds=1)}, "stuck"),
        ({"task_attempt": 2, "task_since": ago(seconds=91)}, "stuck"),
        ({"task_attempt": 1, "task_since": ago(seconds=91)}, "not-worked-on"),
        ({"steps": (PendingStep(name="keep_books", attempt=6, stirred_at=AT),)}, "stuck-step"),
        ({"steps": (PendingStep(name="page", attempt=1, stirred_at=ago(minutes=6)),)}, "stuck-step"),
    ],
)
def test_a_run_in_which_nothing_moves_is_found(more: dict[str, Any], code: str) -> None:
    assert codes(case(execution=run(**more))) == {code}


@pytest.mark.parametrize(
    "more",
    [
        {"task_attempt": 1, "task_since": ago(seconds=89)},
        {"task_attempt": 2, "task_since": ago(seconds=10)},
        {"steps": (PendingStep(name="page", attempt=5, stirred_at=ago(minutes=4)),)},
    ],
)
def test_work_that_is_young_is_left_alone(more: dict[str, Any]) -> None:
    assert codes(case(execution=run(**more))) == set()


def stray(**more: Any) -> Execution:
    return Execution.model_validate(run(id="EDR-SYNTH-00009", **more).model_dump())


def test_a_run_without_a_case_is_found_after_the_grace() -> None:
    assert codes(strays=(Stray(execution=stray(started_at=ago(seconds=89))),)) == set()
    assert codes(strays=(Stray(execution=stray()),)) == {"unknown-run"}
    # Where the ledger could not be read nobody knows what it knows.
    assert "unknown-run" not in codes(strays=(Stray(execution=stray()),), faults={Area.RECORDS: "transient"})


def test_a_closed_case_that_runs_on_is_paged_if_it_goes_on() -> None:
    [one] = found(strays=(Stray(execution=stray(), listed=listed(status="closed")),))
    assert (one.code, one.settles) == (FindingCode.RUNS_ON, RULES.grace)


def test_a_queue_that_nobody_asks_is_as_grave_as_the_gravest_open_case() -> None:
    assert found(queues=polled(91))[0].severity == 2
    assert found(case(), queues=polled(91))[0].severity == 0
    assert found(case(projection=listed(drill=True)), queues=polled(91))[0].severity == 2


def test_a_queue_of_a_server_that_just_started_has_the_grace_to_be_asked() -> None:
    [never] = found(queues=(Queue(name="comms", work=Work.STEPS),))
    [long_ago] = found(queues=polled(600))
    assert (never.settles, long_ago.settles) == (RULES.grace, timedelta(0))


def test_a_declaration_that_waits_and_a_checkpoint_that_is_old_are_found() -> None:
    assert codes(inbox=((CASE, ago(seconds=89)),)) == set()
    assert codes(inbox=((CASE, ago(seconds=91)),)) == {"inbox-waits"}
    assert codes(checkpoint=ago(minutes=4)) == set()
    assert codes(checkpoint=ago(minutes=6)) == {"no-checkpoint"}
    assert codes(checkpoint=None) == set()


def test_a_ledger_that_cannot_be_read_is_a_finding_about_its_case_alone() -> None:
    assert codes(case(fault="tampered"), case(projection=listed("EDR-SYNTH-00002"))) == {"unreadable-case"}
    assert codes(case(track=Track(sequence=1, erased=True))) == {"unreadable-case"}
    assert codes(case(fault="rewritten")) == {"rewritten"}
    assert codes(case(track=Track())) == {"no-entries"}


QUIET = Track(sequence=5, last_at=ago(hours=2), dated=True)


def test_an_open_case_in_which_nothing_is_due_is_found_after_an_hour() -> None:
    assert codes(case(track=QUIET)) == {"nothing-due"}
    assert codes(case(track=QUIET.model_copy(update={"last_at": ago(minutes=59)}))) == set()
    # Begun by a version that named no times: its silence says nothing.
    assert codes(case(track=QUIET.model_copy(update={"dated": False}))) == set()
    working = run(steps=(PendingStep(name="snapshot_account", attempt=1, stirred_at=AT),))
    assert codes(case(track=QUIET, execution=working)) == set()


def test_a_review_waits_for_its_case_without_anything_due() -> None:
    review = case(projection=listed(f"{CASE}/review"), track=QUIET)
    assert codes(case(), review) == set()
    assert codes(review) == {"nothing-due"}


@pytest.mark.parametrize("area", [Area.RECORDS, Area.TEMPORAL])
def test_what_could_not_be_read_is_said_and_not_guessed(area: Area) -> None:
    said = found(case(execution=None, track=due(ago(hours=1))), queues=(), faults={area: "unreachable"})
    blind = [each for each in said if each.code.value.startswith("cannot-read")]
    assert len(blind) == 1
    assert all(area not in each.areas for each in said)
    assert not Facts(at=AT, faults={area: "unreachable"}).complete


SOME = st.sampled_from(
    [
        case(),
        case(execution=None),
        case(track=due(ago(hours=1))),
        case(fault="tampered"),
        case(projection=listed("EDR-SYNTH-00002", severity=3, drill=True), execution=None),
        case(execution=run(status=RunStatus.TERMINATED)),
    ]
)


@given(st.lists(SOME, max_size=5), st.sets(st.sampled_from(list(Area))))
def test_findings_are_unique_in_order_and_can_be_said(cases: list[CaseFacts], blind: set[Area]) -> None:
    said = found(*cases, faults=dict.fromkeys(blind, "unreachable"))
    assert len({each.id for each in said}) == len(said)
    assert [each.severity for each in said] == sorted(each.severity for each in said)
    for each in said:
        assert each.sentence.endswith(".")
        assert len(each.summary) <= 140, "a lock screen shows no more"


def test_every_code_has_its_sentences() -> None:
    assert set(SENTENCES) == set(SHORT) == set(FindingCode)
    for code in FindingCode:
        one = Finding(code=code, subject="x" * 17, part="notify/p", at=AT, detail="d", drill=True)
        assert "{" not in one.sentence + one.summary
        assert len(f"CLEARED {one.summary}") <= 140
