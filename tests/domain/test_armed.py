"""What a ledger arms, and what ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.armed import Track
from domain.gates import AtTheEnd
from domain.timeline import Entry, Kind

AT = datetime(2031, 1, 1, tzinfo=UTC)
GATE = "notify/release/1"


def entry(kind: Kind, subject: str = "", code: str = "", due: float | None = None, at: float = 0) -> Entry:
    """`due` and `at` are minutes."""
    detail = {} if due is None else {"next_due": (AT + timedelta(minutes=due)).isoformat()}
    moment = AT + timedelta(minutes=at)
    return Entry(id="x", at=moment, kind=kind, subject=subject, code=code, detail=detail)  # type: ignore[arg-type]


def armed(*entries: Entry) -> dict[str, float]:
    track = Track().after(enumerate(entries, start=1))
    return {each.subject: (each.due - AT).total_seconds() / 60 for each in track.armed}


OPENED = entry(Kind.GATE_OPENED, GATE, due=0)
RUNG = entry(Kind.RUNG, GATE, due=5)


def test_the_last_time_that_a_subject_named_is_the_one_that_counts() -> None:
    assert armed(OPENED) == {GATE: 0}
    assert armed(OPENED, RUNG) == {GATE: 5}


def test_it_is_known_what_waits_whether_it_was_opened_or_called() -> None:
    assert [each.kind for each in Track().after([(1, OPENED)]).armed] == ["gate"]
    called = entry(Kind.RUNG, "case/hand-over/1", code="hand-over", due=5)
    assert [each.kind for each in Track().after([(1, called)]).armed] == ["hand-over"]
    taken = entry(Kind.OWNER, "owner", code="open", due=5)
    assert [each.kind for each in Track().after([(1, taken)]).armed] == ["owner"]


def test_what_is_only_said_about_a_subject_makes_no_call() -> None:
    paged = entry(Kind.PAGED, GATE)
    decision = entry(Kind.DECISION, GATE)
    assert armed(OPENED, RUNG, paged, decision) == {GATE: 5}


@pytest.mark.parametrize(
    ("opening", "ending"),
    [
        (OPENED, entry(Kind.GATE_DECIDED, GATE)),
        (entry(Kind.TASK_OPENED, "t", due=1), entry(Kind.TASK_ENDED, "t")),
        (entry(Kind.TASK_OPENED, "t", due=1), entry(Kind.SILENCE, "t", code="task")),
        (entry(Kind.INTERVENTION_OPENED, "s!1", due=1), entry(Kind.INTERVENTION_ENDED, "s!1")),
        (entry(Kind.OWNER, "owner", code="open", due=1), entry(Kind.OWNER, code="taken")),
        (entry(Kind.OWNER, "owner", code="open", due=1), entry(Kind.OWNER, "owner", code="taken")),
        (entry(Kind.FOLLOW_UP, "w", code="armed", due=1), entry(Kind.FOLLOW_UP, "w", code="day")),
        (entry(Kind.CLOCK, "c", code="armed", due=1), entry(Kind.CLOCK, "c", code="tolled")),
        (OPENED, entry(Kind.CLOSED)),
        (OPENED, entry(Kind.STANDING_DOWN, code="unwinding")),
    ],
)
def test_each_thing_has_its_end(opening: Entry, ending: Entry) -> None:
    assert armed(opening)
    assert armed(opening, ending) == {}


@pytest.mark.parametrize("silence", list(AtTheEnd))
def test_after_silence_only_those_are_due_who_go_on_being_called(silence: AtTheEnd) -> None:
    after = armed(OPENED, RUNG, entry(Kind.SILENCE, GATE, code=silence.value))
    assert after == ({GATE: 5} if silence.value.endswith("paging-goes-on") else {})


def test_a_clock_that_is_resumed_is_due_again() -> None:
    clock = [entry(Kind.CLOCK, "c", due=10), entry(Kind.CLOCK, "c", code="tolled"), entry(Kind.CLOCK, "c", due=30)]
    assert armed(*clock[:2]) == {}
    assert armed(*clock) == {"c": 30}


def test_what_was_asked_in_standing_down_is_not_its_end() -> None:
    assert armed(OPENED, entry(Kind.STANDING_DOWN, code="asked")) == {GATE: 0}


@pytest.mark.parametrize("text", ["", "soon", "2031-01-01T00:00:00"])
def test_a_time_that_cannot_be_read_arms_nothing(text: str) -> None:
    assert armed(Entry(id="x", at=AT, kind=Kind.RUNG, subject=GATE, detail={"next_due": text})) == {}


KINDS = st.sampled_from(list(Kind))
ENTRIES = st.lists(
    st.builds(entry, KINDS, st.sampled_from(["", "owner", GATE, "t"]), st.sampled_from(["", "open", "task"]), st.none())
    | st.builds(entry, KINDS, st.sampled_from(["owner", GATE, "t"]), st.just(""), st.integers(0, 60)),
    max_size=30,
)


@given(ENTRIES, st.integers(0, 30))
def test_reading_a_ledger_in_two_parts_gives_the_same_as_at_once(entries: list[Entry], cut: int) -> None:
    numbered = list(enumerate(entries, start=1))
    whole = Track().after(numbered)
    assert Track().after(numbered[:cut]).after(numbered[cut:]) == whole
    assert whole.sequence == len(entries)


@given(ENTRIES)
def test_nothing_is_due_in_a_closed_case(entries: list[Entry]) -> None:
    assert armed(*entries, entry(Kind.CLOSED)) == {}
