"""Actions of a review: side by side, chased around their dates, moved once by agreement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.acts import Approve, Cannot, Done, Move
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.state import Status
from domain.timeline import Entry, Kind
from tests.flows.reviews import action, choose, closed_case, held, looked_back, now, report, signer
from tests.world import World


async def test_actions_of_different_teams_run_side_by_side_chased_moved_and_ended(world: World) -> None:
    review = (await closed_case(world, grave=True)).review
    await choose(review)
    await held(
        review, action(days=10), action("policy-lead", 4, "change-a-policy"), action("legal-counsel", 20, "train")
    )
    await review.open("action-3")
    assert [each.status for each in (await now(review)).actions] == ["open"] * 3
    # The engineer asks for more time, once; somebody who signs reviews agrees.
    due = (await now(review)).actions[0].due
    await review.act(Role.ENGINEER, "action-1-", Move(to=due + timedelta(days=9), code="vendor-is-late"))
    with pytest.raises(HoldfastError) as refused:
        await review.act(
            Role.ENGINEER,
            "action-1-engineer/1",
            Move(to=due + timedelta(days=30), code="again"),
            subject="review/action-1-engineer/1",
        )
    assert refused.value.code in (Code.NOT_OPEN, Code.STALE)
    await review.act(await signer(world), "/move", Done(result={"answer": "agree"}))
    await review.until(lambda state: state.tasks["review/action-1-engineer/1"].moved)
    moved = (await now(review)).actions[0]
    assert (moved.due, moved.moved) == (due + timedelta(days=9), True)
    # Policy says nothing: called again two days before the date and at it, and then overdue on the timeline.
    await review.later(days=4, hours=2)
    late = await review.noted(Kind.OVERDUE, "action")
    assert late.subject == "review/action-2-policy-lead/1"
    state = await review.until(lambda state: state.tasks["review/action-2-policy-lead/1"].rungs >= 3)
    assert "dut-hana" in state.tasks["review/action-2-policy-lead/1"].called
    assert not [each for each in await review.timeline() if each.kind is Kind.OVERDUE and "action-1" in each.subject]
    assert not any("sign-off" in key for key in state.tasks)
    await review.act(Role.POLICY, "action-2", Done())
    await review.act(Role.LEGAL, "action-3", Cannot(code="superseded"))
    await review.act(Role.ENGINEER, "action-1-", Done())
    await review.act(await signer(world), "sign-off", Done())
    await review.until(lambda state: "said/signed" in state.journal)
    text = (await report(review)).decode()
    assert "| 3 | train | legal counsel | - | - |" in text
    assert "| cannot: superseded |" in text
    assert "(moved)" in text


async def test_a_date_that_nobody_agrees_to_move_stays(world: World) -> None:
    review = (await closed_case(world, grave=True)).review
    await choose(review)
    await held(review, action("duty-manager", 10, "train"))
    due = (await now(review)).actions[0].due
    manager = await world.someone(Role.DUTY_MANAGER)
    for wrong in (due - timedelta(days=1), due + timedelta(days=400)):
        with pytest.raises(HoldfastError) as refused:
            await review.act(manager, "action-1", Move(to=wrong, code="busy"))
        assert refused.value.code is Code.INVALID
    await review.act(manager, "action-1", Move(to=due + timedelta(days=5), code="busy"))
    with pytest.raises(HoldfastError) as refused:  # nobody agrees to their own wish
        await review.act(manager, "/move", Done(result={"answer": "agree"}))
    assert refused.value.code is Code.EXCLUDED
    await review.later(days=3, hours=1)
    state = await review.until(lambda state: state.tasks["review/action-1-duty-manager/1"].moved)
    assert state.tasks["review/action-1-duty-manager/1/move"].status is Status.GIVEN_UP
    assert (await now(review)).actions[0].due == due


async def test_what_happens_again_is_found_by_subject_and_by_factor(world: World) -> None:
    account = world.fresh_account()
    review = (await closed_case(world, grave=True, account=account)).review
    await choose(review)
    await held(review, factors=("vendor",))
    await review.act(await signer(world), "sign-off", Done())
    await review.until(lambda state: "said/signed" in state.journal)
    again = await world.declare(account=account)
    await again.noted(Kind.DECLARED)
    # Another review agreed on the same factor later: all that this one may learn of it is the code.
    other, at = "EDR-22222-22222/review", (await again.state()).declared_at + timedelta(days=1)
    factor = Entry(id="000001", at=at, kind=Kind.REVIEW, code="factor", detail={"factor": "vendor"})
    shown = (await review.state()).projection(at).model_copy(update={"case": other, "status": "closed"})
    await world.records.ledger.append(other, (factor,), shown)
    await looked_back(review)
    await review.result()
    looks = [each for each in await review.timeline() if each.code == "recurred"]
    found = [(each.detail["days"], each.detail["cases"], each.detail["factors"]) for each in looks]
    assert found == [(30, 1, "vendor"), (90, 1, "vendor")]
    assert b"| 30 days |" in await report(review)
    assert account not in str([each.model_dump() for each in await again.timeline()])
    # The second case on the subject is a repeat, and so is reviewed in full.
    await again.verified()
    await again.act(Role.LEGAL, "release", Approve())
    await again.act(Role.DUTY_MANAGER, "release", Approve())
    await again.noted(Kind.REVIEW, "started")
    await again.review.open("choose-privilege")
    assert (await now(again.review)).triggers == ("repeat-subject",)
