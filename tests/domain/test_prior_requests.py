"""Earlier requests for the same person are found, whoever made them, and what they say is on the card."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.incident import Outcome
from domain.prior_requests import LOOK_BACK, RECENT, EarlierRequest, PriorRequests, Sign, prior_requests
from tests.domain.parts import CASE, NOW

DAY = timedelta(days=1)


def before(number: int, days: float = 60, **more: object) -> EarlierRequest:
    given_fields = {"subject": "target", "requester": "writer", "agency": "agency-northfield", **more}
    return EarlierRequest.model_validate(
        {"case": f"EDR-00000-{number:05d}", "at": NOW - DAY * days, "outcome": Outcome.DISCLOSED, **given_fields}
    )


def found(*earlier: EarlierRequest) -> PriorRequests:
    return prior_requests(earlier, case=CASE, subject="target", now=NOW, requester="writer", agency="agency-northfield")


def test_nothing_before_says_nothing() -> None:
    assert found() == PriorRequests()
    assert found().finding.verdict == "none"
    assert found(before(1, subject="somebody", requester="else")) == PriorRequests()


def test_the_same_officer_asking_again_is_seen_and_not_held_against_them() -> None:
    again = found(before(1))
    assert again.signs == (Sign.SAME_AGENCY, Sign.SAME_REQUESTER, Sign.RELEASED)
    assert (again.grave, again.finding.verdict) == (False, "seen")
    assert again.finding.because == tuple(each.value for each in again.signs)


@pytest.mark.parametrize(
    ("earlier", "sign"),
    [
        ([before(1, agency="agency-lowmoor")], Sign.OTHER_AGENCY),
        ([before(1, agency="")], Sign.OTHER_AGENCY),
        ([before(1, outcome=Outcome.FRAUD)], Sign.FRAUD_TARGET),
        ([before(1, outcome=Outcome.FRAUD, subject="somebody")], Sign.FRAUD_REQUESTER),
        ([before(1, 3), before(2, 9)], Sign.OFTEN_TARGET),
        ([before(each, each, subject=f"target-{each}") for each in range(1, 5)], Sign.OFTEN_REQUESTER),
    ],
)
def test_what_looks_like_a_hunt_or_a_fraud_asks_for_a_second_channel(earlier: list[EarlierRequest], sign: Sign) -> None:
    assert sign in found(*earlier).signs
    assert found(*earlier).grave
    assert found(*earlier).finding.verdict == "grave"


@pytest.mark.parametrize(
    ("outcome", "sign"), [(None, Sign.OPEN), (Outcome.REFUSED, Sign.REFUSED), (Outcome.DISCLOSED, Sign.RELEASED)]
)
def test_how_it_ended_is_said(outcome: Outcome | None, sign: Sign) -> None:
    assert sign in found(before(1, outcome=outcome)).signs


def test_twice_in_a_month_is_an_emergency_and_its_follow_up() -> None:
    assert Sign.OFTEN_TARGET not in found(before(1, 3)).signs
    assert Sign.OFTEN_TARGET not in found(before(1, 3), before(2, RECENT.days + 1)).signs


def test_the_look_back_ends_and_neither_the_case_itself_nor_the_future_counts() -> None:
    assert found(before(1, LOOK_BACK.days)).same_target
    itself = before(1, 1).model_copy(update={"case": CASE})
    assert found(before(1, LOOK_BACK.days + 1), before(2, -1), itself) == PriorRequests()


def test_who_or_what_is_not_known_matches_nobody() -> None:
    unknown = before(1, subject="", requester="", agency="")
    assert prior_requests([unknown], case=CASE, subject="", now=NOW) == PriorRequests()


def test_of_two_records_of_a_case_the_closed_one_counts() -> None:
    opened, closed = before(1, outcome=None), before(1, outcome=Outcome.FRAUD)
    for order in ((opened, closed), (closed, opened)):
        assert found(*order).same_target == (closed,)


requests = st.lists(
    st.builds(
        before,
        st.integers(0, 30),
        st.integers(-5, 400),
        subject=st.sampled_from(["target", "somebody", ""]),
        requester=st.sampled_from(["writer", "else", ""]),
        agency=st.sampled_from(["agency-northfield", "agency-lowmoor", ""]),
        outcome=st.sampled_from([None, *Outcome]),
    ),
    max_size=8,
)


@given(requests, st.randoms())
def test_neither_order_nor_repeats_change_what_is_found(earlier: list[EarlierRequest], random: object) -> None:
    mixed = [*earlier, *earlier]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert found(*mixed) == found(*earlier)


@given(requests)
def test_whatever_is_listed_matches_and_newest_comes_first(earlier: list[EarlierRequest]) -> None:
    prior = found(*earlier)
    assert all(each.subject == "target" for each in prior.same_target)
    assert all(each.requester == "writer" for each in prior.same_requester)
    for each in (prior.same_target, prior.same_requester):
        assert [one.at for one in each] == sorted((one.at for one in each), reverse=True)
        assert all(NOW - LOOK_BACK <= one.at <= NOW for one in each)
    assert prior.grave or prior.finding.verdict in ("none", "seen")
    assert len(set(prior.signs)) == len(prior.signs)
