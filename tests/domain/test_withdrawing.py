"""A withdrawal stops a release that its own agency takes back, and never the help for somebody in danger."""

from __future__ import annotations

from itertools import product

import pytest

from domain.answers import Answer, may_be_sent
from domain.emergency import Known
from domain.withdrawing import Stage, Then, Withdrawal, withdrawal

EVERY = list(product(Stage, Known, Known, (True, False), (True, False)))


def taken_back(
    stage: Stage = Stage.OPEN,
    requester: Known = Known.CONFIRMED,
    by: Known = Known.CONFIRMED,
    same: bool = True,
    danger: bool = True,
) -> Withdrawal:
    return withdrawal(stage=stage, requester=requester, withdrawn_by=by, same_agency=same, danger=danger)


@pytest.mark.parametrize(
    ("stage", "then", "answer"),
    [
        (Stage.OPEN, Then.END, Answer.WITHDRAWN),
        (Stage.RELEASED, Then.RECALL, Answer.RECALLED),
        (Stage.OPENED, Then.ASK_TO_DESTROY, Answer.RECALLED),
        (Stage.ENDED, Then.NOTE, None),
    ],
)
def test_a_confirmed_agency_takes_back_its_own_request_as_far_as_that_still_goes(
    stage: Stage, then: Then, answer: Answer | None
) -> None:
    assert (taken_back(stage).then, taken_back(stage).answer) == (then, answer)


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.RELEASED, Stage.OPENED])
@pytest.mark.parametrize(
    ("by", "same"), [(Known.UNCONFIRMED, True), (Known.CONTRADICTED, True), (Known.CONFIRMED, False)]
)
def test_nobody_else_ends_a_confirmed_request(stage: Stage, by: Known, same: bool) -> None:
    for danger in (True, False):
        found = taken_back(stage, by=by, same=same, danger=danger)
        assert (found.then, found.ends, found.answer) == (Then.CALL_BACK, False, None)


@pytest.mark.parametrize("requester", [Known.UNCONFIRMED, Known.CONTRADICTED])
def test_an_unconfirmed_writer_ends_nothing_while_somebody_is_in_danger(requester: Known) -> None:
    assert taken_back(requester=requester).then is Then.PROTECT
    safe = taken_back(requester=requester, danger=False)
    assert (safe.then, safe.answer, safe.ends) == (Then.END, Answer.WITHDRAWN, True)


@pytest.mark.parametrize(("stage", "requester", "by", "same", "danger"), EVERY)
def test_every_withdrawal_has_an_answer_that_may_be_sent_and_a_reason(
    stage: Stage, requester: Known, by: Known, same: bool, danger: bool
) -> None:
    found = taken_back(stage, requester, by, same, danger)
    assert found.because
    assert found.answer is None or may_be_sent(found.answer, requester)
    assert found.ends == (found.then in (Then.END, Then.RECALL, Then.ASK_TO_DESTROY))
    if requester is Known.CONFIRMED and found.ends:
        assert by is Known.CONFIRMED
        assert same
