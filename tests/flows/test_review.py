"""The review begins by itself, survives silence, chases its actions, and is signed off by somebody else."""

from __future__ import annotations

from domain.acts import Approve, Done
from domain.evidence import EvidenceKind
from domain.incident import Outcome
from domain.people import Role
from domain.state import Status
from domain.timeline import Kind
from tests.world import Case, World


async def decided_case(world: World) -> Case:
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.noted(Kind.REVIEW, "started")
    return case


async def test_a_review_with_silent_owners_goes_to_counsel_chases_its_action_and_is_signed_off(world: World) -> None:
    case = await decided_case(world)
    review = case.review
    # Legal says nothing: a day later the review is directed by counsel.
    await review.open("choose-privilege")
    while (await review.state()).tasks["review/choose-privilege/1"].open:
        await review.later(hours=6)
    assert (await review.state()).tasks["review/choose-privilege/1"].status is Status.GIVEN_UP
    facilitator = await world.someone(Role.POLICY)
    await review.act(facilitator, "facilitate", Done())
    await case.followed_up()
    await case.result()
    collected = await world.desk.keep(facilitator, review.id, EvidenceKind.ARTEFACT, "SYNTHETIC: page earlier")
    await review.act(facilitator, "collect-actions", Done(result={"owners": ("engineer",)}, artefact=collected))
    # The engineer is silent for a week and is called again and again; nobody decides for them.
    await review.open("action-engineer")
    await review.later(days=7, hours=1)
    chased = await review.until(lambda state: state.tasks["review/action-engineer/1"].rungs >= 2)
    assert chased.tasks["review/action-engineer/1"].open
    await review.act(Role.ENGINEER, "action-engineer", Done())
    await review.act(Role.DUTY_MANAGER, "sign-off", Done())
    report = await review.result()
    assert (report.outcome, report.code) == (Outcome.REVIEWED, "counsel-directed")


async def test_legal_may_choose_an_ordinary_review(world: World) -> None:
    case = await decided_case(world)
    review = case.review
    await review.act(Role.LEGAL, "choose-privilege", Done(result={"kind": "ordinary"}))
    facilitator = await world.someone(Role.POLICY)
    await review.act(facilitator, "facilitate", Done())
    await case.followed_up()
    await case.result()
    collected = await world.desk.keep(facilitator, review.id, EvidenceKind.ARTEFACT, "SYNTHETIC: nothing to do")
    await review.act(facilitator, "collect-actions", Done(result={"owners": ("engineer",)}, artefact=collected))
    await review.act(Role.ENGINEER, "action-engineer", Done())
    await review.act(Role.DUTY_MANAGER, "sign-off", Done())
    assert (await review.result()).code == "ordinary"


async def test_the_drafts_hold_the_facts_of_the_case_and_no_opinion_or_name(world: World) -> None:
    case = await decided_case(world)
    await case.review.open("choose-privilege")
    drafted = (await case.review.state()).journal["review/draft_review/1"]
    ref = world.reference(drafted["report"])
    text = (await world.desk.document(await world.someone(Role.LEGAL), case.id, ref)).decode()
    assert "notify/release/1: approved after" in text
    assert "directed" in text or "direction of counsel" in text
    people = (await world.ports.directory.current()).people
    assert not [each.name for each in people if each.name in text or each.id in text]
    assert "desk.sergeant" not in text


async def test_a_facilitator_cannot_sign_their_own_review_off(world: World) -> None:
    case = await decided_case(world)
    manager = await world.someone(Role.DUTY_MANAGER)
    review = case.review
    await review.act(Role.LEGAL, "choose-privilege", Done(result={"kind": "ordinary"}))
    await review.act(manager, "facilitate", Done())
    await case.followed_up()
    await case.result()
    collected = await world.desk.keep(manager, review.id, EvidenceKind.ARTEFACT, "SYNTHETIC")
    await review.act(manager, "collect-actions", Done(result={"owners": ("engineer",)}, artefact=collected))
    await review.act(Role.ENGINEER, "action-engineer", Done())
    waiting = [each for each in await world.desk.waiting(manager, case=review.id) if "sign-off" in each.key]
    while not waiting:
        await review.open("sign-off")
        waiting = [each for each in await world.desk.waiting(manager, case=review.id) if "sign-off" in each.key]
    assert (waiting[0].may, waiting[0].why_not) == (False, "excluded")
    second = await world.someone(Role.DUTY_MANAGER, but=[manager])
    await review.act(second, "sign-off", Done())
    assert (await review.result()).outcome is Outcome.REVIEWED
