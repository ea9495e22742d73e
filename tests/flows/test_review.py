"""The review begins by itself, is as deep as the record asks, and is signed off by somebody else."""

from __future__ import annotations

import pytest

from domain.acts import Approve, AskToStandDown, Done, Report
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.state import Status
from domain.timeline import Kind
from tests.flows.histories_check import quiet_tasks
from tests.flows.reviews import (
    action,
    choose,
    closed_case,
    decided_case,
    held,
    looked_back,
    now,
    report,
    sealed,
    signer,
)
from tests.world import World


async def test_without_a_trigger_the_facts_and_one_signature_are_enough(world: World) -> None:
    case = await closed_case(world)
    review = case.review
    await choose(review)
    with pytest.raises(HoldfastError) as refused:  # who decided the release does not sign its review
        await review.act(Role.DUTY_MANAGER, "sign-short", Done(result={"verdict": "sign-off"}))
    assert refused.value.code is Code.EXCLUDED
    await review.act(await signer(world), "sign-short", Done(result={"verdict": "sign-off"}))
    state = await looked_back(review)
    assert (await review.result()).code == "ordinary"
    assert not any("facilitate" in key for key in state.tasks)
    depth = [each for each in await review.timeline() if each.code.startswith("depth-")]
    assert [(each.code, each.detail["triggers"]) for each in depth] == [("depth-short", "")]
    assert [each.code for each in await review.timeline() if each.code.endswith("recur")] == ["did-not-recur"] * 2


async def test_a_review_that_nobody_chooses_a_kind_for_is_counsels_and_hidden_from_others(world: World) -> None:
    case = await decided_case(world, grave=True)
    review = case.review
    await review.open("choose-privilege")
    while (await review.state()).tasks["review/choose-privilege/1"].open:
        await review.later(hours=6)
    assert (await review.state()).tasks["review/choose-privilege/1"].status is Status.GIVEN_UP
    await review.open("facilitate")
    standing = await now(review)
    assert (standing.privileged, standing.depth, standing.triggers) == (True, "full", ("media-or-regulator",))
    assert b"Privileged and confidential" in await report(review)
    # Whoever was asked for an opinion sees the task, and not the report; the case's own id opens it no more.
    specialist, ref = await world.someone(Role.LE_SPECIALIST), standing.versions[0].report
    await review.open("opinion-law-enforcement-specialist")
    assert await world.desk.show(specialist, review.id)
    for asked_with in (review.id, case.id):
        with pytest.raises(HoldfastError) as refused:
            await world.desk.document(specialist, asked_with, ref)
        assert refused.value.code is Code.UNKNOWN_CASE
    with pytest.raises(HoldfastError):
        await world.desk.show(await world.someone(Role.AUDITOR), review.id)


async def test_a_full_review_is_held_acted_on_and_signed_by_somebody_else(world: World) -> None:
    case = await decided_case(world, grave=True)
    review = case.review
    await choose(review)
    engineer = await world.someone(Role.ESCALATION_SPECIALIST)
    said = await sealed(
        review, engineer, "SYNTHETIC: Nia Example rang *late*; [look](http://x.example.org)", EvidenceKind.OPINION
    )
    await review.act(engineer, "opinion-escalation", Done(result={"factors": ("tooling",), "words": said}))
    with pytest.raises(HoldfastError) as refused:  # the duty manager decided, and so does not facilitate
        await review.act(Role.DUTY_MANAGER, "facilitate", Done())
    assert refused.value.code is Code.EXCLUDED
    manager = await world.someone(Role.DUTY_MANAGER, but=[await world.someone(Role.DUTY_MANAGER)])
    await held(review, action(text="SYNTHETIC: page sooner"), facilitator=manager, factors=("tooling", "staffing"))
    await review.act(Role.ENGINEER, "action-1", Done())
    await case.followed_up()
    await case.result()
    await review.open("sign-off")
    found = [each for each in await world.desk.waiting(manager, case=review.id) if "sign-off" in each.key]
    assert (found[0].may, found[0].why_not) == (False, "excluded")
    await review.act(await signer(world), "sign-off", Done())
    await review.until(lambda state: "said/signed" in state.journal)
    text = (await report(review)).decode()
    assert "SYNTHETIC: page sooner" in text.replace("\\", "")
    assert "### Opinion: escalation specialist" in text
    assert "\\[engineer\\] rang \\*late\\*" in text
    await looked_back(review)
    assert (await review.result()).outcome is Outcome.REVIEWED
    assert quiet_tasks(await review.handle.fetch_history()) == []


async def test_the_close_amends_the_facts_and_may_deepen_a_short_review(world: World) -> None:
    case = await decided_case(world)
    review = case.review
    await choose(review)
    await review.until(lambda state: "said/privilege" in state.journal)
    first = await now(review)
    assert (first.depth, len(first.versions)) == ("short", 1)
    await case.act(Role.ESCALATION_SPECIALIST, "", Report(what="consequence", code="serious-injury"))
    await case.followed_up()
    await case.result()
    await review.open("facilitate")
    then = await now(review)
    assert (then.depth, then.triggers) == ("full", ("death-or-injury",))
    assert [each.version for each in then.versions] == ["at the decision", "after the close"]
    text = (await report(review)).decode()
    assert "The record under the version before is unchanged" in text
    assert "| closed |" in text.replace("`", "")
    amended = [each for each in await review.timeline() if each.code == "amended"]
    assert amended[0].detail["agrees"] is True
    assert int(amended[0].detail["added"]) > 5


async def test_whoever_signs_a_short_review_may_ask_for_the_full_one(world: World) -> None:
    review = (await closed_case(world)).review
    await choose(review)
    await review.act(await signer(world), "sign-short", Done(result={"verdict": "hold-full-review"}))
    await held(review)
    await review.act(await signer(world), "sign-off", Done())
    await review.until(lambda state: "said/signed" in state.journal)
    assert (await now(review)).triggers == ("asked-for",)


async def test_a_case_that_is_stood_down_is_reviewed_too(world: World) -> None:
    case = await world.declare()
    await case.open("call-back")
    await case.act(Role.ESCALATION_SPECIALIST, "", Report(what="deviation", code="other-channel"))
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())
    assert (await case.result()).review == case.review.id
    await choose(case.review)
    await case.review.open("sign-short")
    text = (await report(case.review)).decode()
    assert "stood down" in text
    assert "| deviation | other channel | the case | escalation specialist |" in text


async def test_presses_land_in_the_review_and_only_with_known_codes(world: World) -> None:
    case = await decided_case(world)
    review = case.review
    with pytest.raises(HoldfastError) as refused:
        await case.act(Role.LEGAL, "", Report(what="tool-fault", code="SECRET"))
    assert refused.value.code is Code.REASON_REQUIRED
    with pytest.raises(HoldfastError):
        await case.act(Role.AUDITOR, "", Report(what="tool-fault", code="slow"))
    await case.followed_up()
    await case.result()
    # The case takes no more; its review does.
    await review.act(Role.LEGAL, "", Report(what="tool-fault", code="slow"))
    await review.noted(Kind.TOOL_FAULT)
    await choose(review)
    await review.act(await signer(world), "sign-short", Done(result={"verdict": "sign-off"}))
    await looked_back(review)
    await review.result()
    assert "| tool fault | slow | the case | legal counsel |" in (await report(review)).decode()


@pytest.mark.soak
async def test_a_review_goes_on_where_it_was_whenever_it_continues_as_new(world: World) -> None:
    case = await decided_case(world, grave=True, rehearsal=Rehearsal(turnover_after=(3, 6, 9, 12, 15, 18)))
    review = case.review
    await choose(review)
    await held(review, action(days=10), action("policy-lead", 20, "change-a-policy"), factors=("policy",))
    await review.act(Role.ENGINEER, "action-1", Done())
    await case.followed_up()
    await case.result()
    await review.act(Role.POLICY, "action-2", Done())
    await review.act(await signer(world), "sign-off", Done())
    await looked_back(review)
    done = await review.result()
    assert (done.outcome, done.turnovers > 3) == (Outcome.REVIEWED, True)
    assert [each.version for each in (await now(review)).versions] == [
        "at the decision",
        "after the close",
        "for sign-off",
        "after looking back",
    ]
