"""What a review concludes from the record alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.acts import Facts
from domain.codes import MEANS, REPORTS, Depth, Trigger
from domain.evidence import EvidenceKind, EvidenceRef, ref_of, ref_text
from domain.figures import figures
from domain.people import Role
from domain.policy import FieldKind, FormField
from domain.reports import chosen
from domain.review import actions_of, business_days_after, depth_of, triggers
from domain.rows import read_rows, write_rows
from domain.severity import Severity
from domain.timeline import Entry, Kind

AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # a Monday
REF = EvidenceRef(id="abc123", kind=EvidenceKind.ACTION, sha256="0" * 64, size=7)


def entry(what: Kind, code: str = "", after: int = 0, subject: str = "", who: str = "", /, **detail: Any) -> Entry:
    return Entry(
        id=f"{after:06d}",
        at=AT + timedelta(seconds=after),
        kind=what,
        code=code,
        subject=subject,
        who=who,
        detail=detail,
    )


def clock(code: str, after: int, /, **detail: Any) -> Entry:
    due = (AT + timedelta(hours=1)).isoformat()
    said = {"clock": "us-2258a", "kind": "statutory", "counsel": "confirmed", "due": due, **detail}
    return entry(Kind.CLOCK, code, after, **said)


def fired(*entries: Entry, severity: Severity = Severity.P1, repeats: int = 0) -> list[str]:
    return [each.trigger.value for each in triggers(entries, severity=severity, repeats=repeats)]


@pytest.mark.parametrize(
    ("said", "trigger"),
    [
        (clock("breached", 3600), "statutory-breach"),
        (entry(Kind.STEP_FAILED, "guard"), "rule-refused"),
        (entry(Kind.STEP_FAILED, "no-approval"), "rule-refused"),
        (entry(Kind.REFUSAL, "excluded"), "rule-refused"),
        (entry(Kind.REFUSAL, "forged"), "tampering"),
        (entry(Kind.CONSEQUENCE, "death"), "death-or-injury"),
        (entry(Kind.CONSEQUENCE, "serious-injury"), "death-or-injury"),
        (entry(Kind.TASK_ENDED, "done", outcome="harm"), "death-or-injury"),
        (entry(Kind.GATE_DECIDED, "approved", alone=True), "decided-alone"),
        (entry(Kind.CONSEQUENCE, "wrong-scope"), "wrong-scope"),
        (entry(Kind.CONSEQUENCE, "wrong-recipient"), "wrong-recipient"),
        (entry(Kind.CONSEQUENCE, "media-inquiry"), "media-or-regulator"),
        (entry(Kind.CONSEQUENCE, "regulator-inquiry"), "media-or-regulator"),
        (entry(Kind.CONSEQUENCE, "staff-harm"), "staff-harm"),
        (entry(Kind.INTERVENTION_OPENED, "permanent"), "intervention"),
        (entry(Kind.INTERVENTION_ENDED, "by-hand"), "done-by-hand"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_each_of_these_entries_makes_a_review_full(said: Entry, trigger: str) -> None:
    assert fired(said) == [trigger]
    assert depth_of(triggers([said], severity=Severity.P1)) is Depth.FULL


def test_ordinary_entries_leave_a_review_short() -> None:
    entries = [
        entry(Kind.GATE_DECIDED, "approved", alone=False),
        entry(Kind.REFUSAL, "stale"),
        entry(Kind.DEVIATION, "late"),
        entry(Kind.TASK_ENDED, "done", outcome="resolved"),
        clock("armed", 0),
        clock("met", 1800, margin_s=1800),
    ]
    assert fired(*entries) == []
    assert depth_of(()) is Depth.SHORT


def test_silence_counts_at_p0_and_only_at_a_decision() -> None:
    silence = entry(Kind.SILENCE, "nothing-leaves-and-paging-goes-on")
    assert fired(silence, severity=Severity.P0) == ["p0-silence"]
    assert fired(silence, severity=Severity.P1) == []
    assert fired(entry(Kind.SILENCE, "task"), severity=Severity.P0) == []


@pytest.mark.parametrize(("left", "thin"), [(359, True), (361, False), (3000, False)])
def test_a_statutory_clock_met_with_less_than_a_tenth_left_is_a_trigger(left: int, thin: bool) -> None:
    entries = [clock("armed", 0), clock("met", 3600 - left, margin_s=left)]
    assert fired(*entries) == (["thin-margin"] if thin else [])


def test_an_internal_clock_is_no_statutory_one() -> None:
    assert fired(clock("breached", 3600, kind="internal")) == []


def test_a_repeated_subject_is_a_trigger_and_triggers_come_in_one_order() -> None:
    assert fired(entry(Kind.CONSEQUENCE, "death"), clock("breached", 1), repeats=1) == [
        "statutory-breach",
        "death-or-injury",
        "repeat-subject",
    ]


def test_every_trigger_has_its_sentence() -> None:
    assert set(MEANS) == set(Trigger)
    assert set(REPORTS) == {"deviation", "tool-fault", "consequence"}


@pytest.mark.parametrize(
    ("days", "closed", "expected"),
    [
        (1, (), date(2026, 11, 3)),
        (5, (), date(2026, 11, 9)),
        (10, (), date(2026, 11, 16)),
        (5, (date(2026, 11, 4),), date(2026, 11, 10)),
        (4, (date(2026, 11, 6),), date(2026, 11, 9)),
    ],
)
def test_business_days_leave_out_weekends_and_holidays(days: int, closed: tuple[date, ...], expected: date) -> None:
    due = business_days_after(AT, days, frozenset(closed))
    assert (due.date(), due.timetz()) == (expected, AT.timetz())


# -- forms --------------------------------------------------------------------------------------------------

ROWS = FormField(
    name="actions",
    label="Actions",
    kind=FieldKind.ROWS,
    columns=(
        FormField(name="owner", label="Owner", kind=FieldKind.CHOICE, required=True, choices=("engineer",)),
        FormField(name="due_days", label="Days", kind=FieldKind.NUMBER, required=True, least=1, most=180),
        FormField(name="text", label="Text", kind=FieldKind.DOCUMENT),
    ),
)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"owner": "engineer", "due_days": 3, "text": ref_text(REF)}, ""),
        ({"owner": "engineer", "due_days": 0}, "row 1: due_days must be at least 1 and at most 180"),
        ({"owner": "SECRET", "due_days": 3}, "row 1: owner must be one of engineer"),
        ({"owner": "engineer", "due_days": 3, "text": "SECRET words"}, "row 1: text must be a document of the vault"),
        ({"owner": "engineer", "due_days": 3, "who": "SECRET"}, "row 1: who is not a field here"),
    ],
)
def test_a_row_is_a_small_form_of_its_own(row: dict[str, object], problem: str) -> None:
    said = ROWS.problem(write_rows([row]))
    assert said == (f"actions, {problem}" if problem else "")


@pytest.mark.parametrize("value", ["text", ["not json"], ["[1]"], [7]])
def test_what_are_no_rows_is_refused(value: object) -> None:
    assert ROWS.problem(value) == "actions must be rows"


def test_a_reference_survives_as_one_word() -> None:
    assert ref_of(ref_text(REF)) == REF
    assert ref_of("nothing:like:it:1") is None


def test_actions_are_read_in_order_with_absolute_dates() -> None:
    rows = [
        {"owner": "engineer", "kind": "fix-a-tool", "due_days": 3, "text": ref_text(REF), "factor": "tooling"},
        {"owner": "policy-lead", "kind": "train", "due_days": 10, "system": "desk"},
    ]
    first, second = actions_of({"actions": write_rows(rows)}, AT)
    assert (first.name, first.due, first.text) == ("action-1-engineer", AT + timedelta(days=3), REF)
    assert (second.owner, second.system, second.about()["due"]) == (Role.POLICY, "desk", "2026-11-12T03:00:00+00:00")
    assert read_rows(write_rows(rows)) == rows


def test_a_timeline_says_of_a_form_only_the_codes_that_were_chosen() -> None:
    form = (
        FormField(name="outcome", label="Outcome", kind=FieldKind.CHOICE, choices=("harm",)),
        FormField(name="words", label="Words"),
    )
    answers: Facts = {"outcome": "harm", "words": "SECRET"}
    assert chosen(form, answers) == {"outcome": "harm"}


# -- figures ------------------------------------------------------------------------------------------------


def test_figures_are_by_gate_and_role_and_know_no_person() -> None:
    entries = [
        entry(Kind.DECLARED, "edr", 0, "", "dara"),
        entry(Kind.OWNER, "taken", 120, "owner", "dara"),
        entry(Kind.EFFECT, "preserve", 5, "contain/snapshot/1"),
        entry(Kind.TASK_ENDED, "done", 600, "investigate/a.call-back/1", "ada"),
        entry(Kind.GATE_OPENED, "release", 700, "notify/release/1"),
        entry(Kind.RUNG, "gate", 700, "notify/release/1"),
        entry(Kind.DECISION, "approve", 800, "notify/release/1", "fay"),
        entry(Kind.DECISION, "approve", 900, "notify/release/1", "gus"),
        entry(Kind.GATE_DECIDED, "approved", 900, "notify/release/1"),
        entry(Kind.EFFECT, "disclose", 905, "notify/deliver/1"),
    ]
    found = figures(entries, {"fay": "legal counsel", "gus": "legal counsel"}, Severity.P0)
    took = {each.name: each.seconds for each in found.spans}
    assert took == {
        "acknowledge": 120, "preserve": 5, "contain": 5, "verify": 600, "decide": 900, "disclose": 905, "close": None,
    }  # fmt: skip
    assert [(each.role, each.decisions, each.median, each.longest) for each in found.roles] == [
        ("legal counsel", 2, 150, 200)
    ]
    assert not any(person in found.model_dump_json() for person in ("dara", "ada", "fay", "gus"))


def test_only_confirmed_statutory_clocks_count_for_attainment() -> None:
    entries = [
        clock("armed", 0),
        clock("met", 600, margin_s=3000),
        clock("armed", 0, clock="eu-tco", counsel="unconfirmed"),
        clock("breached", 3600, clock="eu-tco", counsel="unconfirmed"),
        clock("armed", 0, clock="ours", kind="internal"),
        clock("met", 60, clock="ours", kind="internal"),
    ]
    found = figures(entries, {}, Severity.P1)
    assert found.attained == (1, 1)
    assert [(each.clock, each.code, each.counted) for each in found.clocks] == [
        ("us-2258a", "met", True),
        ("eu-tco", "breached", False),
        ("ours", "met", False),
    ]
