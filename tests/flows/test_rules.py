"""Who may decide what, seen through the desk on a running case; refusals change nothing and say why."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.acts import Approve, ApproveLess, Cannot, Deny, Done, Skip, Take, Withdraw
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.state import State
from domain.timeline import Kind
from tests.world import Case, World


async def refused(code: Code, case: Case, person: str | Role, name: str, act: Any, **changes: Any) -> None:
    """The act is refused with this code, changes no record, and is kept in the ledger."""
    before = await case.state()
    with pytest.raises(HoldfastError) as caught:
        await case.act(person, name, act, **changes)
    assert caught.value.code is code
    after = await case.state()
    assert (after.seen, after.facts, decided(after)) == (before.seen, before.facts, decided(before))
    await case.noted(Kind.REFUSAL, code.value)


def decided(state: State) -> dict[str, Any]:
    """What people decided; who was called meanwhile goes on changing beside it."""
    return {key: (each.status, each.votes, each.limit) for key, each in state.gates.items()}


async def at_release(world: World, **answers: Any) -> tuple[Case, str]:
    case = await world.declare(**answers)
    verifier, _ = await case.verified()
    await case.open("release")
    return case, verifier


async def test_whoever_verified_may_not_decide_the_release(world: World) -> None:
    case, verifier = await at_release(world)
    await refused(Code.EXCLUDED, case, verifier, "release", Approve())


async def test_two_seats_are_two_people_and_a_second_yes_of_the_same_counts_once(world: World) -> None:
    case, _ = await at_release(world)
    legal = await world.someone(Role.LEGAL)
    await case.act(legal, "release", Approve())
    await case.act(legal, "release", Approve())
    gate = (await case.state()).gates["notify/release/1"]
    assert gate.open
    assert [each.person for each in gate.votes] == [legal]
    assert not world.packages(case.id)


async def test_a_specialist_alone_never_fills_the_seat_of_legal_or_duty_manager(world: World) -> None:
    case, verifier = await at_release(world)
    first = await world.someone(Role.LE_SPECIALIST, but=[verifier])
    second = await world.someone(Role.LE_SPECIALIST, but=[verifier, first])
    await case.act(first, "release", Approve())
    await case.act(second, "release", Approve())
    assert (await case.state()).gates["notify/release/1"].open


async def test_a_decision_on_what_is_no_longer_shown_is_stale(world: World) -> None:
    case, _ = await at_release(world)
    await refused(Code.STALE, case, Role.LEGAL, "release", Approve(), digest="0" * 64)
    await refused(Code.STALE, case, Role.LEGAL, "release", Approve(), nonce="another")


async def test_a_denial_needs_a_reason_of_the_list_and_less_must_be_less(world: World) -> None:
    case, _ = await at_release(world)
    await refused(Code.REASON_REQUIRED, case, Role.LEGAL, "release", Deny(code="because"))
    await refused(Code.NOT_A_SUBSET, case, Role.LEGAL, "release", ApproveLess(items=("direct_messages",)))
    await refused(Code.NOT_ALLOWED, case, Role.LEGAL, "release", Withdraw())


async def test_a_role_without_a_seat_is_refused_and_a_stranger_sees_no_case(world: World) -> None:
    case, _ = await at_release(world)
    await refused(Code.NOT_SEATED, case, Role.ESCALATION_SPECIALIST, "release", Approve())
    with pytest.raises(HoldfastError) as caught:
        await world.desk.show(await world.someone(Role.POLICY), case.id)
    assert caught.value.code is Code.UNKNOWN_CASE


async def test_a_decided_gate_takes_no_more_decisions(world: World) -> None:
    case, _ = await at_release(world)
    seen = await case.open("release")
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    with pytest.raises(HoldfastError) as caught:
        await case.act(Role.GENERAL_COUNSEL, "", Approve(), subject=seen.key, nonce=seen.nonce, digest=seen.digest)
    assert caught.value.code is Code.NOT_OPEN


async def test_the_same_press_delivered_three_times_counts_once(world: World) -> None:
    case, _ = await at_release(world)
    legal = await world.someone(Role.LEGAL)
    answers = await asyncio.gather(*(case.act(legal, "release", Approve(), id="one-press") for _ in range(3)))
    assert {each.id for each in answers} == {f"{legal}:one-press"}
    state = await case.state()
    assert len(state.gates["notify/release/1"].votes) == 1
    assert sum(each.kind is Kind.DECISION for each in await case.timeline()) <= 1


async def test_the_same_declaration_is_the_same_case_and_other_answers_under_its_key_are_refused(world: World) -> None:
    account = world.fresh_account()
    first = await world.declare(key="same-key", account=account)
    again = await world.declare(key="same-key", account=account)
    assert first.id == again.id
    with pytest.raises(HoldfastError) as caught:
        await world.declare(key="same-key", account=account, category="violence")
    assert caught.value.code is Code.DUPLICATE_KEY
    await first.open("call-back")
    assert sum(each.kind is Kind.DECLARED for each in await first.timeline()) == 1


async def test_a_task_needs_its_record_and_a_reason_for_not_doing_it(world: World) -> None:
    case = await world.declare()
    said = Done(result={"answer": "confirmed"})
    await refused(Code.ARTEFACT_REQUIRED, case, Role.LE_SPECIALIST, "call-back", said)
    record = await case.record()
    wrong = Done(result={"answer": "surely"}, artefact=record)
    await refused(Code.INVALID, case, Role.LE_SPECIALIST, "call-back", wrong)
    await refused(Code.REASON_REQUIRED, case, Role.LE_SPECIALIST, "call-back", Cannot(code="tired"))
    await refused(Code.NOT_SEATED, case, Role.LEGAL, "call-back", Cannot(code="declined"))


async def test_preservation_can_never_be_skipped(world: World) -> None:
    from integrations.simulator.faults import Fault

    account = world.fresh_account()
    world.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="status", value=409))
    case = await world.declare(account=account)
    await refused(Code.NOT_ALLOWED, case, Role.ENGINEER, "snapshot_account/1!", Skip(code="no-time"))


async def test_destroying_without_a_hold_check_is_refused_by_the_guard_and_asks_a_person(world: World) -> None:
    case = await world.declare(slug="rehearsed_containment", careless=True)
    await case.act(Role.ESCALATION_SPECIALIST, "look-at-content", Done(result={"delete": True}))
    stopped = await case.open("destroy/1!")
    assert stopped.card["fault"] == Code.GUARD.value
    assert world.sims.platform.account(case.account).state == "hidden"


async def test_a_hold_forbids_destroying(world: World) -> None:
    case = await world.declare(slug="rehearsed_containment")
    await case.open("look-at-content")
    world.sims.platform.account(case.account).holds.append("hold-1")
    await case.act(Role.ESCALATION_SPECIALIST, "look-at-content", Done(result={"delete": True}))
    assert (await case.open("destroy/1!")).card["fault"] == Code.GUARD.value
    assert world.sims.platform.account(case.account).state == "hidden"


async def test_the_owners_seat_is_taken_once_by_someone_of_the_roles(world: World) -> None:
    case = await world.declare()
    await refused(Code.NOT_SEATED, case, Role.EXECUTIVE, "", Take())
    await case.act(Role.DUTY_MANAGER, "", Take())
    owner = (await case.state()).owner
    assert owner is not None
    assert owner.person == await world.someone(Role.DUTY_MANAGER)
