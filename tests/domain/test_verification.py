"""The ladder's sum: by example, and for every way in which people could answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.emergency import Known
from domain.evidence import EvidenceKind, EvidenceRef
from domain.ladder_steps import asked, channel_step, domain_step, heard, read, told_by_peers
from domain.outcomes import NoAnswer, WorkCannot, WorkDone
from domain.verification import (
    CONTRADICTIONS,
    MEANS,
    NEEDED,
    SECOND_NUMBER,
    STOPS,
    TICKS,
    Check,
    Colour,
    Requester,
    StepResult,
    Verified,
    denied,
    doubted,
    scored,
)

FOUND = Requester(agency="agency-ours", country="US", contact="c", call_back=True, second_number=True)
NEW = FOUND.model_copy(update={"cool": False})
RECORD = EvidenceRef(id="synthetic", kind=EvidenceKind.CALL_RECORD, sha256="0" * 64, size=1)


def done(**said: object) -> WorkDone:
    return WorkDone.model_validate({"result": said, "artefact": RECORD, "by": "ada"})


YES = heard(Check.PERSON, done(answer="confirmed"))
PAPERS = read(done(agency="yes"))
GOOD = (domain_step(FOUND), YES, *PAPERS)
BOSS = asked(done(answer="confirmed", how=SECOND_NUMBER), FOUND)


def test_domain_agency_and_person_confirmed_are_green_and_carry_records() -> None:
    found = scored(GOOD, FOUND)
    assert (found.known, found.colour, found.tiers) == (Known.CONFIRMED, Colour.GREEN, ("E1", "E2"))
    assert not found.counsel
    assert found.recipient.id == "agency-ours"
    assert (found.by, found.artefact) == ("ada", RECORD)


@pytest.mark.parametrize("missing", NEEDED)
def test_without_one_of_the_needed_steps_nobody_is_confirmed(missing: Check) -> None:
    found = scored([each for each in GOOD if each.check is not missing], FOUND)
    assert (found.known, found.tiers, found.colour) == (Known.UNCONFIRMED, (), Colour.AMBER)


@pytest.mark.parametrize("code", STOPS)
def test_a_stop_is_red_whatever_else_is_said_for_it(code: str) -> None:
    stopped = StepResult(check=Check.PEERS, known=Known.CONFIRMED, against=(code,))
    found = scored([*GOOD, BOSS, stopped], FOUND)
    assert (found.colour, found.tiers, found.confirmed) == (Colour.RED, (), False)
    assert found.contradicted is (code in CONTRADICTIONS)
    assert found.stopped == (code,)


@pytest.mark.parametrize("tick", TICKS)
def test_a_tick_is_amber_at_the_least_and_needs_a_supervisor_and_counsel(tick: str) -> None:
    ticked = StepResult(check=Check.BEHAVIOUR, known=Known.CONFIRMED, ticks=(tick,))
    without = scored([*GOOD, ticked], FOUND)
    assert (without.known, without.colour, without.missing) == (Known.UNCONFIRMED, Colour.AMBER, ("supervisor",))
    found = scored([*GOOD, ticked, BOSS], FOUND)
    assert (found.known, found.colour, found.tiers) == (Known.CONFIRMED, Colour.AMBER, ("E1", "E2"))
    assert found.counsel


def test_somebody_who_was_pressed_ticks_it_on_the_call_and_on_the_papers() -> None:
    assert heard(Check.PERSON, done(answer="confirmed", pressed=True)).ticks == ("pressed",)
    assert read(done(agency="yes", pressed=True))[1].ticks == ("pressed",)


def test_a_foreign_requester_needs_a_supervisor_and_counsel_and_gets_no_content() -> None:
    assert scored(GOOD, FOUND, foreign=True).missing == ("supervisor",)
    found = scored([*GOOD, BOSS], FOUND, foreign=True)
    assert (found.tiers, found.counsel, found.colour) == (("E1", "E2"), True, Colour.GREEN)


def test_content_needs_a_supervisor_and_an_entry_a_day_old() -> None:
    assert scored([*GOOD, BOSS], FOUND).tiers == ("E1", "E2", "E3")
    liaison = asked(done(answer="confirmed", how="known-liaison"), FOUND)
    assert scored([*GOOD, liaison], FOUND).tiers == ("E1", "E2", "E3")
    fresh = [domain_step(FOUND), YES, *PAPERS]  # as green as it gets, so that only the age of the entry speaks
    assert scored([*fresh, liaison], NEW).tiers == ("E1", "E2")
    assert scored([*fresh, BOSS], NEW).tiers == ("E1", "E2", "E3")


def test_a_second_number_that_our_list_does_not_have_is_not_ours() -> None:
    alone = FOUND.model_copy(update={"second_number": False})
    step = asked(done(answer="confirmed", how=SECOND_NUMBER), alone)
    assert (step.known, step.missing) == (Known.UNCONFIRMED, ("number-not-ours",))


@pytest.mark.parametrize("code", ["nobody-answered", "declined", "no-number"])
def test_a_call_back_that_failed_or_was_declined_is_a_stop_and_no_fraud(code: str) -> None:
    step = heard(Check.PERSON, WorkCannot(code=code, by="ada"))
    found = scored([domain_step(FOUND), step, *PAPERS, BOSS], FOUND)
    assert (found.colour, found.known) == (Colour.RED, Known.UNCONFIRMED)


def test_nobody_of_ours_who_called_is_missing_and_no_stop() -> None:
    found = scored([domain_step(FOUND), heard(Check.PERSON, NoAnswer(rungs=2)), *PAPERS], FOUND)
    assert (found.known, found.colour, found.against) == (Known.UNCONFIRMED, Colour.AMBER, ())
    assert "call-back" in found.missing


@pytest.mark.parametrize(("answer", "code"), [("denied", "agency-denies"), ("officer-unknown", "officer-unknown")])
def test_what_the_agency_itself_denies_is_contradicted(answer: str, code: str) -> None:
    found = scored([domain_step(FOUND), heard(Check.PERSON, done(answer=answer)), *PAPERS], FOUND)
    assert (found.known, found.against) == (Known.CONTRADICTED, (code,))


def test_a_later_yes_does_not_talk_an_earlier_no_away() -> None:
    no = heard(Check.PERSON, done(answer="denied"))
    assert scored([*GOOD[:1], no, YES, *PAPERS], FOUND).contradicted
    pressed = heard(Check.PERSON, done(answer="confirmed", pressed=True))
    assert scored([*GOOD[:1], pressed, YES, *PAPERS], FOUND).colour is Colour.AMBER


def test_what_the_second_call_denies_is_contradicted_and_what_is_doubted_at_the_end_is_not() -> None:
    found = scored(GOOD, FOUND)
    forged, findings = denied(found, found.findings)
    assert (forged.known, forged.colour, forged.tiers) == (Known.CONTRADICTED, Colour.RED, ())
    assert (findings[0].verdict, findings[0].because) == ("contradicted, red", ("agency-denies",))
    assert (findings[1:], forged.real_agency) == (found.findings[1:], "agency-ours")
    doubt, findings = doubted(found, found.findings)
    assert (doubt.known, doubt.tiers, findings[0]) == (Known.UNCONFIRMED, (), doubt.finding)


def test_an_imitated_domain_is_contradicted_and_names_whom_to_tell() -> None:
    found = scored([domain_step(Requester(looks_like="agency-ours"))], Requester(looks_like="agency-ours"))
    assert (found.known, found.real_agency, found.agency) == (Known.CONTRADICTED, "agency-ours", "")


def test_a_new_number_that_the_request_quotes_stops_it() -> None:
    assert domain_step(NEW.model_copy(update={"quoted": True})).against == ("number-from-request",)


def test_an_overdue_or_new_entry_is_amber() -> None:
    assert domain_step(FOUND.model_copy(update={"overdue": True})).ticks == ("number-overdue",)
    assert domain_step(NEW).ticks == ("newly-listed",)


@pytest.mark.parametrize(
    ("facts", "ticks"),
    [
        ({"came_by": "portal"}, ()),
        ({"came_by": "phone"}, ("channel-phone",)),
        ({"mail_checks": "pass"}, ()),
        ({"mail_checks": "fail"}, ("mail-not-proven",)),
        ({"mail_checks": "none"}, ("mail-not-proven",)),
        ({}, ()),
    ],
)
def test_the_channel_says_what_it_proves(facts: dict[str, str], ticks: tuple[str, ...]) -> None:
    assert channel_step(dict(facts), "desk", RECORD).ticks == ticks


def test_a_peers_praise_makes_nobody_and_its_warning_stops() -> None:
    assert not scored([domain_step(FOUND), told_by_peers(done(answer="known-good"))], FOUND).confirmed
    assert scored([*GOOD, told_by_peers(done(answer="known-fraud"))], FOUND).contradicted


def test_every_step_says_what_it_is_and_no_code_is_both_a_stop_and_a_tick() -> None:
    assert set(MEANS) == set(Check)
    assert not set(STOPS) & set(TICKS)
    assert set(STOPS) >= CONTRADICTIONS
    found: Verified = scored([*GOOD, BOSS], FOUND)
    assert [each.about for each in found.findings][:2] == ["identity", "identity-domain"]


# -- every way ----------------------------------------------------------------------------------------------

CODES = st.lists(st.sampled_from([*STOPS, *TICKS]), max_size=2)
STEPS = st.builds(
    lambda check, known, codes, how: StepResult(
        check=check,
        known=known,
        against=tuple(each for each in codes if each in STOPS),
        ticks=tuple(each for each in codes if each in TICKS),
        how=how,
    ),
    st.sampled_from(list(Check)),
    st.sampled_from(list(Known)),
    st.one_of(st.just([]), CODES),
    st.sampled_from(["", SECOND_NUMBER, "known-liaison"]),
)
REQUESTERS = st.builds(
    Requester, agency=st.just("agency-ours"), country=st.just("US"), cool=st.booleans(), second_number=st.booleans()
)
ALL = st.lists(STEPS, max_size=14).map(lambda some: [*GOOD, BOSS, *some])


@given(ALL, st.sampled_from(list(STOPS)), st.sampled_from(list(Check)), st.integers(0, 30), REQUESTERS, st.booleans())
def test_no_sequence_of_answers_confirms_where_a_stop_was_met(
    steps: list[StepResult], stop: str, check: Check, place: int, found: Requester, foreign: bool
) -> None:
    steps.insert(place % (len(steps) + 1), StepResult(check=check, known=Known.CONFIRMED, against=(stop,)))
    verified = scored(steps, found, foreign=foreign)
    assert not verified.confirmed
    assert verified.colour is Colour.RED
    assert verified.tiers == ()


@given(ALL, REQUESTERS, st.booleans())
def test_what_carries_content_was_vouched_for_by_a_supervisor_and_is_green(
    steps: list[StepResult], found: Requester, foreign: bool
) -> None:
    verified = scored(steps, found, foreign=foreign)
    assert (verified.colour is Colour.RED) is bool(verified.against or verified.contradicted)
    assert bool(verified.tiers) is verified.confirmed
    if "E3" in verified.tiers:
        assert (verified.colour, verified.ticks, foreign) == (Colour.GREEN, (), False)
        [boss] = [each for each in verified.steps if each.check is Check.SUPERVISOR]
        assert boss.confirmed
        assert found.cool or (found.second_number and boss.how == SECOND_NUMBER)


@given(ALL, STEPS, REQUESTERS)
def test_one_more_thing_against_it_never_makes_it_better(
    steps: list[StepResult], more: StepResult, found: Requester
) -> None:
    worse = more.model_copy(update={"known": Known.UNCONFIRMED})
    before, after = scored(steps, found), scored([*steps, worse], found)
    assert set(after.against) >= set(before.against)
    assert set(after.ticks) >= set(before.ticks)
    assert set(after.tiers) <= set(before.tiers)
