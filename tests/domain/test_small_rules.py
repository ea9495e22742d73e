"""What every model, effect and error keeps to, and what the state remembers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.acts import Approve, Statement
from domain.basis_before import BASES, basis_for
from domain.desk import Doing
from domain.effects import NEEDS_APPROVAL, NEEDS_WRITE_AHEAD, NEVER_BY_HAND, NEVER_SKIPPED, Effect, Leave, Remedies
from domain.errors import SENTENCES, Code, HoldfastError, Passing
from domain.state import State, Status
from domain.timeline import Kind
from tests.domain.parts import NOW, gate_record, intervention, say, state, task_record


def test_nothing_that_leaves_us_does_so_without_an_approval_and_an_entry_before() -> None:
    assert {Effect.DISCLOSE, Effect.FILE} == NEEDS_APPROVAL
    assert NEEDS_APPROVAL < NEEDS_WRITE_AHEAD
    assert Effect.DESTROY in NEEDS_WRITE_AHEAD


def test_what_left_is_never_skipped_and_what_was_disclosed_never_done_by_hand() -> None:
    assert NEEDS_WRITE_AHEAD | {Effect.PRESERVE} <= NEVER_SKIPPED
    assert Effect.DISCLOSE in NEVER_BY_HAND


def test_a_step_that_says_nothing_may_be_retried_done_by_two_and_not_skipped() -> None:
    assert Remedies() == Remedies(retry=Leave.ALLOWED, by_hand=Leave.SECOND, skip=Leave.NEVER)


def test_a_model_never_changes_in_place() -> None:
    with pytest.raises(ValidationError):
        state().case = "EDR-7K3QX-9VD43"  # type: ignore[misc]


def test_the_text_of_a_validation_error_never_shows_the_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Statement.model_validate({"id": ["SECRET-VALUE"], "at": "SECRET-VALUE"})
    assert "SECRET-VALUE" not in str(caught.value)


def test_what_a_newer_version_adds_is_ignored_and_what_a_person_mistypes_is_not() -> None:
    said = say("ada", Approve())
    assert Statement.model_validate({**said.model_dump(), "added_later": 1}) == said
    with pytest.raises(ValidationError):
        Doing.model_validate({"id": "1", "case": "x", "act": {"kind": "approve"}, "digets": "0"})


@pytest.mark.parametrize("code", list(Code))
def test_an_error_is_its_sentence_and_at_most_names_a_field(code: Code) -> None:
    assert str(HoldfastError(code)) == SENTENCES[code]
    assert str(HoldfastError(code, "account")) == f"{SENTENCES[code]} (account)"


def test_a_passing_error_knows_how_long_to_wait() -> None:
    assert (Passing("platform", 3.5).code, Passing("platform", 3.5).retry_after) == (Code.TRANSIENT, 3.5)


# -- the legal basis ----------------------------------------------------------------------------------------


def test_without_a_row_there_is_no_basis() -> None:
    assert basis_for("agency-ZZ", "US", "E1") is None
    assert basis_for("agency-US", "ZZ", "E1") is None
    assert basis_for("agency-US", "US", "E9") is None


def test_content_has_no_door_to_anybody_but_the_one_that_the_statute_names() -> None:
    assert {each.recipient for each in BASES if "E3" in each.tiers} == {"agency-US"}


def test_no_two_rows_answer_the_same_question() -> None:
    asked = [(each.recipient, each.user, tier) for each in BASES for tier in each.tiers]
    assert len(asked) == len(set(asked))
    assert len({each.id for each in BASES}) == len(BASES)
    for recipient, user, tier in asked:
        found = basis_for(recipient, user, tier)
        assert found is not None
        assert (found.source, found.text) != ("", "")


# -- the state ----------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from(["verifier", "declarer"]), st.sampled_from(["ada", "ben", "", "fay"]))))
def test_who_took_part_is_remembered_once_and_nobody_is_forgotten(took: list[tuple[str, str]]) -> None:
    now = state(involved={})
    for how, who in took:
        now = now.with_involved(how, who)
    for how in ("verifier", "declarer"):
        assert set(now.excluded((how,))) == {who for h, who in took if h == how and who}
    everybody = now.excluded(("verifier", "declarer", "nobody"))
    assert list(everybody) == sorted({who for _, who in took if who})


def test_entries_are_numbered_through_and_wait_in_order() -> None:
    noted = state().noted(NOW, Kind.PHASE, code="contain").noted(NOW, Kind.NOTE, who="ada")
    assert [(each.id, each.kind) for each in noted.pending] == [("000001", Kind.PHASE), ("000002", Kind.NOTE)]
    assert noted.with_(pending=()).noted(NOW, Kind.NOTE).pending[0].id == "000003"


def test_the_list_of_cases_shows_what_is_open_and_nothing_more() -> None:
    gate, task, step = gate_record(), task_record(), intervention()
    ended = {"status": Status.DONE, "ended_at": NOW}
    shown = state(gate, task, step).projection(NOW)
    assert (shown.open_gates, shown.open_tasks, shown.open_interventions) == ((gate.key,), (task.key,), (step.key,))
    closed = state(*(each.model_copy(update=ended) for each in (gate, task, step))).projection(NOW)
    assert (closed.open_gates, closed.open_tasks, closed.open_interventions) == ((), (), ())
    assert "facts" not in shown.model_dump()


def test_the_whole_state_survives_its_way_into_the_next_run() -> None:
    before = state(gate_record(), task_record(), intervention()).noted(NOW, Kind.NOTE)
    assert State.model_validate_json(before.model_dump_json()) == before
